"""The diagram of a network, at any size."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.displays.fitted import read_fitted
from halfmoon.displays.style import COLOURS, DASHES, INK, make_panels, shorten

NUMBERED = 9  # a layer with so many weights at most has their numbers on its lines
CIRCLE = 16.0  # points across
WIDE_CIRCLE = 34.0  # with a number in it


class Diagram(NamedTuple):
    """The lines, circles and legend that `draw_diagram` drew."""

    links: list[LineCollection]  # one a layer of weights
    units: list[Any]  # one a layer of units
    legend: Any


def draw_diagram(
    ax: Axes,
    coefs: Sequence[Array],
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    intercepts: Sequence[Array] | None = None,
    most: int = 12,
    width: float = 3.5,
    colours: tuple[str, str] = (COLOURS[0], COLOURS[1]),
) -> Diagram:
    """A network's units as circles, and its weights as lines between them.

    The wider a line, the larger the weight; solid blue is positive, dashed orange
    negative. Layers stand from left to right. Where a layer has few weights, their
    numbers stand on the lines, and those of its biases in the circles. Of a layer with
    more than `most` units the first ones and the last are drawn, and how many are left
    out is said.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw; its axes are hidden.
    coefs : sequence of arrays of shape (d, k)
        The weights of each layer, inputs first.
    inputs, outputs : sequence of str
        Names of the inputs and the outputs.
    intercepts : sequence of arrays of shape (k,), default None
        The biases of each layer; None shows none.
    most : int, default 12
        How many units of a layer to draw; at least 3.
    width : float, default 3.5
        The width of the largest weight's line, in points.
    colours : tuple of str
        Of positive and of negative weights.

    Returns
    -------
    Diagram
        The lines and circles, one collection a layer, and the legend.

    Raises
    ------
    ValueError
        For `most` under 3.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> coefs = [np.ones((2, 3)), np.ones((3, 1))]
    >>> drawn = draw_diagram(Figure().subplots(), coefs, ["x0", "x1"], ["y"])
    >>> [len(layer.get_segments()) for layer in drawn.links]
    [6, 3]
    """
    if most < 3:
        raise ValueError(f"most must be at least 3 units a layer; got {most}.")
    sizes = [len(inputs), *(W.shape[1] for W in coefs)]
    shown = [_shown_units(k, most) for k in sizes]
    heights = [_heights(units, most) for units in shown]
    ends = list(pairwise(shown))
    weights = [W[np.ix_(*pair)] for W, pair in zip(coefs, ends, strict=True)]
    scale = width / (max(float(np.abs(part).max()) for part in weights) or 1.0)
    top = max(1.0, *(height[0] for height in heights)) + 0.5
    ax.set(xlim=(-0.2, len(sizes) - 0.8), ylim=(-top, top))
    ax.set_axis_off()
    links = []
    units = [_draw_units(ax, 0, heights[0], None)]
    for level, part in enumerate(weights):
        links.append(_draw_links(ax, level, part, heights, scale, colours))
        has_numbers = coefs[level].size <= NUMBERED
        biases = None
        if has_numbers:
            _write_weights(ax, level, part, heights)
        if has_numbers and intercepts is not None:
            biases = intercepts[level]
        units.append(_draw_units(ax, level + 1, heights[level + 1], biases))
    for level, height in enumerate(heights):
        _write_title(ax, level, sizes)
        if sizes[level] > len(height):
            _write_left_out(ax, level, height, sizes[level])
    _write_names(ax, 0, [inputs[i] for i in shown[0]], heights[0], units[0])
    last = len(sizes) - 1
    _write_names(ax, last, [outputs[i] for i in shown[-1]], heights[-1], units[-1])
    drawn = np.concatenate([part.ravel() for part in weights])
    legend = _draw_legend(ax, drawn, scale, colours)
    if intercepts is not None and any(W.size <= NUMBERED for W in coefs):
        legend.set_title("in a circle: the unit's bias", prop={"size": "small"})
    return Diagram(links, units, legend)


def _shown_units(k: int, most: int) -> NDArray[np.intp]:
    """Which of k units are drawn: one more than `most` needs no gap."""
    if k <= most + 1:
        return np.arange(k)
    return np.array([*range(most - 1), k - 1])


def _heights(units: NDArray[np.intp], most: int) -> Array:
    """Where a layer's units stand, about 0, with a gap for those left out."""
    rows = np.array([*units[:-1], min(units[-1], most)])
    return rows[-1] / 2.0 - rows


