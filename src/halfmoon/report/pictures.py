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
from halfmoon.displays.members import Member, draw_members
from halfmoon.displays.residuals import draw_predicted, draw_residuals
from halfmoon.displays.style import shorten
from halfmoon.pages.figures import draw
from halfmoon.pages.texts import Picture
from halfmoon.report.measured import Calibration, ClassCurves, Measured, Score
from halfmoon.report.wording import SHARES, number, plural, value_of

# inches that a panel is wide, by how many stand side by side: texts are read on a
# phone, which shows one alone, and on a screen, which shows all
WIDTHS = {1: 4.3, 2: 4.3, 3: 3.4}
MOST_CURVES = 5  # classes whose curves are drawn

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
        panels += _curve_panels(curves)
        told += [
            f"{one.name}: area under the ROC curve {one.auc:.3f}, average precision "
            f"{one.average_precision:.3f}"
            for one in curves
        ]
    if measured.calibration is not None:
        panels.append(_calibration_panel(measured.calibration))
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


def _curve_panels(curves: Sequence[ClassCurves]) -> list[Draw]:
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
    draw_recall = partial(draw_precision_recall, curves=recall, shares=shares)
    return [
        titled("ROC", partial(draw_roc, curves=roc)),
        titled("precision and recall", draw_recall),
    ]


def _calibration_panel(calibration: Calibration) -> Draw:
    bins = calibration.bins
    draw_bins = partial(
        draw_calibration,
        predicted=np.array([one.predicted for one in bins]),
        observed=np.array([one.observed for one in bins]),
        intervals=np.array([(one.low, one.high) for one in bins]),
        counts=np.array([one.rows for one in bins]),
    )
    return titled("calibration", draw_bins)


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
        "The truth by the prediction: on the dashed line both are equal. And the "
        "residuals, truth minus prediction: a bend or a funnel says where predictions "
        "are off, or less sure.",
    )


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
