"""The diagram of a network, at any size."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from halfmoon.arrays.elementary import Array
from halfmoon.displays.common import fitted, panels, shorten
from halfmoon.displays.plots import COLOURS, INK


@dataclass(eq=False, repr=False, kw_only=True)
class NetworkDisplay:
    """Units as circles and weights as lines between them: the wider, the larger; blue
    is positive, orange negative.

    Of a layer with more than `most` units the first ones and the last are drawn, and
    how many are left out is said. `coefs` are each layer's weights (d, k); `inputs` and
    `outputs` are names. All layers share one scale of widths.

    After `plot`: `ax_`, `figure_`, `links_` and `units_` (one collection a layer),
    `legend_`.
    """

    coefs: list[Array]
    inputs: list[str]
    outputs: list[str]

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, ax: Axes | None = None, **options: Any
    ) -> Self:
        """Draw the `coefs_` of a fitted network, ours or scikit-learn's; options are
        those of `plot`.
        """
        model, _, inputs, outputs = fitted(estimator, "coefs_")
        return cls(coefs=model.coefs_, inputs=inputs, outputs=outputs).plot(
            ax, **options
        )

    def plot(
        self, ax: Axes | None = None, *, most: int = 12, width: float = 3.5
    ) -> Self:
        """Draw layers from left to right, the largest weight as a line of `width`
        points; `most` must be at least 3.
        """
        if most < 3:
            raise ValueError(f"most must be at least 3 units a layer; got {most}.")
        sizes = [len(self.inputs), *(W.shape[1] for W in self.coefs)]
        shown = [
            np.array([*range(most - 1), k - 1]) if k > most + 1 else np.arange(k)
            for k in sizes
        ]
        # a gap for those left out
        places = [np.array([*units[:-1], min(units[-1], most)]) for units in shown]
        heights = [place[-1] / 2.0 - place for place in places]
        parts = [
            W[np.ix_(*ends)]
            for W, ends in zip(self.coefs, pairwise(shown), strict=True)
        ]
        scale = width / (max(float(np.abs(part).max()) for part in parts) or 1.0)
        (self.ax_,) = panels(ax, (2.2 + 2.0 * len(sizes), 4.8))
        self.figure_ = self.ax_.figure
        top = max(1.3, *(height[0] for height in heights)) + 0.7
        self.ax_.set(xlim=(-0.2, len(sizes) - 0.8), ylim=(-top, top))
        self.ax_.set_axis_off()
        self.links_ = [
            self._links(i, part, heights, scale) for i, part in enumerate(parts)
        ]
        self.units_ = [
            self._units(i, height, sizes) for i, height in enumerate(heights)
        ]
        for level, names, side in (
            (0, self.inputs, -1),
            (len(sizes) - 1, self.outputs, 1),
        ):
            style = {
                "ha": "right" if side < 0 else "left",
                "va": "center",
                "fontsize": "small",
                "color": INK,
            }
            for i, height in zip(shown[level], heights[level], strict=True):
                at = {"xytext": (side * 11, 0), "textcoords": "offset points"}
                self.ax_.annotate(shorten(names[i]), (level, height), **at, **style)
        self._legend(np.concatenate([part.ravel() for part in parts]), scale)
        return self

    def _links(
        self, level: int, part: Array, heights: list[Array], scale: float
    ) -> Any:
        """The weights between two layers, the largest on top; faint where they are
        small, so that many stay legible.
        """
        below, above = np.meshgrid(heights[level], heights[level + 1], indexing="ij")
        ends = np.stack(
            [np.full_like(below, level), below, np.full_like(below, level + 1), above],
            axis=-1,
        )
        order = np.argsort(np.abs(part), axis=None)
        weight = part.ravel()[order]
        size = np.abs(weight) * scale
        alpha: Any = 0.15 + 0.85 * size / max(size[-1], 1e-9)
        colours = np.where(weight < 0.0, COLOURS[1], COLOURS[0]).tolist()
        look: dict[str, Any] = {
            "colors": colours,
            "linewidths": 0.2 + size,
            "alpha": alpha,
            "zorder": 1,
        }
        return self.ax_.add_collection(
            LineCollection(list(ends.reshape(-1, 2, 2)[order]), **look)
        )

    def _units(self, level: int, height: Array, sizes: list[int]) -> Any:
        """A layer's circles, as large as the ax allows, its title, and how many units
        are left out.
        """
        # in points
        unit = (
            self.ax_.bbox.height * 72.0 / self.figure_.dpi / np.ptp(self.ax_.get_ylim())
        )
        style: dict[str, Any] = {
            "s": min(14.0, 0.6 * unit) ** 2,
            "c": "white",
            "edgecolors": INK,
            "linewidths": 1.1,
        }
        units = self.ax_.scatter(np.full(len(height), level), height, zorder=3, **style)
        k = sizes[level]
        word = {0: "input", len(sizes) - 1: "output"}.get(level, "unit")
        title = (
            f"hidden layer {level}\n" * (word == "unit")
            + f"{k:,} {word}"
            + "s" * (k > 1)
        )
        style = {"ha": "center", "color": INK}
        self.ax_.text(
            level,
            1.01,
            title,
            va="bottom",
            transform=self.ax_.get_xaxis_transform(),
            **style,
        )
        if k > len(height):
            box = {
                "boxstyle": "round,pad=0.1",
                "fc": "white",
                "ec": "none",
                "alpha": 0.9,
            }
            style |= {"va": "center", "fontsize": "small", "bbox": box, "zorder": 4}
            self.ax_.text(
                level, height[-2:].mean(), f"⋮ {k - len(height)} more", **style
            )
        return units

    def _legend(self, weights: Array, scale: float) -> None:
        """A line as wide as the largest weight of either sign, and that weight."""
        handles = []
        for word, w, colour in (
            ("positive", weights.max(), COLOURS[0]),
            ("negative", weights.min(), COLOURS[1]),
        ):
            if (w > 0.0) == (word == "positive") and w != 0.0:
                label = f"{word} weights, to {w:+.2g}"
                handles.append(
                    Line2D([], [], color=colour, lw=0.2 + abs(w) * scale, label=label)
                )
        place: dict[str, Any] = {
            "loc": "upper center",
            "bbox_to_anchor": (0.5, 0.0),
            "ncols": 2,
            "frameon": False,
        }
        self.legend_ = self.ax_.legend(handles=handles, fontsize="small", **place)
