"""The grading area."""
