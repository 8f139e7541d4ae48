"""The boundary between a student's process and the one that judges it."""
