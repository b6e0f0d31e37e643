"""`halfmoon fit` learns a table, measures the model, and writes its folder."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from halfmoon.commands.common.endings import INTERRUPTED, say
from halfmoon.commands.common.models import MODEL
from halfmoon.commands.common.options import Json, Reading, TablePath, with_options
from halfmoon.commands.common.printing import print_json
from halfmoon.commands.common.wording import as_options
from halfmoon.commands.fitting.parameters import Command, given_parameters

if TYPE_CHECKING:
    from halfmoon.commands.fitting.preparing import Prepared, Wanted
    from halfmoon.commands.fitting.training import Trained
    from halfmoon.report.measured import Measured
    from halfmoon.tables.schema import Schema

__all__ = ["Command", "command"]  # the first has the options of the parameters

NAMED = 5  # columns in a line


@with_options
def command(
    context: typer.Context,
    table: TablePath,
    reading: Reading,
    target: Annotated[
        str,
        typer.Option(help="The column to be predicted.", metavar="COLUMN"),
    ],
    test: Annotated[
        str | None,
        typer.Option(
            help="A table of rows to judge the model by; without it, a fifth of the "
            "rows is set aside.",
            metavar="TABLE",
        ),
    ] = None,
    groups: Annotated[
        str | None,
        typer.Option(
            help="The column that says which rows belong together, such as a patient: "
            "they stay together in the test. Not learned from.",
            metavar="COLUMN",
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            help="The column of dates: the model is judged by the latest rows.",
            metavar="COLUMN",
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            help="classification or regression; without it, the target's cells decide.",
            metavar="TASK",
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            help="A schema.json of an earlier fit, edited: what each column is.",
            metavar="FILE",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            help="The folder to write; without it, data.halfmoon beside data.csv, or "
            "data.halfmoon-2.",
            metavar="FOLDER",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Learn to predict a column; write a model and a report.

    Ctrl-C ends the training and keeps the best networks so far; a second one leaves at
    once.
    """
    from halfmoon.commands.fitting.folder import folder_for, write_model
    from halfmoon.commands.fitting.preparing import Wanted, prepare
    from halfmoon.commands.fitting.training import train

    parameters = given_parameters(context)
    seed = parameters["random_state"] or 0
    wanted = Wanted(table, target, task, test, groups, time, schema, seed)
    place = folder_for(table, out)
    prepared = prepare(wanted, reading)
    if not as_json:
        _print_beginning(prepared)
    trained = train(prepared, parameters, seed)
    folder = write_model(place, trained.model, is_named=out is not None)
    try:
        lines = _lines(wanted, reading, prepared, parameters, folder)
        measured = _measure(prepared, trained, folder, lines)
    except BaseException:
        say(f"the model is in {folder}, without a report of it.")
        raise
    _print_end(measured, folder, as_json)
    if trained.interrupted:
        raise typer.Exit(INTERRUPTED)


def _lines(
    wanted: "Wanted",
    reading: Reading,
    prepared: "Prepared",
    parameters: dict[str, Any],
    folder: Path,
) -> dict[str, str]:
    """What makes the model again."""
    from halfmoon.commands.fitting.lines import command_line, python_lines

    python = python_lines(wanted, reading, prepared, parameters, folder)
    return {"command": command_line(), "python": python}


def _measure(
    prepared: "Prepared", trained: "Trained", folder: Path, lines: dict[str, str]
) -> "Measured":
    """Measure the model; write its report, and its scores into its file."""
    from halfmoon.commands.fitting.folder import REPORT
    from halfmoon.commands.fitting.measuring import measure_fit
    from halfmoon.commands.fitting.result import scores_of
    from halfmoon.files.model_file import save
    from halfmoon.report.page import write_report

    measured = measure_fit(
        prepared,
        trained.model,
        seconds=trained.seconds,
        model_bytes=(folder / MODEL).stat().st_size,
        **lines,
    )
    if trained.cut_short:
        untold = (trained.cut_short, *measured.left_out)
        measured = dataclasses.replace(measured, left_out=untold)
    write_report(measured, folder / REPORT)
    trained.model.record_["scores"] = scores_of(measured)
    save(trained.model, folder / MODEL)
    return measured


def _print_beginning(prepared: "Prepared") -> None:
    """What was read, before the work begins."""
    from halfmoon.report.split import split_warnings

    head, *_ = str(prepared.understood).splitlines()
    lines = [head, *prepared.understood.notes, str(prepared.target)]
    if prepared.left_out:
        rows = "1 row" if prepared.left_out == 1 else f"{prepared.left_out:,} rows"
        verb = "is" if prepared.left_out == 1 else "are"
        lines.append(f"{rows} without {prepared.target.column!r} {verb} left out.")
    facts = prepared.split.facts
    lines += _told_of_left_out(prepared.schema, facts.column)
    lines += [facts.sentence, *split_warnings(facts, prepared.schema.kinds)]
    for line in lines:
        typer.echo(as_options(line))


def _told_of_left_out(schema: "Schema", groups: str | None) -> list[str]:
    """A line on the columns that are not learned from, but for that of the groups."""
    from halfmoon.tables.decision import LEFT_OUT

    left = [
        f"{each.column!r} ({each.kind})"
        for each in schema.decisions
        if each.kind in LEFT_OUT and each.column != groups
    ]
    if not left:
        return []
    more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
    return [
        f"Not learned from: {', '.join(left[:NAMED])}{more}; --columns NAME=KIND "
        "changes it."
    ]


def _print_end(measured: "Measured", folder: Path, as_json: bool) -> None:
    from halfmoon.commands.fitting.folder import REPORT
    from halfmoon.commands.fitting.result import as_data, print_place, print_scores

    if as_json:
        print_json(as_data(measured, folder, folder / REPORT))
        return
    print_scores(measured)
    print_place(folder)
