"""`halfmoon describe` shows what a table holds, or a model."""

from typing import Annotated

import typer

from halfmoon.commands.common.models import looks_like_model
from halfmoon.commands.common.options import Json, Reading, with_options
from halfmoon.commands.common.printing import print_json


@with_options
def command(
    path: Annotated[
        str,
        typer.Argument(
            metavar="TABLE|MODEL",
            help="A table (CSV, TSV or Parquet, also packed with gzip; - reads the "
            "standard input), a model file, or the folder that halfmoon fit wrote.",
        ),
    ],
    reading: Reading,
    target: Annotated[
        str | None,
        typer.Option(help="The column to be predicted.", metavar="COLUMN"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a table holds and what could be predicted, or a model.

    Of a table: how it is read, its columns, and findings. Of a model: what it predicts,
    what it was learned from, and how good it is.
    """
    from halfmoon.commands.describing import model, table

    if path != "-" and looks_like_model(path):
        if reading != Reading() or target is not None:
            raise ValueError(
                f"{path} is a model, and options of how a table is read say nothing of "
                "it; leave them out."
            )
        shown = model.describe_model(path)
        print_json(model.as_data(shown)) if as_json else model.print_described(shown)
        return
    described = table.describe_table(path, reading, target)
    if as_json:
        print_json(table.as_data(described))
    else:
        table.print_described(described, path, reading)
