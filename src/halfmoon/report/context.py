"""What the templates of a report know: pictures, tables and texts."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from html import escape
from typing import Any, NamedTuple

from halfmoon.pages import html
from halfmoon.report import effects, pictures, wording
from halfmoon.report.measured import Baseline, Measured, Mistake, Score

MOST_CELLS = 6  # columns of a row that was predicted badly
LONGEST = 60  # characters of a cell
MOST_CLASSES = 25  # that a table lists
MOST_IMPORTANT = 10  # columns whose importance a table lists
LARGER = {"model": "this model", "neither": "neither"}


class Rival(NamedTuple):
    """The best baseline: its name, and its score in words."""

    name: str
    label: str
    text: str


class OfClass(NamedTuple):
    """What is found of a class, and what is right of what was taken for it."""

    name: str
    rows: int
    recall: str
    precision: str


def context_of(measured: Measured) -> dict[str, Any]:
    """All that the templates name, by its name."""
    data_notes = [note for note in measured.notes if note.source == "data"]
    network_notes = [note for note in measured.notes if note.source == "networks"]
    warnings = list(measured.split.warnings)
    metric = _score_named(measured.verdict.metric, measured.scores)
    return {
        "m": measured,
        "metric_label": metric.label if metric else "",
        "rival": _rival(measured),
        "compared": list(_compared(measured)),
        "cautions": warnings + [note.sentence for note in data_notes],
        "data_notes": data_notes,
        "network_notes": network_notes,
        "comparison": pictures.comparison(measured),
        "confusion": pictures.confusion(measured),
        "residuals": pictures.residuals(measured),
        "probabilities": pictures.probabilities(measured),
        "importance": effects.importance(measured),
        "dependence": effects.dependence(measured),
        "learning": pictures.learning(measured),
        "coverage": list(_coverage(measured)),
        "scores": _first(measured.verdict.metric, measured.scores),
        "by_class": list(_by_class(measured)),
        "thresholds_json": _thresholds(measured),
        "mistakes": _mistakes(measured),
        "python": html.program(measured.reproduction.python, ()),
        "settings": list(_settings(measured)),
        "important": list(_important(measured)),
    }


def _score_named(name: str, scores: Sequence[Score]) -> Score | None:
    return next((score for score in scores if score.name == name), None)


def _first(name: str, scores: Sequence[Score]) -> list[Score]:
    """The scores, that of this name first."""
    return sorted(scores, key=lambda score: score.name != name)


def _rival(measured: Measured) -> Rival | None:
    """The best baseline by the verdict's metric."""
    for baseline in measured.baselines:
        score = _score_named(measured.verdict.metric, baseline.scores)
        if baseline.label == measured.verdict.rival and score is not None:
            own = _score_named(score.name, measured.scores)
            text = wording.value_of(own or score, score.value)
            return Rival(baseline.label, score.label, text)
    return None


def _compared(measured: Measured) -> Iterator[tuple[Baseline, str]]:
    """The baselines that were fitted, each with the name of the better one."""
    for baseline in measured.baselines:
        for difference in baseline.differences:
            if difference.name == measured.verdict.metric:
                yield baseline, LARGER.get(difference.better, baseline.label)


def _by_class(measured: Measured) -> Iterator[OfClass]:
    """The classes of the confusion matrix, one by one."""
    if measured.confusion is None:
        return
    counts = measured.confusion.counts
    for c, name in enumerate(measured.confusion.classes[:MOST_CLASSES]):
        rows = sum(counts[c])
        taken = sum(row[c] for row in counts)
        yield OfClass(
            name,
            rows,
            wording.percent(counts[c][c] / rows) if rows else "no row",
            wording.percent(counts[c][c] / taken) if taken else "never predicted",
        )


def _coverage(measured: Measured) -> Iterator[tuple[str, str, str, str]]:
    """What sets or intervals promise, and what they held; their mean size."""
    for one in measured.coverage:
        yield (
            wording.percent(one.stated, 0),
            wording.percent(one.measured),
            f"{wording.percent(one.low)} to {wording.percent(one.high)}",
            wording.number(one.size, 3),
        )


def _thresholds(measured: Measured) -> str:
    """The counts at all thresholds, as JSON for the page's script."""
    found = measured.thresholds
    if found is None:
        return ""
    counts = {
        "values": found.values,
        "true_positive": found.true_positive,
        "false_positive": found.false_positive,
        "false_negative": found.false_negative,
        "true_negative": found.true_negative,
    }
    return json.dumps(counts, separators=(",", ":"))


def _mistakes(measured: Measured) -> str:
    """The rows that were predicted worst, as a table."""
    worst = measured.mistakes
    if not worst:
        return ""
    important = [one.column for one in measured.importance]
    names = sorted(worst[0].cells, key=lambda name: _rank(name, important))[:MOST_CELLS]
    is_value = measured.task == "regression"
    last = "residual" if is_value else "probability of the truth"
    columns = ["", "truth", "prediction", last, *names]
    rows = [
        [
            f"row\N{NO-BREAK SPACE}{mistake.row:,}",
            mistake.truth,
            mistake.predicted,
            _badness(mistake),
            *(mistake.cells.get(name) or "missing" for name in names),
        ]
        for mistake in worst
    ]
    caption = "Test rows, numbered from 1"
    if measured.source:
        caption = f"Test rows, numbered as in {escape(measured.source)}, from 1"
    shown = [[escape(_cut(cell)) for cell in row] for row in rows]
    return html.table(caption, list(map(escape, columns)), shown)


def _rank(name: str, important: Sequence[str]) -> int:
    """Where a column stands by its importance; one that is not among them is last."""
    return important.index(name) if name in important else len(important)


def _badness(mistake: Mistake) -> str:
    if mistake.probability is None:
        return wording.number(mistake.error, 3)
    return wording.percent(mistake.probability)


def _cut(cell: str) -> str:
    """A cell that is not too long; a number with six digits at most."""
    if "." in cell and len(cell) > 9:
        with suppress(ValueError):
            return f"{float(cell):.6g}"
    return cell if len(cell) <= LONGEST else f"{cell[: LONGEST - 1]}…"


def _important(measured: Measured) -> Iterator[tuple[str, str, str]]:
    """The most important columns: name, increase of the error, its interval."""
    shown = measured.importance[:MOST_IMPORTANT]
    for one in shown:
        value, low, high = (
            wording.written(each, shown[0]) for each in (one.value, one.low, one.high)
        )
        yield one.column, value, f"{low} to {high}"


def _settings(measured: Measured) -> Iterator[tuple[str, str]]:
    """Settings, versions and the data's fingerprint, each with its name."""
    made = measured.reproduction
    for name, value in made.settings.items():
        yield name, str(value)
    for name, version in made.versions.items():
        yield f"version of {name}", version
    if made.fingerprint:
        yield "fingerprint of the rows learned from", made.fingerprint
