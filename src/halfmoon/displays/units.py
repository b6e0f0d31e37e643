"""The activations of hidden units, and which of the units no longer learn."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.displays.boundary import grid_points, make_grid
from halfmoon.displays.fitted import read_fitted
from halfmoon.displays.style import (
    BESIDE,
    COLOURS,
    DARK,
    GREY,
    INK,
    PALE_SIGNED,
    add_colour_bar,
    make_panels,
    shorten,
)
from halfmoon.inspection.units import hidden_activations, is_flat
from halfmoon.network import Network

Extent = tuple[float, float, float, float]  # left, right, bottom, top
MAP_SIZE = 80  # points of a map in either direction


def draw_unit_map(
    ax: Axes, values: Array, extent: Extent, span: float, **style: Any
) -> Any:
    """A unit's activations (r, r) over a plane, and the line where they are 0.

    Colours reach from -span to span; style goes to `imshow`. Returns the image.
    """
    look: dict[str, Any] = {
        "cmap": PALE_SIGNED,
        "vmin": -span,
        "vmax": span,
        "aspect": "auto",
        "interpolation": "nearest",
        "origin": "lower",
    }
    image = ax.imshow(values, extent=extent, **{**look, **style})
    if values.min() < 0.0 < values.max():
        line: dict[str, Any] = {"colors": DARK, "linewidths": 0.9}
        ax.contour(values, levels=[0.0], extent=extent, **line)
    return image


def draw_hidden_units(
    axes: Iterable[Axes], network: Network, X: ArrayLike, *, resolution: int = 200
) -> list[Any]:
    """The activations of the first hidden layer over the plane, one ax a unit.

    Parameters
    ----------
    axes : iterable of matplotlib.axes.Axes
        Where to draw; the first unit on the first, as many as there are of both.
    network : Network
        A network of two inputs.
    X : array-like of shape (n, 2)
        Points, whose range with a margin of 0.5 is drawn.
    resolution : int, default 200
        How many points the grid has in either direction.

    Returns
    -------
    list of matplotlib.image.AxesImage
        One image a unit, all on one scale.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from halfmoon import Network
    >>> axes = Figure().subplots(1, 3)
    >>> X = [[0.0, 0.0], [1.0, 1.0]]
    >>> len(draw_hidden_units(axes, Network.dense([2, 3, 2]), X, resolution=20))
    3
    """
    low = np.min(X, axis=0) - 0.5
    high = np.max(X, axis=0) + 0.5
    points = grid_points(*make_grid(low, high, resolution))
    a = hidden_activations(network, points)[0]
    maps = a.reshape(resolution, resolution, -1)
    span = max(1.0, float(np.abs(a).max()))
    extent = (low[0], high[0], low[1], high[1])
    images = []
    for unit, ax in zip(range(maps.shape[-1]), axes, strict=False):
        images.append(draw_unit_map(ax, maps[..., unit], extent, span))
        ax.set(title=f"hidden unit $a_{{1,{unit + 1}}}$")
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return images


@dataclass(eq=False, repr=False, kw_only=True)
class HiddenUnitsDisplay:
    """Each unit of one hidden layer: its activations over a plane, or by rows.

    A network of two inputs has a map for each unit; of more inputs, the activations of
    the rows are shown. Colours end at the 99.5 % quantile.

    Parameters
    ----------
    activations : array of shape (n, k)
        Those of the rows.
    flat : array of shape (k,)
        The share of the rows where the unit's slope |f'(z)| is under 0.005 of the
        steepest: at 1 it is dead or saturated, and learns nothing any more.
    rows : array of shape (n, d)
        The rows, as the network is given them.
    inputs : list of str
        Names of the d inputs.
    maps : array of shape (r, r, k), default None
        Activations over the range of two inputs.
    y : array of shape (n,), default None
        Colours the rows on the maps; or it sorts them, and the units then stand in the
        order of the rows that they answer to.
    layer : int, default 1
        The hidden layer, counted from 1.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The maps, or the activations by rows.
    axes_ : list of matplotlib.axes.Axes
        The same and, by rows, the shares of flat rows.
    figure_ : matplotlib.figure.Figure
        The figure.
    images_ : list of matplotlib.image.AxesImage
        One a unit, or one of all.
    points_, texts_ : list
        Rows and titles on the maps.
    bars_ : matplotlib.container.BarContainer
        The shares of flat rows.
    order_ : array of shape (k,)
        The units, from the top.
    colorbar_ : matplotlib.colorbar.Colorbar
        The scale of the activations.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from halfmoon import MLPClassifier, datasets
    >>> X, y = datasets.make("moons", n=100, noise=0.2, seed=0)
    >>> model = MLPClassifier((3,), "tanh", solver="lbfgs", random_state=0).fit(X, y)
    >>> ax = Figure().subplots()
    >>> len(HiddenUnitsDisplay.from_estimator(model, X, y, ax=ax).images_)
    3
    """

    activations: Array
    flat: Array
    rows: Array
    inputs: list[str]
    maps: Array | None = None
    y: Any = None
    layer: int = 1

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        layer: int = 1,
        ax: Axes | None = None,
        **style: Any,
    ) -> Self:
        """Pass rows through a fitted estimator's `network_`, and draw a layer.

        Parameters
        ----------
        estimator : MLPClassifier, MLPRegressor or Pipeline
            A fitted estimator, or a Pipeline or search that ends in one.
        X : array-like, sparse matrix or frame of shape (n, d)
            Rows, as the estimator takes them.
        y : array-like of shape (n,), default None
            The rows' classes or values.
        layer : int, default 1
            The hidden layer, counted from 1.
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        **style : dict
            Goes to `matplotlib.axes.Axes.imshow`.

        Returns
        -------
        HiddenUnitsDisplay
            What was drawn.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            For a layer that is not hidden, or y of another length.
        """
        model, steps_before, inputs, _ = read_fitted(estimator, "network_")
        network: Network = model.network_
        rows: Any = X if steps_before is None else steps_before.transform(X)
        rows = network.read_rows(rows)
        if is_sparse(rows):
            rows = rows.toarray()
        hidden = hidden_activations(network, rows)
        wrong_y = y is not None and np.shape(y) != (len(rows),)
        if not 1 <= layer <= len(hidden) or wrong_y:
            raise ValueError(
                f"layer must be from 1 to {len(hidden)}, the hidden layers, and y have "
                f"shape ({len(rows)},); got {layer} and {np.shape(y)}."
            )
        maps = None
        if network.d == 2:
            grid = make_grid(rows.min(axis=0), rows.max(axis=0), MAP_SIZE)
            a = hidden_activations(network, grid_points(*grid))[layer - 1]
            maps = a.reshape(MAP_SIZE, MAP_SIZE, -1)
        display = cls(
            activations=hidden[layer - 1],
            flat=_flat_shares(network, rows, layer),
            rows=rows,
            inputs=inputs,
            maps=maps,
            y=y,
            layer=layer,
        )
        return display.plot(ax, **style)

    def plot(self, ax: Axes | None = None, **style: Any) -> Self:
        """Draw the maps, or the activations by rows.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        **style : dict
            Goes to `matplotlib.axes.Axes.imshow`.

        Returns
        -------
        HiddenUnitsDisplay
            The display itself.
        """
        shown = self.activations if self.maps is None else self.maps
        span = float(np.quantile(np.abs(shown), 0.995)) or 1.0
        self.order_: NDArray[np.intp] = np.arange(self.activations.shape[1])
        if self.maps is None:
            self._draw_rows(ax, span, style)
        else:
            self._draw_maps(ax, self.maps, span, style)
        self.ax_.set_title(f"hidden layer {self.layer}", fontsize="medium")
        if shown.min() >= 0.0:
            # the other half of the colours is not used
            self.colorbar_.ax.set_ylim(0.0, span)
        return self

    # Maps

    def _draw_maps(
        self, ax: Axes | None, maps: Array, span: float, style: dict[str, Any]
    ) -> None:
        """All maps in one ax, row by row, each a unit square."""
        k = len(self.order_)
        columns = k if k <= 4 else int(np.ceil(np.sqrt(1.3 * k)))
        size = (7.2, 1.2 + 5.2 * np.ceil(k / columns) / columns)
        self.axes_ = make_panels(ax, size)
        self.ax_ = self.axes_[0]
        self.figure_ = self.ax_.figure
        across = 1.1 * (self.order_ % columns)
        down = -1.35 * (self.order_ // columns)
        corners = np.column_stack([across, down])
        self.images_ = []
        self.texts_ = []
        for unit, (x, y) in enumerate(corners):
            extent = (x, x + 1.0, y, y + 1.0)
            self.images_.append(
                draw_unit_map(self.ax_, maps[..., unit], extent, span, **style)
            )
            self.ax_.add_patch(Rectangle((x, y), 1.0, 1.0, fc="none", ec=GREY, lw=0.5))
            size_of_text = "small" if columns < 6 else "x-small"
            self.texts_.append(self._write_title(unit, x, y + 1.04, size_of_text))
        low = self.rows.min(axis=0)
        high = self.rows.max(axis=0)
        unit_square = (self.rows - low) / np.where(high > low, high - low, 1.0)
        self._draw_points(corners, unit_square, 10.0 / columns)
        self.ax_.set(xlim=(-0.04, 1.1 * columns - 0.06), xticks=[])
        self.ax_.set(ylim=(corners[-1, 1] - 0.05, 1.3), yticks=[])
        self.ax_.spines[:].set_visible(False)
        self.ax_.set_xlabel(f"{self.inputs[0]}, {low[0]:.3g} to {high[0]:.3g}")
        self.ax_.set_ylabel(f"{self.inputs[1]}, {low[1]:.3g} to {high[1]:.3g}")
        self.colorbar_ = add_colour_bar(self.ax_, self.images_[0], "activation", 0.6)

    def _write_title(self, unit: int, x: float, y: float, size: str) -> Any:
        if self.flat[unit] == 1.0:
            label = f"{unit} (flat)"
            colour = COLOURS[1]
        else:
            label = f"{unit}"
            colour = INK
        return self.ax_.text(x, y, label, fontsize=size, color=colour, va="bottom")

    def _draw_points(self, corners: Array, at: Array, size: float) -> None:
        """Some 300 rows on every map: one colour a class, or two for many values of y.

        Those are split at the median.
        """
        step = max(1, len(at) // 300)
        at = at[::step]
        y = np.full(len(at), "") if self.y is None else np.asarray(self.y)[::step]
        if len(np.unique(y)) > len(COLOURS):
            middle = np.median(y)
            y = np.where(y > middle, f"y above {middle:.3g}", f"up to {middle:.3g}")
        colours = [INK] if self.y is None else COLOURS
        self.points_ = []
        for kind, colour in zip(np.unique(y), colours, strict=False):
            places = (corners[:, None] + at[y == kind]).reshape(-1, 2)
            group = self.ax_.scatter(
                *places.T,
                s=size**2,
                color=colour,
                linewidths=0,
                alpha=0.75,
                label=shorten(kind),
            )
            self.points_.append(group)
        if self.y is not None:
            self.ax_.legend(markerscale=5.0 / size, **BESIDE)

    # Rows

    def _draw_rows(self, ax: Axes | None, span: float, style: dict[str, Any]) -> None:
        """One image, units downwards and rows across, and each unit's flat share."""
        left, right = self.axes_ = make_panels(
            ax, (7.6, 5.0), 1, 2, width_ratios=[5, 1]
        )
        self.ax_ = left
        self.figure_ = left.figure
        a = self.activations
        label = "row"
        if self.y is not None:
            a = a[np.argsort(self.y, kind="stable")]
            label = self._mark_classes()
            self.order_ = _order_by_rows(a)
        look = {
            "cmap": "PuOr_r",
            "vmin": -span,
            "vmax": span,
            "aspect": "auto",
            "interpolation": "nearest",
        }
        self.images_ = [left.imshow(a.T[self.order_], **{**look, **style})]
        self._draw_flat_shares(right)
        k = a.shape[1]
        named = np.arange(0, k, -(-k // 24))
        left.set_yticks(named, self.order_[named], fontsize="small")
        left.set(ylabel="unit", xlabel=label)
        self.colorbar_ = self.figure_.colorbar(
            self.images_[0], ax=self.axes_, label="activation"
        )
        self.colorbar_.outline.set_visible(False)

    def _draw_flat_shares(self, ax: Any) -> None:
        flat = self.flat[self.order_]
        colours = np.where(flat == 1.0, COLOURS[1], COLOURS[5]).tolist()
        positions = np.arange(len(flat))
        self.bars_ = ax.barh(positions, 100.0 * flat, height=0.9, color=colours)
        ax.set(xlim=(0, 100), xlabel="flat for\n% of rows")
        ax.set(ylim=self.ax_.get_ylim(), yticks=[])
        ax.spines[["top", "right"]].set_visible(False)

    def _mark_classes(self) -> str:
        """Mark where one class ends, if y has classes, and say how rows are sorted."""
        kinds, counts = np.unique(self.y, return_counts=True)
        if len(kinds) > 12:
            return "rows, by rising y"
        ends = np.cumsum(counts)
        for end in ends[:-1]:
            self.ax_.axvline(end - 0.5, color=INK, lw=1.0)
        middles = ends - counts / 2.0 - 0.5
        self.ax_.set_xticks(middles, [shorten(kind, 12) for kind in kinds])
        self.ax_.tick_params(axis="x", length=0)
        return "rows, by class"


def _order_by_rows(a: Array) -> NDArray[np.intp]:
    """The units by the mean index of the rows that they answer to, from a (n, k)."""
    weight = a - a.min(axis=0) + 1e-9
    middle = np.arange(len(a)) @ weight / weight.sum(axis=0)
    return np.argsort(middle, kind="stable")


def _flat_shares(network: Network, rows: Array, layer: int) -> Array:
    """The share of rows (n, d) on each unit's flat side (k,), in a hidden layer."""
    steps = [step for step in network.walk(rows) if step.layer.act is not None]
    step = steps[layer - 1]
    act = step.layer.act
    assert act is not None
    return np.mean(is_flat(act, step.z), axis=0)
