"""A property that is computed once, and is safe where processes are forked."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class cached_property(Generic[Value]):  # noqa: N801 (the name that functools gives it)
    """`functools.cached_property`, without a lock.

    Up to Python 3.11 it has one, for all objects of a class together. Held by another
    thread while a process is forked, it stays closed in the child. Without it two
    threads may compute the same value twice.
    """

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, owner: None, kind: Any = None) -> "cached_property[Value]": ...

    @overload
    def __get__(self, owner: object, kind: Any = None) -> Value: ...

    def __get__(self, owner: object | None, kind: Any = None) -> Any:
        if owner is None:
            return self
        value = self.function(owner)
        vars(owner)[self.name] = value  # found there from now on
        return value
