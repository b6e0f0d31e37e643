"""Options that several commands have: written once, as fields of a dataclass.

A command that takes a `Reading` has all of its fields as options:

    @with_options
    def command(table: TablePath, reading: Reading, as_json: Json = False) -> None:
"""

import dataclasses
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

TablePath = Annotated[
    str,
    typer.Argument(
        metavar="TABLE",
        help="A file: CSV, TSV or Parquet, also packed with gzip; - reads the "
        "standard input.",
    ),
]
ModelPath = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="A model file, or the folder that halfmoon fit wrote."
    ),
]
Truth = Annotated[
    str | None,
    typer.Option(
        "--target",
        help="The column with the truth, if it is not called as it was in the fit.",
        metavar="COLUMN",
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one object of JSON instead, for programs."),
]


@dataclasses.dataclass(frozen=True)
class Reading:
    """How a file is read: what is left out is found out, and shown."""

    encoding: Annotated[
        str | None,
        typer.Option(help="Of the file, such as utf-8 or cp1252.", metavar="NAME"),
    ] = None
    separator: Annotated[
        str | None,
        typer.Option(help=r"The character between cells; \t is a tab.", metavar="SIGN"),
    ] = None
    quote: Annotated[
        str | None,
        typer.Option(help="The character around cells; '' for none.", metavar="SIGN"),
    ] = None
    comment: Annotated[
        str | None,
        typer.Option(
            help="The character at the start of lines that are no rows; '' for none.",
            metavar="SIGN",
        ),
    ] = None
    skip: Annotated[
        int | None,
        typer.Option(help="How many lines stand above the table.", metavar="LINES"),
    ] = None
    header: Annotated[
        bool | None,
        typer.Option(
            "--header/--no-header", help="Whether the first row holds the names."
        ),
    ] = None
    columns: Annotated[
        list[str] | None,
        typer.Option(
            help="What a column is, as zip=category; may be given several times.",
            metavar="NAME=KIND",
        ),
    ] = None


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameters that are dataclasses are spelled out as options.

    It is called with the options, and makes the dataclasses of them.
    """
    groups: dict[str, Any] = {}
    listed: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        if dataclasses.is_dataclass(parameter.annotation):
            groups[parameter.name] = parameter.annotation
            listed += map(_option, dataclasses.fields(parameter.annotation))
        else:
            listed.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    @wraps(command)
    def spelled_out(**given: Any) -> None:
        for name, group in groups.items():
            own = [field.name for field in dataclasses.fields(group)]
            given[name] = group(**{field: given.pop(field) for field in own})
        command(**given)

    vars(spelled_out)["__signature__"] = inspect.Signature(listed)
    spelled_out.__annotations__ = {each.name: each.annotation for each in listed}
    return spelled_out


def _option(field: "dataclasses.Field[Any]") -> inspect.Parameter:
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=field.default,
        annotation=field.type,
    )
