"""The pictures of a report: what each shows, drawn by the displays."""

import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from halfmoon.displays.calibration import draw_calibration
from halfmoon.displays.classifier_curves import Curve, draw_precision_recall, draw_roc
from halfmoon.displays.comparison import draw_comparison
from halfmoon.displays.confusion import draw_confusion
from halfmoon.displays.effects import draw_dependence, draw_effects, draw_importance
from halfmoon.displays.members import Member, draw_members
from halfmoon.displays.residuals import draw_predicted, draw_residuals
from halfmoon.displays.style import shorten
from halfmoon.pages.figures import draw
from halfmoon.pages.texts import Picture
from halfmoon.report.measured import ClassCurves, Dependence, Measured, Score
from halfmoon.report.wording import SHARES, number, plural, value_of

# inches that a panel is wide, by how many stand side by side: texts are read on a
# phone, which shows one alone, and on a screen, which shows all
WIDTHS = {1: 4.3, 2: 4.3, 3: 3.4}
MOST_COLUMNS = 15  # whose importance is drawn
MOST_CURVES = 5  # classes whose curves are drawn
MOST_EFFECTS = 6  # columns whose effect is drawn
MOST_OUTPUTS = 4  # lines of an effect
MOST_CATEGORIES = 10

Draw = Callable[[Any], None]


class Figure(NamedTuple):
    """A drawing as HTML, and what stands below it."""

    drawing: str
    caption: str


def short(name: Any, most: int = 22) -> str:
    """A name in one line that fits into a picture."""
    return shorten(" ".join(str(name).split()), most)


def side_by_side(panels: Sequence[Draw], columns: int, height: float) -> Picture:
    """A picture with a panel for each function, so many in a row."""
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)

    def draw_all(fig: Any) -> None:
        for place, panel in enumerate(panels, start=1):
            panel(fig.add_subplot(rows, columns, place))

    return Picture(draw_all, (WIDTHS[columns] * columns, height * rows))


def titled(title: str, panel: Draw) -> Draw:
    """A panel with a title above it."""

    def draw_titled(ax: Any) -> None:
        panel(ax)
        ax.set_title(title)

    return draw_titled


def comparison(measured: Measured) -> Figure:
    """The two first scores of the model and of its baselines, with intervals."""
    names = ["this model"]
    scored: list[Sequence[Score]] = [measured.scores]
    for baseline in measured.baselines:
        if baseline.scores:
            names.append(baseline.label)
            scored.append(baseline.scores)
    first = measured.verdict.metric
    shown = sorted(measured.scores, key=lambda score: score.name != first)[:2]
    panels = [partial(_draw_score, names, scored, score.name) for score in shown]
    told = [
        f"{score.label}: "
        + ", ".join(
            f"{name} {value_of(score, one.value)}"
            for name, one in zip(names, _named(scored, score.name), strict=True)
        )
        for score in shown
    ]
    height = 0.9 + 0.42 * len(names)
    return Figure(
        draw(
            side_by_side(panels, 2, height), "figure-comparison", f"{'; '.join(told)}."
        ),
        _caption_of_scores(len(names)),
    )


def _caption_of_scores(models: int) -> str:
    said = "Scores on the test rows, with 95% intervals."
    if models == 1:
        return said
    return (
        f"{said} Two may overlap and still differ: the second table below says how far "
        "models are apart on the same rows. An arrow stands for a model that is far "
        "off."
    )


def _named(scored: Sequence[Sequence[Score]], name: str) -> list[Score]:
    return [next(one for one in scores if one.name == name) for scores in scored]


def _draw_score(
    names: Sequence[str], scored: Sequence[Sequence[Score]], name: str, ax: Any
) -> None:
    scores = _named(scored, name)
    better = "larger" if scores[0].larger_is_better else "smaller"
    draw_comparison(
        ax,
        [textwrap.fill(name, 20) for name in names],
        np.array([one.value for one in scores]),
        np.array([(one.low, one.high) for one in scores]),
        texts=[value_of(scores[0], one.value) for one in scores],
        label=f"{scores[0].label} ({better} is better)",
    )
    if name in SHARES:
        ax.xaxis.set_major_formatter(lambda share, _: f"{100.0 * share:.4g}%")


