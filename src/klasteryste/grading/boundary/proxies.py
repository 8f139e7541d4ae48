"""What a student's functions, iterators, classes and objects are to a test: stand-ins that ask for the rest.

A dunder attribute is never asked for, and an operator only where the class is what the task is about.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from typing import Any

from klasteryste.grading.boundary import words
from klasteryste.grading.boundary.objects import ITERATOR_TYPES, OPERATORS


class NotPlain(Exception):  # noqa: N818  (its name is shown to students)
    """A test did with a student's object what cannot be done from outside."""


class Unlearnt(Exception):  # noqa: N818  (told in words at release)
    """A test does what no profile can allow."""


class AttributeDict(dict[Any, Any]):
    """A dict whose keys are attributes too, as libraries return it."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class RemoteFunction:
    """A function of the student."""

    def __init__(self, link: Any, number: int, label: str, name: str, doc: str | None) -> None:
        self.__dict__.update(
            _link=link,
            _label=label,
            __klasteryste__=number,
            __name__=name,
            __qualname__=name,
            __doc__=doc,
            __module__="__main__",
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it on the student's side."""
        own = object.__getattribute__(self, "__dict__")
        return own["_link"].call(own["_label"], own["__klasteryste__"], args, kwargs)

    def __getattr__(self, name: str) -> Any:
        own = object.__getattribute__(self, "__dict__")
        return own["_link"].attribute_of_function(own["_label"], own["__klasteryste__"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        own = object.__getattribute__(self, "__dict__")
        own["_link"].set_attribute(own["__klasteryste__"], name, value)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return types.FunctionType

    @property
    def __signature__(self) -> inspect.Signature:
        own = object.__getattribute__(self, "__dict__")
        signature: inspect.Signature = own["_link"].describe(own["__klasteryste__"])
        return signature

    @property
    def __annotations__(self) -> dict[str, Any]:  # type: ignore[override]
        signature = self.__signature__
        told = {
            name: parameter.annotation
            for name, parameter in signature.parameters.items()
            if parameter.annotation is not inspect.Parameter.empty
        }
        if signature.return_annotation is not inspect.Signature.empty:
            told["return"] = signature.return_annotation
        return told

    def __repr__(self) -> str:
        return f"<function {object.__getattribute__(self, '__dict__')['__name__']}>"


class RemoteIterator:
    """An iterator of the student, whose values come one by one."""

    def __init__(self, link: Any, number: int, label: str, sort: str) -> None:
        self.__dict__.update(_link=link, _label=label, __klasteryste__=number, _sort=sort)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._link.advance(self._label, self.__dict__["__klasteryste__"])

    def __getattr__(self, name: str) -> Any:
        if name not in ("send", "close", "throw"):
            raise AttributeError(name)
        own = self.__dict__
        return own["_link"].attribute(own["_label"], own["__klasteryste__"], name)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return ITERATOR_TYPES.get(self.__dict__["_sort"], RemoteIterator)


class RemoteClass(type):
    """A class of the student."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], space: dict[str, Any], **_options: Any
    ) -> RemoteClass:
        """Make the class that stands for the student's; a test cannot extend it."""
        if "__klasteryste__" not in space:
            raise Unlearnt("a class of a test cannot extend a class of a student")
        return super().__new__(mcs, name, bases, space)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an object of it on the student's side."""
        own = vars(cls)
        return own["__link__"].call(own["__label__"], own["__klasteryste__"], args, kwargs)

    def __getattr__(cls, name: str) -> Any:
        own = vars(cls)
        return own["__link__"].attribute(own["__label__"], own["__klasteryste__"], name)

    def __setattr__(cls, name: str, value: Any) -> None:
        vars(cls)["__link__"].set_attribute(vars(cls)["__klasteryste__"], name, value)


class RemoteObject(metaclass=RemoteClass):
    """An object of a class of the student's."""

    __klasteryste__: Any = None
    __link__: Any = None
    __label__ = ""

    def __getattr__(self, name: str) -> Any:
        own = object.__getattribute__(self, "__dict__")
        return type(self).__link__.attribute(own["__label__"], own["__klasteryste__"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        number = object.__getattribute__(self, "__dict__")["__klasteryste__"]
        type(self).__link__.set_attribute(number, name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object>"


class Unplain:
    """An object, a class or a module where the source's solution has none.

    A test may leave it alone, as when a method returns its object for no reason; whatever a test does with it
    ends the test.
    """

    def __init__(self, name: str, number: int) -> None:
        self.__dict__.update(_name=name, _number=number)

    def __getattr__(self, name: str) -> Any:
        raise NotPlain(words.no_operator(self.__dict__["_name"]))

    def __setattr__(self, name: str, value: Any) -> None:
        raise NotPlain(words.no_operator(self.__dict__["_name"]))

    def __repr__(self) -> str:
        return f"<{self.__dict__['_name']} object>"


def _refuse(self: Unplain, *args: Any) -> Any:
    raise NotPlain(words.no_operator(self.__dict__["_name"]))


for _name in OPERATORS:
    if _name not in ("__call__", "__str__", "__repr__", "__format__"):
        setattr(Unplain, _name, _refuse)


def mirror(link: Any, number: int | None, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> type:
    """Return a class that stands for one of the student's."""
    return RemoteClass(name, bases, {"__label__": "", **space, "__klasteryste__": number, "__link__": link})


def remote_operator(name: str) -> Any:
    """Return the method of an operator that is applied on the student's side."""

    def operate(self: Any, *args: Any) -> Any:
        own = object.__getattribute__(self, "__dict__")
        return type(self).__link__.operate(own["__label__"], own["__klasteryste__"], name, args)

    operate.__name__ = name
    return operate


def refused_operator(name: str) -> Any:
    """Return the method of an operator that cannot be applied from outside."""

    def operate(self: Any, *args: Any) -> Any:
        if name == "__eq__" and args[0] is self:
            return True
        raise NotPlain(words.no_operator(type(self).__name__))

    operate.__name__ = name
    return operate