def _draw_links(
    ax: Axes,
    level: int,
    weights: Array,
    heights: list[Array],
    scale: float,
    colours: tuple[str, str],
) -> LineCollection:
    """The weights between two layers, the largest on top.

    Small ones are faint, so that many stay legible.
    """
    below, above = np.meshgrid(heights[level], heights[level + 1], indexing="ij")
    left = np.full_like(below, level)
    ends = np.stack([left, below, left + 1.0, above], axis=-1).reshape(-1, 2, 2)
    order = np.argsort(np.abs(weights), axis=None)
    weight = weights.ravel()[order]
    size = np.abs(weight) * scale
    opacity: Any = 0.15 + 0.85 * size / max(size[-1], 1e-9)
    negative = weight < 0.0
    lines = LineCollection(
        list(ends[order]),
        colors=np.where(negative, colours[1], colours[0]).tolist(),
        linestyles=[DASHES if minus else "-" for minus in negative],
        linewidths=0.2 + size,
        alpha=opacity,
        zorder=1,
    )
    ax.add_collection(lines)
    return lines


def _write_weights(ax: Axes, level: int, weights: Array, heights: list[Array]) -> None:
    """Each weight's number on its line and along it, near one of its units."""
    below = heights[level][:, None]
    above = heights[level + 1]
    share = _share_of_way(below, above)
    at = below + share * (above - below)
    angle = np.degrees(np.arctan(above - below))
    box = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.9}
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": INK, "bbox": box}
    style |= {"size": "small", "transform_rotates_text": True}
    for i, j in np.ndindex(weights.shape):
        text = _signed(float(weights[i, j]))
        slope = float(angle[i, j])
        ax.text(level + share, float(at[i, j]), text, rotation=slope, **style)


def _signed(number: float) -> str:
    return f"{number:+.2f}".replace("-", "\N{MINUS SIGN}")


def _share_of_way(below: Array, above: Array) -> float:
    """How far along their lines the numbers stand.

    Near the units of one side, where the lines of a unit stand together and apart from
    those of the others: so no two numbers stand where their lines cross.
    """

    def smallest_gap(share: float) -> float:
        at = below + share * (above - below)
        groups = at if share < 0.5 else at.T  # units stand from top to bottom
        within = np.min(-np.diff(groups, axis=1), initial=np.inf)
        between = groups[:-1].min(axis=1) - groups[1:].max(axis=1)
        return float(min(within, np.min(between, initial=np.inf) / 1.5))

    return max(np.linspace(0.15, 0.85, 71).tolist(), key=smallest_gap)


def _draw_units(ax: Axes, level: int, height: Array, biases: Array | None) -> Any:
    """A layer's circles, as large as the ax allows, with biases in them."""
    figure: Any = ax.figure
    unit_in_points = ax.bbox.height * 72.0 / figure.dpi / np.ptp(ax.get_ylim())
    across = min(CIRCLE, 0.6 * unit_in_points)
    if biases is not None:
        across = min(WIDE_CIRCLE, 0.8 * unit_in_points)
        style: dict[str, Any] = {"ha": "center", "va": "center", "color": INK}
        for y, bias in zip(height, biases, strict=True):
            ax.text(level, y, _signed(bias), size=0.25 * across, zorder=4, **style)
    style = {"c": "white", "edgecolors": INK, "linewidths": 1.1}
    return ax.scatter(
        np.full(len(height), level), height, s=across**2, zorder=3, **style
    )


def _write_title(ax: Axes, level: int, sizes: list[int]) -> None:
    """What a layer is, and its number of units, above it."""
    k = sizes[level]
    ending = "s" if k > 1 else ""
    if level == 0:
        title = f"{k:,} input{ending}"
    elif level == len(sizes) - 1:
        title = f"{k:,} output{ending}"
    else:
        name = "hidden layer" if len(sizes) == 3 else f"hidden layer {level}"
        title = f"{name}\n{k:,} unit{ending}"
    above = ax.get_xaxis_transform()
    ax.text(level, 1.01, title, va="bottom", ha="center", color=INK, transform=above)


