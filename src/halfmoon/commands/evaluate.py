"""`halfmoon evaluate` measures a model on the rows of a table."""

import dataclasses
from typing import TYPE_CHECKING, Any

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
    Truth,
    with_options,
)
from halfmoon.commands.common.printing import as_number, print_json, print_table
from halfmoon.commands.common.targets import targets_of

if TYPE_CHECKING:
    from halfmoon.commands.fitting.again import Again
    from halfmoon.tables.novelty import Novelty


@with_options
def command(
    model: ModelPath,
    table: TablePath,
    reading: Reading,
    target: Truth = None,
    as_json: Json = False,
) -> None:
    """Measure a model on rows whose truth is known.

    Of the table of its fit, only the rows count that it has not learned from.
    """
    from halfmoon.commands.fitting.again import prepare_again

    loaded = load_tabular(model)
    if targets_of(loaded) > 1:
        raise ValueError(
            f"{model} predicts {targets_of(loaded)} columns, and evaluate is for one; "
            "use score(X, y) in Python."
        )
    again = prepare_again(loaded, table, reading, target)
    column = again.target.column
    whole, notes = inputs_of(loaded, again.table, [column])
    read_inputs(loaded, whole)  # a mistake is told with its row in the file
    inputs = {name: again.test.table[name] for name in whole}
    novelty = read_inputs(loaded, inputs)
    clusters = None if again.split is None else again.split.clusters
    judged = judge(loaded, inputs, again.test.y, clusters)
    notes += _told_of_rows(again, judged)
    if as_json:
        print_json(_as_data(again, judged, notes, novelty))
        return
    for note in [*notes, str(novelty)]:
        say(note)
    source = again.understood.source
    typer.echo(f"{column} in {judged.rows:,} rows of {source}, {again.target.task}:")
    _print_scores(judged, loaded.record_.get("scores"))


def _told_of_rows(again: "Again", judged: Judged) -> list[str]:
    """Sentences on the rows that have a part in the scores, and on those without."""
    from halfmoon.commands.fitting.again import LEARNED

    notes = []
    if again.split is not None:
        notes.append(
            "the model was made with this table: only the "
            f"{len(again.test.y):,} rows count that it has not learned from."
        )
    if again.learned:
        notes.append(LEARNED)
    if again.left_out:
        count = again.left_out
        which = "1 row has" if count == 1 else f"{count:,} rows have"
        column = again.target.column
        notes.append(f"{which} no {column!r}, and no part in the scores.")
    if judged.unknown:
        which = "1 row is" if judged.unknown == 1 else f"{judged.unknown:,} rows are"
        named = ", ".join(map(repr, judged.examples[:5]))
        notes.append(
            f"{which} of classes that the model does not know ({named}), and without "
            "part in the scores; counted as wrong, they make the accuracy "
            f"{judged.accuracy_with_unknown:.4g}."
        )
    return notes


def _as_data(
    again: "Again", judged: Judged, notes: list[str], novelty: "Novelty"
) -> dict[str, Any]:
    scores = [
        {**dataclasses.asdict(score), "standard_error": error}
        for score, error in judged.scores
    ]
    return {
        "target": again.target.column,
        "task": again.target.task,
        "rows": judged.rows,
        "of_its_fit": again.split is not None,
        "learned": again.learned,
        "without_target": again.left_out,
        "unknown_classes": judged.unknown,
        "scores": scores,
        "notes": notes,
        "novelty": novelty.as_dict(),
    }


def _print_scores(judged: Judged, after_fit: Any) -> None:
    """Each score with its standard error and interval, beside that after the fit."""
    earlier: dict[str, Any] = {}
    if isinstance(after_fit, dict):
        earlier = {name: score["value"] for name, score in after_fit.items()}
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
