"""Arrays handed to a component are for reading.

A method that writes over its argument changes what others still need: the loss that is
reported, the raw values that the derivative is computed from, the optimizer's memory
that a fit goes back to. So it is handed views that cannot be written to.
"""

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from types import FunctionType
from typing import Any

import numpy as np


def guarded(function: FunctionType) -> Callable[..., Any]:
    """The method, handed arrays that it cannot write to.

    Raises ValueError where it tries, naming the argument, where it treats an array as
    one number, and where it returns nothing, or something of another shape.
    """

    @wraps(function)
    def method(*arguments: Any) -> Any:
        try:
            answer = function(*map(_view, arguments))
        except ValueError as error:
            if "truth value of an array" in str(error):
                raise ValueError(
                    f"{function.__name__} of {_owner(function)} asks whether an array "
                    "is true; write np.where(condition, here, elsewhere) instead."
                ) from error
            name = _written(function, arguments)
            if name is None:
                raise
            raise ValueError(
                f"{function.__name__} of {_owner(function)} writes over its argument "
                f"{name}, which others still read; compute a new array instead."
            ) from error
        if answer is None and function.__name__ in GUARDS:
            raise ValueError(
                f"{function.__name__} of {_owner(function)} gives nothing; let it "
                "return what it has computed."
            )
        wanted = _missed(function.__name__, arguments, answer)
        if wanted:
            raise ValueError(
                f"{function.__name__} of {_owner(function)} must return {wanted}; "
                f"got {_shapes(answer)}."
            )
        return _own(answer)

    vars(method)["plain"] = function
    return method


def guarded_forward(function: FunctionType) -> Callable[..., Any]:
    """A layer's forward, which hands out a backward that is guarded, too."""
    forward = guarded(function)

    @wraps(function)
    def method(*arguments: Any) -> Any:
        a, backward = forward(*arguments)
        return a, guarded(backward)

    return method


GUARDS: dict[str, Callable[[FunctionType], Callable[..., Any]]] = {
    **dict.fromkeys(("f", "df", "link", "value", "dz", "rule"), guarded),
    "forward": guarded_forward,
}


def _view(value: Any) -> Any:
    """An array, or a list or tuple of arrays, for reading only."""
    if isinstance(value, np.ndarray):
        view = value.view()
        view.flags.writeable = False
        return view
    return type(value)(map(_view, value)) if type(value) in (list, tuple) else value


def _missed(name: str, arguments: tuple[Any, ...], answer: Any) -> str:
    """What a method of this name must return, in words; "" if it has.

    link(z), dz(z, y)  an array like z (n, k)
    f(z), df(z, a)     likewise, or one number for all
    rule(g, slots, t)  u like g, and as many slots like g as there were

    (What `value` returns, truth.py looks at, for all losses.)
    """
    arrays = [value for value in arguments if isinstance(value, np.ndarray)]
    if not arrays:
        return ""
    shape = arrays[0].shape
    allowed: list[Any] = [shape]
    slots: Any = ()
    if name == "rule":
        slots = next(value for value in arguments if isinstance(value, list | tuple))
        allowed = [[shape, [shape] * len(slots)]]
    elif name in ("f", "df"):
        allowed.append(())
    elif name not in ("link", "dz"):
        return ""
    if _shapes(answer) in allowed:
        return ""
    if name == "rule":
        return f"u of shape {shape} and {len(slots)} slots like it"
    return f"an array of shape {shape}"


def _shapes(answer: Any) -> Any:
    """The shape of an array; a list of these for several."""
    if isinstance(answer, list | tuple):
        return list(map(_shapes, answer))
    return np.shape(answer)


def _own(value: Any) -> Any:
    """What a method gives, as arrays that can be written to."""
    if isinstance(value, np.ndarray):
        return value if value.flags.writeable else value.copy()
    return type(value)(map(_own, value)) if type(value) in (list, tuple) else value


def _written(function: FunctionType, arguments: tuple[Any, ...]) -> str | None:
    """The first argument that the method writes over, found out on copies."""
    copies = deepcopy(arguments)
    try:
        function(*copies)
    except Exception:  # then it failed for another reason
        return None
    names = function.__code__.co_varnames
    for name, before, after in zip(names, arguments, copies, strict=False):
        if _bytes(before) != _bytes(after):
            return name
    return None


def _owner(function: FunctionType) -> str:
    """The class that a method, or a function within it, is written in."""
    inner_first = reversed(function.__qualname__.split(".<locals>."))
    owners = (name.rpartition(".")[0] for name in inner_first if "." in name)
    return next(owners, "a component")


def _bytes(value: Any) -> Any:
    """What an array, or a list or tuple of arrays, holds, to be compared."""
    if isinstance(value, np.ndarray):
        return value.tobytes()
    return list(map(_bytes, value)) if isinstance(value, list | tuple) else None
