"""The one kind of error that a person is meant to read."""


class CourseError(Exception):
    """Something is wrong with what the course was given: a file, a table, a word on the command line.

    The message is one line, which names the thing, the place and the fix. The command line prints it and
    exits with 1.
    """
