"""Operations: all that page, scripts and tests can ask, by name.

An operation is a function of a session and of the values in a JSON message. Its
signature says which values there are: what an annotation does not allow is refused in
one sentence, before the function is called.

    @operation("seek")
    def seek(session: Session, update: int) -> Answer:
        "Go to an update of the recorded run."

A parameter `body: bytes` is the request's body as it came, and no part of the message;
`**settings: Any` takes all further values of the message.
"""

import inspect
import logging
import math
import types
import typing
from collections.abc import Callable
from typing import Any, NamedTuple

from halfmoon.components.rules import check_name, nearest
from halfmoon.serving.packing import jsonable


class File(NamedTuple):
    """An answer that is no JSON: bytes, what they are, and a name to save them by."""

    content: bytes
    media_type: str
    name: str


# None stands for {"version": the session's}
Answer = dict[str, Any] | File | None


class Value(NamedTuple):
    """A value that an operation takes from the message."""

    name: str
    kind: Any  # the annotation
    default: Any  # inspect.Parameter.empty: it must be given

    @property
    def is_needed(self) -> bool:
        """Whether a message must hold it."""
        return self.default is inspect.Parameter.empty


class Operation(NamedTuple):
    """A function, and what its signature says."""

    name: str
    carry_out: Callable[..., Answer]
    values: tuple[Value, ...]
    takes_body: bool
    takes_more: bool  # values of any name
    help: str  # the first line of its docstring


OPERATIONS: dict[str, Operation] = {}
log = logging.getLogger("halfmoon.serving")
LONGEST = 600  # sentence that is shown
WORDS = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    types.NoneType: "null",
}


def operation(name: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Register the function below as the operation of this name."""

    def register(function: Callable[..., Answer]) -> Callable[..., Answer]:
        _, *parameters = inspect.signature(function).parameters.values()
        named = [each for each in parameters if each.kind is not each.VAR_KEYWORD]
        OPERATIONS[name] = Operation(
            name=name,
            carry_out=function,
            values=tuple(
                Value(each.name, each.annotation, each.default)
                for each in named
                if each.annotation is not bytes
            ),
            takes_body=any(each.annotation is bytes for each in named),
            takes_more=len(named) < len(parameters),
            help=(function.__doc__ or "").strip().split("\n")[0],
        )
        return function

    return register


def operate(session: Any, name: str, message: Any = None, body: bytes = b"") -> Answer:
    """Carry out an operation: what the page can do, without a server.

    Parameters
    ----------
    session : Session
    name : str
        One of `OPERATIONS`.
    message : dict, optional
        The operation's values, as JSON has them; the operation's own types are checked.
    body : bytes
        For an operation that takes a file.

    Returns
    -------
    dict or File
        As JSON can hold it: null stands for numbers that are not finite. Where an
        operation answers nothing, the version of the session's state.

    Raises
    ------
    ValueError
        For a name that is none, a value that is missing, not known or not allowed, and
        whatever the operation refuses.
    """
    check_name("operation", name, OPERATIONS)
    chosen = OPERATIONS[name]
    values = _read_message(chosen, {} if message is None else message)
    if chosen.takes_body:
        values["body"] = body
    elif body:
        raise ValueError(f"The operation {name!r} takes no body.")
    answer = chosen.carry_out(session, **values)
    if isinstance(answer, File):
        return answer
    told: dict[str, Any] = jsonable(answer or {"version": session.version})
    return told


def explain(error: Exception, name: str) -> tuple[bool, str]:
    """Whether it is a mistake of whoever asked, and the sentence to be shown.

    What is refused says so in a sentence of its own; all else is a fault of ours, of
    which the terminal shows more.
    """
    sentence = str(error).rstrip()
    if isinstance(error, ValueError) and sentence.endswith((".", "?")):
        return True, _shortened(sentence)
    log.error("A fault of halfmoon's own in %r.", name, exc_info=error)
    return False, (
        f"This is a fault of halfmoon's own ({type(error).__name__}); the terminal in "
        "which it was started shows more. Please report it."
    )


def _read_message(chosen: Operation, message: Any) -> dict[str, Any]:
    """The values in a message, once they are allowed."""
    if not isinstance(message, dict):
        raise ValueError(f"A message is an object; got {_shown(message)}.")
    known = {value.name: value for value in chosen.values}
    for name in message:
        if name not in known and (not chosen.takes_more or name in ("session", "body")):
            advice = nearest(name, known) if known else "it takes none."
            raise ValueError(
                f"The operation {chosen.name!r} has no value {name!r}; {advice}"
            )
    for value in chosen.values:
        if value.name in message:
            _check(chosen.name, value, message[value.name])
        elif value.is_needed:
            raise ValueError(
                f"The operation {chosen.name!r} needs {value.name!r}: "
                f"{describe_kind(value.kind)}."
            )
    return dict(message)


def _check(name: str, value: Value, given: Any) -> None:
    if not any(_is(kind, given) for kind in _alternatives(value.kind)):
        raise ValueError(
            f"{value.name!r} of the operation {name!r} must be "
            f"{describe_kind(value.kind)}; got {_shown(given)}."
        )


def describe_kind(annotation: Any) -> str:
    """What an annotation allows, in words.

    >>> describe_kind(int | None)
    'a whole number or null'
    """
    return " or ".join(
        WORDS.get(kind, "any value") for kind in _alternatives(annotation)
    )


def _alternatives(annotation: Any) -> list[Any]:
    """The plain types of which a value must have one; of `list[int]` it is list."""
    if isinstance(annotation, types.UnionType):
        each = [_alternatives(one) for one in typing.get_args(annotation)]
        return [kind for kinds in each for kind in kinds]
    return [typing.get_origin(annotation) or annotation]


def _is(kind: Any, given: Any) -> bool:
    """Whether a value of JSON is of this type; numbers must be finite."""
    if kind is Any:
        return True
    if isinstance(given, bool) or kind is bool:
        return isinstance(given, bool) and kind is bool
    if kind is float:
        return _is_finite(given)
    return isinstance(given, kind)


def _is_finite(given: Any) -> bool:
    try:
        return isinstance(given, int | float) and math.isfinite(given)
    except OverflowError:  # an integer that no float can hold
        return False


def _shortened(sentence: str) -> str:
    """A sentence that may quote all that was given, without its middle."""
    half = LONGEST // 2
    if len(sentence) <= LONGEST:
        return sentence
    return f"{sentence[:half]} ... {sentence[-half:]}"


def _shown(given: Any) -> str:
    """A value as an error message quotes it: short."""
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."
