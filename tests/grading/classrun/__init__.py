"""The class run."""
