"""The estimators' parameters as options: one list for Python and the command line.

The fields of `TabularClassifier` and `TabularRegressor` give names, defaults, rules and
help. They are read when a command needs them, since scikit-learn comes with them.
"""

import dataclasses
import math
import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

# `columns` says how a file is read, and the bar is shown on every terminal
NOT_OPTIONS = ("columns", "verbose")
# a fit can be repeated without its being asked for
DEFAULTS = {"random_state": 0}
WORDS = {"none": None, "true": True, "false": False}
GIVEN = "parameters"  # where the context keeps what was given


class Command(TyperCommand):
    """A command with the options of its function, and one for each parameter."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All options; `--help` comes last, as ever."""
        *own, help_option = super().get_params(ctx)
        return [*own, *_options(), help_option]


def given_parameters(context: typer.Context) -> dict[str, Any]:
    """What the user gave, by the parameters' names; the rest has defaults of ours.

    Raises ValueError for a text that its parameter's rule does not allow.
    """
    given: dict[str, str] = context.meta.get(GIVEN, {})
    return DEFAULTS | {name: read_value(name, text) for name, text in given.items()}


def estimator(task: str, parameters: dict[str, Any]) -> Any:
    """An estimator for "classification" or "regression", with these parameters.

    Raises ValueError for a parameter that only the other one has.
    """
    from halfmoon.estimators.tabular import TabularClassifier, TabularRegressor

    kind = TabularClassifier if task == "classification" else TabularRegressor
    known = [field.name for field in dataclasses.fields(kind)]
    for name in parameters:
        if name not in known:
            raise ValueError(f"{_flag(name)} has no effect in a {task}; leave it out.")
    return kind(**parameters)


def read_value(name: str, text: str) -> Any:
    """The value that an option's text stands for, by the parameter's rule.

    >>> read_value("effort", "4"), read_value("n_jobs", "none")
    (4, None)

    Raises ValueError, in one sentence, for a text that the rule does not allow.
    """
    field = fields()[name]
    rule = field.metadata["rule"]
    for value in _readings(text):
        if rule.allows(value):
            return value
    raise ValueError(f"{_flag(name)} must be {_allowed(rule)}; got {text!r}.")


def fields() -> dict[str, Any]:
    """The fields of the parameters that are options, by their names."""
    from halfmoon.estimators.tabular import TabularClassifier, TabularRegressor

    return {
        field.name: field
        for kind in (TabularClassifier, TabularRegressor)
        for field in dataclasses.fields(kind)
        if field.name not in NOT_OPTIONS
    }


def _readings(text: str) -> Iterator[Any]:
    """What a text may stand for, the simplest first."""
    word = text.strip()
    if word.lower() in WORDS:
        yield WORDS[word.lower()]
    yield from _numbers(word)
    parts = [part.strip() for part in word.split(",") if part.strip()]
    pairs = [part.rpartition("=") for part in parts]
    if pairs and all(sign for _, sign, _ in pairs):
        yield {
            _number_or_text(name.strip()): _number_or_text(value.strip())
            for name, _, value in pairs
        }
        return
    if "," in word:
        yield tuple(_number_or_text(part) for part in parts)
    yield word


def _numbers(word: str) -> Iterator[Any]:
    """The whole number, or the number, that a word is."""
    for kind in (int, float):
        try:
            number = kind(word)
        except ValueError:
            continue
        if not math.isnan(number):
            yield number


def _number_or_text(word: str) -> Any:
    return next(_numbers(word), word)


def _allowed(rule: Any) -> str:
    """A rule in words, without the kinds that no text can stand for."""
    *others, last = _parts(rule)
    return f"{', '.join(others)}, or {last}" if others else last


def _parts(rule: Any) -> list[str]:
    """What a rule allows, each in words."""
    from halfmoon.components.rules import Kind, Number, OrList, Union
    from halfmoon.estimators.fields import DICT

    if isinstance(rule, Union):
        return [part for one in rule.rules for part in _parts(one)]
    if isinstance(rule, OrList):
        has_numbers = any(isinstance(each, Number) for each in rule.options())
        return _parts(rule.one) + ["several, as 20,20"] * has_numbers
    if rule == DICT:
        return ["pairs such as no=1,yes=5"]
    return [] if isinstance(rule, Kind) else [_in_small_letters(str(rule))]


def _in_small_letters(text: str) -> str:
    """The text with none for None, as it is typed."""
    return re.sub(r"\bNone\b", "none", text)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _options() -> list[Any]:
    """Options of typer, one for each parameter, that keep what was given."""
    from typer.main import get_command

    def declared(**options: Any) -> None:
        """Only its options are wanted."""

    annotations = {name: _annotation(name, each) for name, each in fields().items()}
    declared.__annotations__ = annotations
    declared.__signature__ = _signature(annotations)  # type: ignore[attr-defined]
    app = typer.Typer(add_completion=False)
    app.command()(declared)
    return get_command(app).params


def _signature(annotations: dict[str, Any]) -> Any:
    from inspect import Parameter, Signature

    return Signature(
        [
            Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
            for name, annotation in annotations.items()
        ]
    )


def _annotation(name: str, field: Any) -> Any:
    """The type of an option, with its help and what keeps its value."""
    help = _in_small_letters(field.metadata["help"])
    default = DEFAULTS.get(name, field.default)
    told = "none" if default is None else default
    about = f"{help[0].upper()}{help[1:]} ({_allowed(field.metadata['rule'])})"
    return Annotated[
        str | None,
        typer.Option(
            _flag(name),
            help=f"{about} [default: {told}]",
            metavar="VALUE",
            expose_value=False,
            show_default=False,
            callback=_keeper(name),
        ),
    ]


def _keeper(name: str) -> Callable[..., None]:
    """What keeps an option's text in the context, for the command to read."""

    def keep(context: typer.Context, text: str | None) -> None:
        if text is not None:
            context.meta.setdefault(GIVEN, {})[name] = text

    return keep
