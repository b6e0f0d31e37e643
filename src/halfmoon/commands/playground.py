"""`halfmoon playground` opens a page on this machine, to play with a network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from halfmoon.commands.common.options import Reading, with_options

if TYPE_CHECKING:
    from halfmoon.playground.sources import Source

# what --set says of the page alone, and Python leaves as it is
OF_PAGE = ("open", "hide", "lesson", "row", "unit")


@with_options
def command(
    reading: Reading,
    table: Annotated[
        str | None,
        typer.Argument(
            metavar="[TABLE]",
            help="A file to learn from: CSV, TSV or Parquet, also packed with gzip; - "
            "reads the standard input. Without it, points are drawn at random.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            help="The column to be predicted; without it, the one that is probably "
            "meant.",
            metavar="COLUMN",
        ),
    ] = None,
    groups: Annotated[
        str | None,
        typer.Option(
            help="The column that says which rows belong together: they stay together "
            "in the test.",
            metavar="COLUMN",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="What a control begins with, as hidden=4,3 or learning_rate=0.1; may "
            "be given several times.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            help="Where this machine serves the page; without it, a port that is free.",
            min=0,
            max=65535,
        ),
    ] = 0,
    no_browser: Annotated[
        bool,
        typer.Option("--no-browser", help="Print the page's address, do not open it."),
    ] = False,
) -> None:
    """Open the playground: data, network and training on one page.

    The page is served on this machine alone, until it is closed or Ctrl-C is pressed.
    """
    from halfmoon.components.setting_texts import read_settings
    from halfmoon.playground.extras import require_extra

    try:
        require_extra("play")
    except ImportError as error:
        raise ValueError(str(error)) from None
    from halfmoon.playground.api import OPERATIONS
    from halfmoon.playground.opening import make_session
    from halfmoon.playground.page import SITE
    from halfmoon.playground.setup import Setup
    from halfmoon.serving.server import serve

    if table is None and (target or groups):
        raise ValueError("--target and --groups are columns of a table; name its file.")
    texts = settings or []
    shown = [text for text in texts if text.partition("=")[0] in OF_PAGE]
    begin = read_settings(Setup, [text for text in texts if text not in shown])
    given = None if table is None else _read(table, reading)
    columns = {"target": target, "groups": groups}
    more = {name: column for name, column in columns.items() if column is not None}
    session = make_session(given, **begin | more)
    serve(session, SITE, OPERATIONS, port, not no_browser, say=typer.echo, shown=shown)


def _read(table: str, reading: Reading) -> "Source":
    from halfmoon.commands.common.reading import read_table, said_of_columns
    from halfmoon.playground.sources import table_source

    columns, understood = read_table(table, reading)
    said = said_of_columns(reading)
    return table_source(columns, said, understood.notes, Path(table).name)
