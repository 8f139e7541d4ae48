"""The class run, disturbed and at length: `make soak` in full, in the tests a little of each."""
