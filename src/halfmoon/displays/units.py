"""What hidden units answer, and which of them no longer learn."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.components.activations import is_flat
from halfmoon.displays.common import BESIDE, GREY, bar, fitted, panels, shorten
from halfmoon.displays.plots import COLOURS, INK, SOFT
from halfmoon.inspection import hidden_activations
from halfmoon.layers import Dense
from halfmoon.network import Network


@dataclass(eq=False, repr=False, kw_only=True)
class HiddenUnitsDisplay:
    """Each unit of one hidden layer: a map over the plane of two inputs, or, of more
    inputs, its activations by rows.

    `activations` (n, k) are those of `rows` (n, d), `flat` (k,) the share of the rows
    where the unit's slope |f'(z)| is under 0.005 of the steepest: at 1 it is dead or
    saturated, and learns nothing any more. `maps` (r, r, k) are activations over the
    range of two inputs, or None. `y` (n,) colours the rows on the maps; or it sorts
    them, and the units then stand in the order of the rows that they answer to. Colours
    end at the 99.5 % quantile.

    After `plot`: `ax_`, `axes_`, `figure_`, `images_` (one a unit, or one of all),
    `points_` and `texts_` (maps) or `bars_` (rows), `order_` (the units, from the top),
    `colorbar_`.
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
        """Pass rows X (n, d) through a fitted estimator's `network_`, or the Pipeline
        that it ends, and draw a layer.

        `layer` counts hidden layers from 1. Style goes to `imshow`. Raises
        NotFittedError before `fit`, ValueError for a layer that is not hidden, or y of
        another length.
        """
        model, before, inputs, _ = fitted(estimator, "network_")
        network: Network = model.network_
        rows: Any = network.read_rows(X if before is None else before.transform(X))
        rows = rows.toarray() if is_sparse(rows) else rows
        a = [rows, *hidden_activations(network, rows)]
        if not 1 <= layer < len(a) or (y is not None and np.shape(y) != (len(rows),)):
            allowed = (
                f"layer must be from 1 to {len(a) - 1}, the hidden layers, and y have "
                f"shape ({len(rows)},)"
            )
            raise ValueError(f"{allowed}; got {layer} and {np.shape(y)}.")
        drawn: dict[str, Any] = {
            "rows": rows,
            "inputs": inputs,
            "y": y,
            "layer": layer,
            "activations": a[layer],
        }
        if network.d == 2:
            grid = np.stack(
                np.meshgrid(*np.linspace(rows.min(axis=0), rows.max(axis=0), 80).T),
                axis=-1,
            )
            drawn["maps"] = hidden_activations(network, grid.reshape(-1, 2))[
                layer - 1
            ].reshape(80, 80, -1)
        return cls(flat=_flat(network, a[layer - 1], layer), **drawn).plot(ax, **style)

    def plot(self, ax: Axes | None = None, **style: Any) -> Self:
        """Draw within the place of `ax`; style goes to `imshow`."""
        shown = self.activations if self.maps is None else self.maps
        span = float(np.quantile(np.abs(shown), 0.995)) or 1.0
        style = {
            "vmin": -span,
            "vmax": span,
            "aspect": "auto",
            "interpolation": "nearest",
            **style,
        }
        self.order_ = np.arange(self.activations.shape[1])
        if self.maps is None:
            self._by_rows(ax, {"cmap": "PuOr_r", **style})
        else:
            self._over_the_plane(ax, self.maps, {"cmap": SOFT, **style})
        self.ax_.set_title(f"hidden layer {self.layer}", fontsize="medium")
        if shown.min() >= 0.0:
            # the other half of the colours is not used
            self.colorbar_.ax.set_ylim(0.0, span)
        return self

    def _over_the_plane(
        self, ax: Axes | None, maps: Array, style: dict[str, Any]
    ) -> None:
        """All maps in one ax, row by row, each a unit square; lines are where a unit
        answers 0.
        """
        k = len(self.order_)
        columns = k if k <= 4 else int(np.ceil(np.sqrt(1.3 * k)))
        self.axes_ = panels(ax, (7.2, 1.2 + 5.2 * np.ceil(k / columns) / columns))
        self.ax_ = self.axes_[0]
        self.figure_ = self.axes_[0].figure
        corners = np.column_stack(
            [1.1 * (self.order_ % columns), -1.35 * (self.order_ // columns)]
        )
        self.images_ = []
        self.texts_ = []
        for unit, (x, y) in enumerate(corners):
            values = maps[..., unit]
            extent = (x, x + 1.0, y, y + 1.0)
            self.images_.append(
                self.ax_.imshow(values, extent=extent, origin="lower", **style)
            )
            self.ax_.add_patch(Rectangle((x, y), 1.0, 1.0, fc="none", ec=GREY, lw=0.5))
            if values.min() < 0.0 < values.max():
                self.ax_.contour(
                    values, levels=[0.0], extent=extent, colors=INK, linewidths=0.8
                )
            label, colour = (
                (f"{unit} (flat)", COLOURS[1])
                if self.flat[unit] == 1.0
                else (f"{unit}", INK)
            )
            size = "small" if columns < 6 else "x-small"
            self.texts_.append(
                self.ax_.text(
                    x, y + 1.04, label, fontsize=size, color=colour, va="bottom"
                )
            )
        low = self.rows.min(axis=0)
        high = self.rows.max(axis=0)
        self._draw_rows(
            corners,
            (self.rows - low) / np.where(high > low, high - low, 1.0),
            10.0 / columns,
        )
        self.ax_.set(
            xlim=(-0.04, 1.1 * columns - 0.06),
            ylim=(corners[-1, 1] - 0.05, 1.3),
            xticks=[],
            yticks=[],
        )
        self.ax_.spines[:].set_visible(False)
        first, second = (
            f"{n}, {a:.3g} to {b:.3g}"
            for n, a, b in zip(self.inputs, low, high, strict=True)
        )
        self.ax_.set(xlabel=first, ylabel=second)
        self.colorbar_ = bar(self.ax_, self.images_[0], "activation", 0.6)

    def _draw_rows(self, corners: Array, at: Array, size: float) -> None:
        """Some 300 rows on every map: one colour a class, or two for y below and above
        its median.
        """
        step = max(1, len(at) // 300)
        at, y = (
            at[::step],
            np.asarray([""] * len(at) if self.y is None else self.y)[::step],
        )
        if len(np.unique(y)) > len(COLOURS):
            middle = np.median(y)
            y = np.where(y > middle, f"y above {middle:.3g}", f"up to {middle:.3g}")
        self.points_ = []
        for kind, colour in zip(
            np.unique(y), [INK] if self.y is None else COLOURS, strict=False
        ):
            style = {
                "s": size**2,
                "color": colour,
                "linewidths": 0,
                "alpha": 0.75,
                "label": shorten(kind),
            }
            self.points_.append(
                self.ax_.scatter(
                    *(corners[:, None] + at[y == kind]).reshape(-1, 2).T, **style
                )
            )
        if self.y is not None:
            self.ax_.legend(markerscale=5.0 / size, **BESIDE)

    def _by_rows(self, ax: Axes | None, style: dict[str, Any]) -> None:
        """One image, units downwards and rows across, and beside it each unit's share
        of flat rows.
        """
        left, right = self.axes_ = panels(ax, (7.6, 5.0), 1, 2, width_ratios=[5, 1])
        self.ax_ = left
        self.figure_ = left.figure
        n, k = self.activations.shape
        a = self.activations
        label = "row"
        if self.y is not None:
            a = a[np.argsort(self.y, kind="stable")]
            label = self._classes()
            weight = a - a.min(axis=0) + 1e-9
            self.order_ = np.argsort(
                np.arange(n) @ weight / weight.sum(axis=0), kind="stable"
            )
        self.images_ = [left.imshow(a.T[self.order_], **style)]
        flat = self.flat[self.order_]
        colours = np.where(flat == 1.0, COLOURS[1], COLOURS[5]).tolist()
        self.bars_ = right.barh(np.arange(k), 100.0 * flat, height=0.9, color=colours)
        right.set(
            ylim=left.get_ylim(), xlim=(0, 100), yticks=[], xlabel="flat for\n% of rows"
        )
        right.spines[["top", "right"]].set_visible(False)
        named = np.arange(0, k, -(-k // 24))
        left.set_yticks(named, self.order_[named], fontsize="small")
        left.set(ylabel="unit", xlabel=label)
        self.colorbar_ = self.figure_.colorbar(
            self.images_[0], ax=self.axes_, label="activation"
        )
        self.colorbar_.outline.set_visible(False)

    def _classes(self) -> str:
        """Mark where one class ends, if y has classes, and say how rows are sorted."""
        kinds, counts = np.unique(self.y, return_counts=True)
        if len(kinds) > 12:
            return "rows, by rising y"
        ends = np.cumsum(counts)
        for end in ends[:-1]:
            self.ax_.axvline(end - 0.5, color=INK, lw=1.0)
        self.ax_.set_xticks(
            ends - counts / 2.0 - 0.5, [shorten(kind, 12) for kind in kinds]
        )
        self.ax_.tick_params(axis="x", length=0)
        return "rows, by class"


def _flat(network: Network, below: Array, layer: int) -> Array:
    """The share of rows on each unit's flat side, (k,), from what the layer below
    answers, (n, d).
    """
    dense = zip(network.layers, network.views(network.theta), strict=True)
    act, p = [(one.act, p) for one, p in dense if isinstance(one, Dense)][layer - 1]
    return np.mean(is_flat(act, below @ p.W + p.b), axis=0)
