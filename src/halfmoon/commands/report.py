"""`halfmoon report` writes a page on a model that is there, measured on a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from halfmoon.commands.common.endings import say
from halfmoon.commands.common.inputs import inputs_of, read_inputs
from halfmoon.commands.common.models import load_tabular, model_file
from halfmoon.commands.common.options import (
    Json,
    ModelPath,
    Reading,
    TablePath,
    Truth,
    with_options,
)
from halfmoon.commands.common.printing import print_json
from halfmoon.commands.common.targets import recorded, targets_of

if TYPE_CHECKING:
    from halfmoon.commands.fitting.again import Again
    from halfmoon.report.measured import Measured


@with_options
def command(
    model: ModelPath,
    table: TablePath,
    reading: Reading,
    target: Truth = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            "-o",
            help="The page to write; without it, data.report.html beside data.csv, or "
            "data.report-2.html.",
            metavar="FILE",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure a model on rows whose truth is known; write a page.

    If these are the rows of its fit, they are split again as they were then.
    """
    from halfmoon.commands.fitting.again import LEARNED, prepare_again
    from halfmoon.commands.fitting.folder import page_for
    from halfmoon.commands.fitting.lines import report_lines
    from halfmoon.commands.fitting.result import as_data, print_scores
    from halfmoon.report.page import write_report

    loaded = load_tabular(model)
    if targets_of(loaded) > 1:
        raise ValueError(
            f"{model} predicts {targets_of(loaded)} columns, and a report is about "
            "one; use score(X, y) in Python."
        )
    page = page_for(table, out)
    again = prepare_again(loaded, table, reading, target)
    inputs, notes = inputs_of(loaded, again.table, [again.target.column])
    read_inputs(loaded, inputs)  # a mistake is told with its row in the file
    for note in notes:
        say(note)
    if again.learned:
        say(LEARNED)
    python = report_lines(str(model_file(model)), table, reading, again.target)
    measured = _measure(loaded, again, list(inputs), model_file(model), python)
    write_report(measured, page)
    if as_json:
        print_json(as_data(measured, None, page))
        return
    print_scores(measured)
    typer.echo("")
    typer.echo(f"Written to {page}. For a browser: {page.resolve().as_uri()}")


def _measure(
    model: Any, again: "Again", columns: list[str], file: Path, python: str
) -> "Measured":
    """What a report shows of a model, by these columns of the rows."""
    from halfmoon.commands.fitting.lines import command_line
    from halfmoon.commands.fitting.measuring import measuring_bar, told_of_reading
    from halfmoon.report.measure import measure
    from halfmoon.tables.findings import findings

    test = again.test.of(columns)
    train = None if again.train is None else again.train.of(columns)
    with measuring_bar() as progress:
        progress(0.0, "the table")
        found = findings(again.table, target=again.target)
        return measure(
            model,
            None if train is None else train.table,
            None if train is None else train.y,
            test.table,
            test.y,
            split=again.split,
            target=again.target.column,
            task_reason=(recorded(model) or {}).get("why", again.target.why),
            source=again.understood.source,
            reading=told_of_reading(again.understood),
            findings=tuple(found),
            left_out=again.left_out,
            test_rows=test.numbers + 1,
            model_bytes=file.stat().st_size,
            command=command_line(),
            python=python,
            progress=progress,
        )