def confusion(measured: Measured) -> Figure | None:
    """Which classes are taken for which."""
    matrix = measured.confusion
    if matrix is None:
        return None
    counts = np.array(matrix.counts)
    names = [short(name) for name in matrix.classes]
    panel = partial(draw_confusion, counts=counts, classes=names)
    right = int(np.trace(counts))
    return Figure(
        draw(
            side_by_side([panel], 1, 3.9),
            "figure-confusion",
            f"A table of {len(names)} true by {len(names)} predicted classes; {right} "
            f"of {int(counts.sum())} test rows lie on its diagonal.",
        ),
        "Test rows by their true and their predicted class. The deeper a cell's "
        "colour, the larger its share of the true class.",
    )


def probabilities(measured: Measured) -> Figure | None:
    """ROC, precision-recall and calibration."""
    panels: list[Draw] = []
    told = []
    curves = hardest(measured)
    if curves:
        roc = [
            Curve(
                short(one.name),
                np.array(one.false_positive_rate),
                np.array(one.true_positive_rate),
                f"AUC {one.auc:.3f}",
            )
            for one in curves
        ]
        recall = [
            Curve(
                short(one.name),
                np.array(one.recall),
                np.array(one.precision),
                f"AP {one.average_precision:.3f}",
            )
            for one in curves
        ]
        shares = [one.share for one in curves]
        panels.append(titled("ROC", partial(draw_roc, curves=roc)))
        draw_recall = partial(draw_precision_recall, curves=recall, shares=shares)
        panels.append(titled("precision and recall", draw_recall))
        told += [
            f"{one.name}: area under the ROC curve {one.auc:.3f}, average precision "
            f"{one.average_precision:.3f}"
            for one in curves
        ]
    if measured.calibration is not None:
        bins = measured.calibration.bins
        draw_bins = partial(
            draw_calibration,
            predicted=np.array([one.predicted for one in bins]),
            observed=np.array([one.observed for one in bins]),
            intervals=np.array([(one.low, one.high) for one in bins]),
            counts=np.array([one.rows for one in bins]),
        )
        panels.append(titled("calibration", draw_bins))
        told.append(
            "calibration: on average, probabilities are "
            f"{100.0 * measured.calibration.error:.1f} points off"
        )
    if not panels:
        return None
    return Figure(
        draw(
            side_by_side(panels, 3, 3.5),
            "figure-probabilities",
            f"{'; '.join(told)}.",
        ),
        _caption_of_probabilities(measured),
    )


def hardest(measured: Measured) -> list[ClassCurves]:
    """The classes whose curves are drawn: of many, those that are told worst."""
    curves = sorted(measured.class_curves, key=lambda one: one.auc)[:MOST_CURVES]
    return [one for one in measured.class_curves if one in curves]


def _caption_of_probabilities(measured: Measured) -> str:
    said = []
    if measured.class_curves:
        of = "each class" if len(measured.class_curves) > 1 else "the class "
        if len(measured.class_curves) == 1:
            of += short(measured.class_curves[0].name, 40)
        said.append(
            f"How well {of} is told from the rest, at all thresholds at once (AUC: "
            "area under the ROC curve; AP: average precision). Dashed: guessing."
        )
        if len(measured.class_curves) > MOST_CURVES:
            said.append(
                f"Drawn are the {MOST_CURVES} classes that are told worst; the table "
                "has all."
            )
    if measured.calibration is not None:
        said.append(
            f"The last panel is of {short(measured.calibration.of, 40)}: where its "
            "points lie on the diagonal, probabilities come true as often as they say. "
            "Bars: how many rows a point stands for."
        )
    return " ".join(said)


def residuals(measured: Measured) -> Figure | None:
    """True values and errors, by predicted values."""
    found = measured.residuals
    if found is None:
        return None
    y = np.array(found.truth)
    y_hat = np.array(found.predicted)
    name = short(measured.target)
    panels: list[Draw] = [
        partial(each, y=y, y_hat=y_hat, name=name)
        for each in (draw_predicted, draw_residuals)
    ]
    spread = number(found.standard_deviation, 3)
    return Figure(
        draw(
            side_by_side(panels, 2, 3.6),
            "figure-residuals",
            f"True values and errors by predicted values, {len(y)} rows. The errors' "
            f"mean is {number(found.mean, 3)}, their standard deviation {spread}.",
        ),
        "The truth by the prediction: on the dashed line both are equal. And the truth "
        "less the prediction: a bend or a funnel says where predictions are off, or "
        "less sure.",
    )


