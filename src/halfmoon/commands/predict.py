"""`halfmoon predict` writes a model's predictions for the rows of a table."""

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from halfmoon.commands.common.endings import say
from halfmoon.commands.common.inputs import blocks_of, inputs_of, read_inputs
from halfmoon.commands.common.models import load_tabular, model_file
from halfmoon.commands.common.options import (
    Json,
    ModelPath,
    Reading,
    TablePath,
    with_options,
)
from halfmoon.commands.common.printing import print_json
from halfmoon.commands.common.reading import read_table, refuse_kinds
from halfmoon.commands.common.targets import refuse_absent
from halfmoon.commands.predicting.outputs import (
    Asked,
    check_asked,
    predict_block,
    predicted_name,
)
from halfmoon.commands.predicting.writing import (
    as_texts,
    opened,
    write_names,
    write_rows,
)

if TYPE_CHECKING:
    from halfmoon.tables.raw import Table


@with_options
def command(
    model: ModelPath,
    table: TablePath,
    asked: Asked,
    reading: Reading,
    out: Annotated[
        str,
        typer.Option(
            "--out",
            "-o",
            help="The CSV file to be written; - is the standard output.",
            metavar="FILE",
        ),
    ] = "-",
    ids: Annotated[
        list[str] | None,
        typer.Option(
            "--id",
            help="A column that is written beside the predictions; may be given "
            "several times.",
            metavar="COLUMN",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a prediction for each row of a table.

    They are in the order of the rows, in a column that is called as the target was.
    """
    _check_out(out, model, table, as_json)
    refuse_kinds(reading)
    loaded = load_tabular(model)
    check_asked(loaded, asked)
    rows, understood = read_table(table, reading)
    ids = ids or []
    for name in ids:
        refuse_absent(name, rows, "--id names")
    inputs, notes = inputs_of(loaded, rows, ids)
    novelty = read_inputs(loaded, inputs)
    names = _write(
        loaded, inputs, {name: as_texts(rows[name]) for name in ids}, asked, out
    )
    if as_json:
        print_json(
            {
                "out": out,
                "rows": understood.rows,
                "columns": names,
                "notes": notes,
                "novelty": novelty.as_dict(),
            }
        )
        return
    for note in [*notes, str(novelty)]:
        say(note)
    if out != "-":
        say(f"{understood.rows:,} rows are written to {out}, with {', '.join(names)}.")


def _check_out(out: str, model: str, table: str, as_json: bool) -> None:
    """ValueError for a place where predictions must not go."""
    if out == "-" and as_json:
        raise ValueError(
            "--json tells of the file that is written, and the predictions would go to "
            "the standard output too; name a file with --out."
        )
    if out == "-" and sys.stdout is None:
        raise ValueError("The standard output is closed; name a file with --out.")
    for path in (str(model_file(model)), table):
        if os.path.exists(out) and os.path.exists(path) and os.path.samefile(out, path):
            raise ValueError(f"--out names {path}, which is read; name another file.")


def _write(
    model: Any, inputs: "Table", ids: "Table", asked: Asked, out: str
) -> list[str]:
    """Predict and write, block by block; gives the names of the columns."""
    name = predicted_name(model, list(ids))
    names: list[str] = []
    label = "" if out == "-" else "predicting"  # they would be drawn over each other
    with opened(out) as file:
        for part, some in blocks_of(inputs, label):
            predicted = predict_block(model, some, asked, name)
            _refuse_twice(ids, predicted)
            columns = {each: column[part] for each, column in ids.items()}
            columns |= predicted
            if not names:
                names = list(columns)
                write_names(file, names)
            write_rows(file, columns)
    return names


def _refuse_twice(ids: "Table", predicted: "Table") -> None:
    """ValueError for a column that is called like one that is predicted."""
    twice = [name for name in predicted if name in ids]
    if twice:
        raise ValueError(
            f"--id names {twice[0]!r}, and a column of predictions is called so; "
            "rename it in the table, or leave it out."
        )
