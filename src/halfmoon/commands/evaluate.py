"""`halfmoon evaluate` measures a model on the rows of a table."""

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from halfmoon.commands.common.endings import say
from halfmoon.commands.common.inputs import inputs_of, read_inputs
from halfmoon.commands.common.judging import Judged, judge
from halfmoon.commands.common.models import load_tabular
from halfmoon.commands.common.options import (
    Json,
    ModelPath,
    Reading,
    TablePath,
    with_options,
)
from halfmoon.commands.common.printing import as_number, print_json, print_table
from halfmoon.commands.common.reading import read_table
from halfmoon.commands.common.targets import read_again, targets_of

if TYPE_CHECKING:
    from halfmoon.tables.novelty import Novelty


@with_options
def command(
    model: ModelPath,
    table: TablePath,
    reading: Reading,
    target: Annotated[
        str | None,
        typer.Option(
            help="The column with the truth, if it is not called as it was in the fit.",
            metavar="COLUMN",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure how good a model's predictions are for rows whose truth is known.

    Rows from which it has learned make it look better than it is.
    """
    loaded = load_tabular(model)
    if targets_of(loaded) > 1:
        raise ValueError(
            f"{model} predicts {targets_of(loaded)} columns, and evaluate is for one; "
            "use score(X, y) in Python."
        )
    rows, understood = read_table(table, reading)
    truth = read_again(loaded, rows, target)
    inputs, notes = inputs_of(loaded, rows, [truth.column])
    inputs.pop(truth.column, None)
    novelty = read_inputs(loaded, inputs)
    judged = judge(loaded, inputs, truth)
    notes += _told_of_rows(judged, truth.column)
    if as_json:
        print_json(_as_data(judged, notes, novelty))
        return
    for note in notes:
        say(note)
    say(str(novelty))
    typer.echo(
        f"{truth.column} in {judged.rows:,} rows of {understood.source}, {truth.task}:"
    )
    _print_scores(judged, getattr(loaded, "record_", {}).get("scores"))


def _told_of_rows(judged: Judged, column: str) -> list[str]:
    """Sentences on rows that the scores are not about."""
    notes = []
    if judged.without_target:
        which = (
            "1 row has"
            if judged.without_target == 1
            else (f"{judged.without_target:,} rows have")
        )
        notes.append(f"{which} no {column!r}, and no part in the scores.")
    if judged.unknown:
        named = ", ".join(map(repr, judged.examples[:5]))
        notes.append(
            f"{judged.unknown:,} rows are of classes that the model does not know "
            f"({named}), and have no part in the scores; if they count as wrong, the "
            f"accuracy is {judged.accuracy_with_unknown:.4g}."
        )
    return notes


def _as_data(judged: Judged, notes: list[str], novelty: "Novelty") -> dict[str, Any]:
    scores = [
        {**dataclasses.asdict(score), "standard_error": error}
        for score, error in judged.scores
    ]
    return {
        "rows": judged.rows,
        "without_target": judged.without_target,
        "unknown_classes": judged.unknown,
        "scores": scores,
        "notes": notes,
        "novelty": novelty.as_dict(),
    }


def _print_scores(judged: Judged, after_fit: Any) -> None:
    """Each score with its standard error and interval, beside that after the fit."""
    earlier: dict[str, Any] = {}
    if isinstance(after_fit, list):
        earlier = {score["name"]: score["value"] for score in after_fit}
    cells = [
        (
            score.label,
            as_number(score.value),
            as_number(error, digits=2),
            as_number(score.low),
            as_number(score.high),
            as_number(earlier[score.name]) if score.name in earlier else "",
        )
        for score, error in judged.scores
    ]
    names = ["score", "value", "standard error", "from", "to (95%)", "after the fit"]
    count = len(names) if earlier else len(names) - 1
    print_table(names[:count], [row[:count] for row in cells], right=range(1, count))