def _write_left_out(ax: Axes, level: int, height: Array, k: int) -> None:
    """How many units are not drawn, in the gap that stands for them."""
    box = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.9}
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": INK, "bbox": box}
    gap = height[-2:].mean()
    text = f"⋮ {k - len(height)} more"
    ax.text(level, gap, text, size="small", zorder=4, **style)


def _write_names(
    ax: Axes, level: int, names: list[str], height: Array, units: Any
) -> None:
    """The names of inputs to the left of their circles, of outputs to the right."""
    alignment = "right" if level == 0 else "left"
    distance = np.sqrt(units.get_sizes()[0]) / 2.0 + 4.0
    if level == 0:
        distance = -distance
    for name, y in zip(names, height, strict=True):
        ax.annotate(
            shorten(name),
            (level, y),
            xytext=(distance, 0),
            textcoords="offset points",
            ha=alignment,
            va="center",
            size="small",
            color=INK,
        )


def _draw_legend(
    ax: Axes, weights: Array, scale: float, colours: tuple[str, str]
) -> Any:
    """A line as wide as the largest weight of either sign, and that weight."""
    lines = []
    largest = weights.max()
    if largest > 0.0:
        label = f"positive weights, to {_signed(largest)}"
        wide = 0.2 + largest * scale
        lines.append(Line2D([], [], color=colours[0], lw=wide, label=label))
    lowest = weights.min()
    if lowest < 0.0:
        label = f"negative weights, to {_signed(lowest)}"
        wide = 0.2 - lowest * scale
        style: dict[str, Any] = {"color": colours[1], "ls": DASHES}
        lines.append(Line2D([], [], lw=wide, label=label, **style))
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0)}
    return ax.legend(handles=lines, ncols=2, frameon=False, fontsize="small", **place)


@dataclass(eq=False, repr=False, kw_only=True)
class NetworkDisplay:
    """The diagram of a network, as `draw_diagram` draws it.

    All layers share one scale of widths.

    Parameters
    ----------
    coefs : list of arrays of shape (d, k)
        The weights of each layer, inputs first.
    inputs, outputs : list of str
        Names of the inputs and the outputs.
    intercepts : list of arrays of shape (k,), default None
        The biases of each layer; None shows none.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it is drawn.
    figure_ : matplotlib.figure.Figure
        The figure.
    links_ : list of matplotlib.collections.LineCollection
        The weights, one collection a layer.
    units_ : list of matplotlib.collections.PathCollection
        The circles, one collection a layer.
    legend_ : matplotlib.legend.Legend
        The largest weight of either sign.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> names = {"inputs": ["x"], "outputs": ["a", "b"]}
    >>> display = NetworkDisplay(coefs=[np.ones((1, 2))], **names)
    >>> len(display.plot(Figure().subplots()).units_)
    2
    """

    coefs: list[Array]
    inputs: list[str]
    outputs: list[str]
    intercepts: list[Array] | None = None

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, ax: Axes | None = None, **options: Any
    ) -> Self:
        """Draw the `coefs_` and `intercepts_` of a network, ours or scikit-learn's.

        Parameters
        ----------
        estimator : MLPClassifier, MLPRegressor or Pipeline
            A fitted estimator, or a Pipeline or search that ends in one.
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        **options : dict
            Those of `plot`.

        Returns
        -------
        NetworkDisplay
            What was drawn.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            For an estimator without `coefs_`.
        """
        fitted = read_fitted(estimator, "coefs_")
        display = cls(
            coefs=fitted.model.coefs_,
            inputs=fitted.inputs,
            outputs=fitted.outputs,
            intercepts=fitted.model.intercepts_,
        )
        return display.plot(ax, **options)

    def plot(
        self, ax: Axes | None = None, *, most: int = 12, width: float = 3.5
    ) -> Self:
        """Draw layers from left to right.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        most : int, default 12
            How many units of a layer to draw; at least 3.
        width : float, default 3.5
            The width of the largest weight's line, in points.

        Returns
        -------
        NetworkDisplay
            The display itself.

        Raises
        ------
        ValueError
            For `most` under 3.
        """
        (self.ax_,) = make_panels(ax, (4.2 + 2.0 * len(self.coefs), 4.8))
        self.figure_ = self.ax_.figure
        drawn = draw_diagram(
            self.ax_,
            self.coefs,
            self.inputs,
            self.outputs,
            intercepts=self.intercepts,
            most=most,
            width=width,
        )
        self.links_, self.units_, self.legend_ = drawn
        return self
