"""What several displays need: the network in an estimator with the names around it, and
room to draw in.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.gridspec import GridSpec
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from halfmoon.displays import plots

# -, 0, +
SIGNED = LinearSegmentedColormap.from_list(
    "signed", [plots.COLOURS[1], "white", plots.COLOURS[0]]
)
GREY = "#767676"
BESIDE: dict[str, Any] = {
    "loc": "upper left",
    "bbox_to_anchor": (1.01, 1.02),
    "frameon": False,
    "fontsize": "small",
}


def fitted(estimator: Any, attribute: str) -> tuple[Any, Any, list[str], list[str]]:
    """The network that ends an estimator, Pipeline or search; steps before it or None;
    names of inputs and outputs.

    Raises NotFittedError before `fit`, and ValueError for an estimator that has no such
    `attribute`.
    """
    check_is_fitted(estimator)
    steps = getattr(estimator, "best_estimator_", estimator)
    model, before = (
        (steps[-1], steps[:-1]) if isinstance(steps, Pipeline) else (steps, None)
    )
    if not hasattr(model, attribute):
        allowed = (
            "a fitted MLPClassifier or MLPRegressor, or a Pipeline that ends in one"
        )
        raise ValueError(f"{type(model).__name__} has no {attribute}; give {allowed}.")
    inputs = getattr(model, "feature_names_in_", None)
    if inputs is None and before is not None:
        try:
            inputs = before.get_feature_names_out()
        except (AttributeError, ValueError):  # a step that does not tell
            inputs = None
    k = model.coefs_[-1].shape[1]
    classes = getattr(model, "classes_", None)
    outputs = [f"prediction {i}" for i in range(k)] if k > 1 else ["prediction"]
    # one output is the second class's
    if classes is not None and np.ndim(classes[0]) == 0:
        outputs = list(map(str, classes[-k:]))
    return (
        model,
        before,
        numbered(model.n_features_in_) if inputs is None else list(map(str, inputs)),
        outputs,
    )


def numbered(d: int) -> list[str]:
    """scikit-learn's names for columns that have none."""
    return [f"x{i}" for i in range(d)]


def panels(
    ax: Axes | None,
    size: tuple[float, float],
    rows: int = 1,
    columns: int = 1,
    **ratios: Any,
) -> list[Any]:
    """The place of `ax` (None: a new figure of `size` inches) in rows x columns; the
    first of them is `ax` itself.
    """
    first: Any = plots.new_ax(ax)
    if ax is None:
        first.figure.set_size_inches(size)
    if rows * columns == 1:
        return [first]
    place = first.get_subplotspec()
    (x0, y0, x1, y1) = first.get_position().extents
    place = (
        place or GridSpec(1, 1, first.figure, left=x0, right=x1, bottom=y0, top=y1)[0]
    )
    grid = place.subgridspec(rows, columns, **ratios)
    first.set_subplotspec(grid[0])
    return [
        first,
        *(first.figure.add_subplot(grid[i]) for i in range(1, rows * columns)),
    ]


def some(names: list[str], most: float) -> tuple[range, list[str]]:
    """At most `most` of the names, evenly spaced, with their positions."""
    at = range(0, len(names), int(np.ceil(len(names) / most)))
    return at, [shorten(names[i]) for i in at]


def shorten(name: Any, most: int = 22) -> str:
    """A name that fits beside a picture."""
    return str(name) if len(str(name)) <= most else str(name)[: most - 1] + "…"


def bar(ax: Any, drawn: Any, label: str, height: float) -> Any:
    """A colour bar to the right of `ax`, of this part of its height, so that a legend
    has place above.
    """
    colour_bar = ax.figure.colorbar(
        drawn, cax=ax.inset_axes((1.03, 0.0, 0.04, height)), label=label
    )
    colour_bar.outline.set_visible(False)
    return colour_bar
