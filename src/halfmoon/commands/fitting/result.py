"""What a fit prints in the end: scores, a sentence, and where the files are."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from halfmoon.commands.common.models import MODEL
from halfmoon.commands.common.printing import as_number, print_table
from halfmoon.commands.common.wording import as_command
from halfmoon.commands.fitting.folder import HISTORY, REPORT, SCHEMA

if TYPE_CHECKING:
    from halfmoon.report.measured import Measured, Score


def scores_of(measured: "Measured") -> dict[str, Any]:
    """The model's scores on the test rows by name, as plain data."""
    return {
        score.name: {"value": score.value, "low": score.low, "high": score.high}
        for score in measured.scores
    }


def as_data(measured: "Measured", folder: Path | None, report: Path) -> dict[str, Any]:
    """The result for --json."""
    files: dict[str, Any] = {"report": str(report)}
    if folder is not None:
        files = {
            "folder": str(folder),
            "model": str(folder / MODEL),
            "schema": str(folder / SCHEMA),
            "history": str(folder / HISTORY),
            **files,
        }
    whole = measured.as_dict()
    kept = ("source", "target", "task", "task_reason", "classes", "rows", "split")
    return {
        **files,
        **{name: whole[name] for name in kept},
        "scores": scores_of(measured),
        "baselines": [
            {
                "name": each.name,
                "seconds": each.seconds,
                "error": each.error,
                "scores": {score.name: score.value for score in each.scores},
                "differences": {
                    one.name: {"value": one.value, "low": one.low, "high": one.high}
                    for one in each.differences
                },
            }
            for each in measured.baselines
        ],
        "verdict": whole["verdict"],
        "notes": whole["notes"],
        "left_out": whole["left_out"],
        "seconds": measured.costs.fit_seconds,
    }


def print_scores(measured: "Measured") -> None:
    """The scores of the model and of the baselines, a line each, and what they say."""
    names = ["on the test rows", *(score.label for score in measured.scores)]
    rows = [["this model", *map(_written, measured.scores)]]
    for each in measured.baselines:
        if each.error is None:
            rows.append([each.label, *map(_written, each.scores)])
    typer.echo("")
    print_table(names, rows, right=range(1, len(names)))
    lower = [score.label for score in measured.scores if not score.larger_is_better]
    typer.echo(f"\n{' and '.join(lower)}: the lower the better; else the higher.")
    typer.echo("")
    typer.echo(measured.verdict.headline)
    for sentence in measured.verdict.sentences:
        typer.echo(f"  {sentence}")
    for line in [*_told_of_findings(measured), *measured.left_out]:
        typer.echo(line)


def _written(score: "Score") -> str:
    """A score as people write it."""
    if score.name in ("accuracy", "balanced_accuracy"):
        return f"{score.value:.1%}"
    return as_number(score.value)


def _told_of_findings(measured: "Measured") -> list[str]:
    """What was found in the table, by its titles; the report has the sentences."""
    titles = [note.title for note in measured.notes if note.source == "data"]
    if not titles:
        return []
    listed = ", ".join(dict.fromkeys(titles))
    return [f"Found in the table, and told in the report: {listed}."]


def print_place(folder: Path) -> None:
    """Where the files are, and what to do with them."""
    report = folder / REPORT
    typer.echo("")
    typer.echo(f"Written to {folder}: {MODEL}, {REPORT}, {SCHEMA}, {HISTORY}.")
    typer.echo(f"The report, for a browser: {report.resolve().as_uri()}")
    predict = as_command("predict", str(folder), "NEW.csv", "-o", "predictions.csv")
    typer.echo(f"Predictions: {predict}")
