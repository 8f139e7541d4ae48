"""Marks of honest work are those that nbgrader as it comes would give."""
