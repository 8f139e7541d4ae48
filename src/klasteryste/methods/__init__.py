"""Pure functions on numbers, arrays and frames: no file is read here, and no course is known."""
