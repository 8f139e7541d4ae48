"""What a student is told of a test that failed, and why a value does not cross, in the student's language."""

from __future__ import annotations

from klasteryste.language import _

OURS = frozenset({"NotPlain", "CellError", "CellTimeoutError", "DeadKernelError", "NotJudged"})
"""Kinds of errors that the course finds itself: their text says it all."""


def failure(kind: str, text: str) -> str:
    """Return what is said of a test that failed, whether by Validate or in the feedback.

    Parameters
    ----------
    kind : str
        Of the error: ``"AssertionError"`` if it is the test that objects.
    text : str
        Its message; empty if it has none, or none that may be shown.
    """
    if kind == "NotImplementedError":
        return _("This task has no answer yet: nothing is written in its cell.")
    if kind == "AssertionError":
        return text or _("What this test asks for is not so.")
    if not text and kind == "NameError":
        return _("A name is not defined: your code uses it, or the test asks for it and has no answer.")
    if not text:
        return _("It was stopped by an error: {kind}.").format(kind=kind)
    return text if kind in OURS else f"{kind}: {text}"


def not_there(name: str) -> str:
    """Return that an answer binds none of the names that its test asks for."""
    return _("This task has no answer yet: there is no {name}. Was its cell run?").format(name=name)


def where(line: int, code: str, *, own: bool) -> str:
    """Return where an error came from: in the student's own code, or in the test."""
    place = _("In your code, line {line}: {code}") if own else _("In the test, line {line}: {code}")
    return place.format(line=line, code=code)


def part(score: str, points: str) -> str:
    """Return that a test gives some of its points."""
    return _("{score} of {points} points").format(score=score, points=points)


def reason(code: str, detail: str) -> str:
    """Return why a value does not cross.

    Parameters
    ----------
    code : str
        What `codec.Refused` was raised for; an unknown one has a general reason.
    detail : str
        A type or a number.
    """
    texts = {
        "kind": _("a value of the type {detail} is not plain"),
        "dtype": _("arrays and columns of the type {detail} are not looked at"),
        "deep": _("it is nested more than {detail} deep"),
        "parts": _("it has more than {detail} parts"),
        "large": _("it takes more than {detail} MB"),
        "digits": _("a whole number in it has more than {detail} digits"),
        "unicode": _("a text in it is no Unicode"),
        "itself": _("a value of the type {detail} holds itself"),
        "nested": _("calls to and fro are nested more than {detail} deep"),
    }
    return texts.get(code, _("it is not plain")).format(detail=detail[:80])


def end(code: str) -> str:
    """Return why a student's program can be asked nothing any more."""
    texts = {
        "ended": _("it has ended"),
        "silent": _("it does not answer"),
        "nonsense": _("what it answered made no sense"),
        "much": _("it answered too much"),
    }
    return _("Your program answers no more questions: {why}.").format(why=texts[code])


def unseen(why: str) -> str:
    """Return that a value cannot be looked at."""
    return _("A value cannot be looked at from outside: {why}.").format(why=why)


def unpassed(why: str) -> str:
    """Return that a test's value cannot be given to a function of the student."""
    return _("The test cannot give your function this: {why}.").format(why=why)


def no_operator(name: str) -> str:
    """Return that an object stands where a plain value is needed."""
    return _("The test needs a plain value here, and got an object of the class {name}.").format(name=name)


def too_slow() -> str:
    """Return that the time of a cell is over."""
    return _("This took longer than it may.")
