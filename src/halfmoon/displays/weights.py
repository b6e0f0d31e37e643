"""Every weight and bias, as heat maps."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.displays.common import SIGNED, fitted, panels, some


@dataclass(eq=False, repr=False, kw_only=True)
class WeightsDisplay:
    """Each layer's weights W (d, k) as a heat map, inputs downwards and units across,
    with its biases b (k,) below.

    Each layer has its own scale, symmetric about 0: to its largest number, or to the
    99.9 % quantile where there are thousands, so that a few do not hide the rest.
    `inputs` and `outputs` are names.

    After `plot`: `ax_` (the first layer), `axes_`, `figure_`; `weights_`, `biases_`,
    `colorbars_` (one each a layer).
    """

    coefs: list[Array]
    intercepts: list[Array]
    inputs: list[str]
    outputs: list[str]

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, ax: Axes | None = None, **style: Any
    ) -> Self:
        """Draw the `coefs_` and `intercepts_` of a network, ours or scikit-learn's;
        style goes to `pcolormesh`.
        """
        model, _, inputs, outputs = fitted(estimator, "coefs_")
        numbers = {"coefs": model.coefs_, "intercepts": model.intercepts_}
        return cls(**numbers, inputs=inputs, outputs=outputs).plot(ax, **style)

    def plot(self, ax: Axes | None = None, **style: Any) -> Self:
        """Draw one panel a layer, within the place of `ax`."""
        widths = [_width(W.shape[1]) for W in self.coefs]
        size = (2.4 + 1.2 * len(widths) + 0.05 * sum(widths), 4.8)
        self.axes_ = panels(ax, size, 1, len(widths), width_ratios=widths)
        self.ax_ = self.axes_[0]
        self.figure_ = self.axes_[0].figure
        drawn = [
            self._layer(layer, panel, style) for layer, panel in enumerate(self.axes_)
        ]
        self.weights_, self.biases_, self.colorbars_ = (
            list(parts) for parts in zip(*drawn, strict=True)
        )
        return self

    def _layer(
        self, layer: int, ax: Any, style: dict[str, Any]
    ) -> tuple[Any, Any, Any]:
        """W and, a gap below it, b as a strip that stays visible however many inputs
        there are; and their scale.
        """
        W = self.coefs[layer]
        b = self.intercepts[layer]
        d, k = W.shape
        size = np.abs(np.vstack([W, b]))
        span = float(np.quantile(size, 0.999, method="higher")) or 1.0
        style = {
            "cmap": SIGNED,
            "vmin": -span,
            "vmax": span,
            "rasterized": True,
            **style,
        }
        strip = max(1.0, d / 16)
        across = np.arange(k + 1) - 0.5
        low = d - 0.5 + strip / 2
        weights = ax.pcolormesh(across, np.arange(d + 1) - 0.5, W, **style)
        biases = ax.pcolormesh(across, [low, low + strip], b[None, :], **style)
        ax.set(ylim=(low + strip, -0.5), xlim=(-0.5, k - 0.5))
        self._label(layer, ax, low + strip / 2)
        look = {
            "location": "bottom",
            "aspect": _width(k) / 1.2,
            "extend": "both" if size.max() > span else "neither",
        }
        scale = self.figure_.colorbar(weights, ax=ax, ticks=[-span, 0, span], **look)
        scale.ax.set_xticklabels(
            [f"{tick:.2g}" for tick in (-span, 0, span)], fontsize="small"
        )
        scale.outline.set_visible(False)
        return weights, biases, scale

    def _label(self, layer: int, ax: Any, bias: float) -> None:
        """As many names of inputs and outputs as there is room for."""
        (d, k) = self.coefs[layer].shape
        last = layer == len(self.coefs) - 1
        at, names = some(list(map(str, range(d))) if layer else self.inputs, 16)
        ax.set_yticks([*at, bias], [*names, "bias"], fontsize="small")
        named = self.outputs if last else list(map(str, range(k)))
        turned = k > 1 and max(map(len, named)) > 3
        at, names = some(named, 12 if turned else max(4.0, _width(k) / 4))
        ax.set_xticks(
            at,
            names,
            fontsize="small",
            rotation=45 if turned else 0,
            ha="right" if turned else "center",
        )
        ax.set(
            xlabel="to output" if last else "to unit",
            ylabel="from unit" if layer else "from input",
        )
        ax.set_title(
            "output layer" if last else f"hidden layer {layer + 1}", fontsize="medium"
        )
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)


def _width(k: int) -> float:
    return float(np.clip(k, 8, 40))