def importance(measured: Measured) -> Figure | None:
    """The columns that matter most."""
    shown = measured.importance[:MOST_COLUMNS]
    if not shown:
        return None
    panel = partial(
        draw_importance,
        names=[short(one.column) for one in shown],
        values=np.array([one.value for one in shown]),
        intervals=np.array([(one.low, one.high) for one in shown]),
        label=f"increase of {measured.importance_metric}",
    )
    told = ", ".join(f"{one.column} {number(one.value, 2)}" for one in shown[:5])
    more = len(measured.importance) - len(shown)
    rest = f" {more} columns that matter less are left out." if more > 0 else ""
    return Figure(
        draw(
            side_by_side([panel], 1, 1.0 + 0.3 * len(shown)),
            "figure-importance",
            f"Increase of {measured.importance_metric} by column: {told}.",
        ),
        f"How much the {measured.importance_metric} on the test rows rises when the "
        "cells of one column are shuffled among them, with 95% intervals. Columns "
        f"that tell the same stand in for each other, and look less important.{rest}",
    )


def dependence(measured: Measured) -> Figure | None:
    """The effect of the most important columns, one by one."""
    shown = measured.dependence[:MOST_EFFECTS]
    if not shown:
        return None
    responses = [value for one in shown for each in one.responses for value in each]
    low = min(responses)
    high = max(responses)
    room = 0.08 * (high - low) or 0.08 * abs(high) or 1.0
    limits = (low - room, high + room)
    panels = [
        partial(_draw_effect, one, not measured.classes, place == 0, limits)
        for place, one in enumerate(shown)
    ]
    what = "value" if measured.task == "regression" else "probability"
    names = ", ".join(one.column for one in shown)
    return Figure(
        draw(
            side_by_side(panels, 3, 2.9),
            "figure-dependence",
            f"The mean predicted {what} by {names}, each alone.",
        ),
        f"The mean predicted {what}, if all rows had the same value in one column and "
        "kept their others (partial dependence). Grey bars and numbers in brackets: "
        "where the rows really are. It shows what the model does, and no causes.",
    )


def _draw_effect(
    effect: Dependence,
    is_value: bool,
    is_first: bool,
    limits: tuple[float, float],
    ax: Any,
) -> None:
    """One panel; all have the same limits, so that their effects can be compared."""
    responses = np.array(effect.responses)[:MOST_OUTPUTS]
    labels = [short(name, 14) for name in effect.outputs[:MOST_OUTPUTS]]
    shares = np.array(effect.shares)
    what = "mean prediction" if is_value else "mean probability"
    if not is_value and len(effect.outputs) == 1:
        what = f"probability of {labels[0]}"
    ax.set_title(short(effect.column, 24), parse_math=False)
    if all(_is_number(value) for value in effect.values):
        values = np.array(effect.values, dtype=float)
        draw_dependence(ax, values, responses, shares, labels)
        ax.set_ylabel(what, parse_math=False)
        ax.set_ylim(limits)
    elif effect.kind == "date":
        places = np.arange(len(effect.values), dtype=float)
        draw_dependence(ax, places, responses, shares, labels)
        _name_dates(ax, effect.values)
        ax.set_ylabel(what, parse_math=False)
        ax.set_ylim(limits)
    else:
        kept = np.sort(np.argsort(-shares, kind="stable")[:MOST_CATEGORIES])
        names = [_category(effect.values[i]) for i in kept]
        draw_effects(ax, names, responses[:, kept], shares[kept], labels)
        ax.set_xlabel(what, parse_math=False)
        ax.set_xlim(limits)
    if is_first and len(labels) > 1:
        legend = ax.legend(frameon=False, fontsize="small")
        for text in legend.get_texts():
            text.set_parse_math(False)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _category(value: Any) -> str:
    """A category's name: a word for what is missing, yes or no for a truth value."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return short(value, 14)


def _name_dates(ax: Any, dates: Sequence[Any]) -> None:
    places = sorted({0, len(dates) - 1})
    ax.set_xticks(places, [short(dates[i], 10) for i in places], parse_math=False)


def learning(measured: Measured) -> Figure | None:
    """The losses of all networks, epoch by epoch."""
    curves = measured.learning_curves
    if not curves:
        return None
    members = [
        Member(
            np.array(one.epochs),
            np.array(one.loss),
            np.array(one.validation_loss),
            one.best_epoch,
        )
        for one in curves
    ]
    best = [one.best_epoch for one in curves]
    networks = plural(len(curves), "network")
    return Figure(
        draw(
            Picture(lambda fig: draw_members(fig.add_subplot(), members), (4.8, 3.2)),
            "figure-learning",
            f"The losses of {networks} by epoch. Kept were epochs {min(best)} to "
            f"{max(best)}.",
        ),
        f"The losses of {networks}, epoch by epoch. Validation rows are rows that a "
        "network does not learn from; its parameters are those of the epoch with the "
        "dot.",
    )
