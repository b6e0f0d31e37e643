"""Every weight and bias, as heat maps."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.displays.fitted import read_fitted
from halfmoon.displays.style import SIGNED, choose_names, make_panels


class WeightMap(NamedTuple):
    """The heat maps and the colour bar that `draw_weights` drew."""

    weights: Any  # the mesh of W
    biases: Any  # the mesh of b
    colour_bar: Any


def draw_weights(ax: Axes, W: Array, b: Array, **style: Any) -> WeightMap:
    """A layer's weights W (d, k) as a heat map, and its biases b (k,) in a strip below.

    Inputs stand downwards and units across. The scale is symmetric about 0: to the
    largest number, or to the 99.9 % quantile where there are thousands, so that a few
    do not hide the rest. The strip stays visible however many inputs there are. Style
    goes to `pcolormesh`.
    """
    d, k = W.shape
    size = np.abs(np.vstack([W, b]))
    span = float(np.quantile(size, 0.999, method="higher")) or 1.0
    look: dict[str, Any] = {
        "cmap": SIGNED,
        "vmin": -span,
        "vmax": span,
        "rasterized": True,
        **style,
    }
    across = np.arange(k + 1) - 0.5
    strip = _strip_height(d)
    top = d - 0.5 + strip / 2
    weights = ax.pcolormesh(across, np.arange(d + 1) - 0.5, W, **look)
    biases = ax.pcolormesh(across, [top, top + strip], b[None, :], **look)
    ax.set(ylim=(top + strip, -0.5), xlim=(-0.5, k - 0.5))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    figure: Any = ax.figure
    colour_bar = figure.colorbar(
        weights,
        ax=ax,
        ticks=[-span, 0, span],
        location="bottom",
        aspect=_width(k) / 1.2,
        extend="both" if size.max() > span else "neither",
    )
    numbers = [f"{tick:.2g}" for tick in (-span, 0, span)]
    colour_bar.ax.set_xticklabels(numbers, fontsize="small")
    colour_bar.outline.set_visible(False)
    return WeightMap(weights, biases, colour_bar)


def name_weights(ax: Axes, rows: list[str], columns: list[str]) -> None:
    """As many names of a layer's inputs and units beside its heat map as fit."""
    d = len(rows)
    k = len(columns)
    positions, names = choose_names(rows, 16)
    bias = d - 0.5 + _strip_height(d)
    ax.set_yticks([*positions, bias], [*names, "bias"], fontsize="small")
    turned = k > 1 and max(map(len, columns)) > 3
    most = 12 if turned else max(4.0, _width(k) / 4)
    positions, names = choose_names(columns, most)
    turn: dict[str, Any] = {"rotation": 45, "ha": "right"} if turned else {}
    ax.set_xticks(positions, names, fontsize="small", **turn)


def _strip_height(d: int) -> float:
    return max(1.0, d / 16)


def _width(k: int) -> float:
    return float(np.clip(k, 8, 40))


@dataclass(eq=False, repr=False, kw_only=True)
class WeightsDisplay:
    """Each layer's weights and biases as a heat map, as `draw_weights` draws them.

    Each layer has a scale of its own.

    Parameters
    ----------
    coefs : list of arrays of shape (d, k)
        The weights of each layer, inputs first.
    intercepts : list of arrays of shape (k,)
        The biases of each layer.
    inputs, outputs : list of str
        Names of the inputs and the outputs.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The first layer.
    axes_ : list of matplotlib.axes.Axes
        One a layer.
    figure_ : matplotlib.figure.Figure
        The figure.
    weights_, biases_ : list of matplotlib.collections.QuadMesh
        The heat maps, one a layer.
    colorbars_ : list of matplotlib.colorbar.Colorbar
        The scales, one a layer.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> W = np.ones((2, 3))
    >>> names = {"inputs": ["x0", "x1"], "outputs": ["a", "b", "c"]}
    >>> display = WeightsDisplay(coefs=[W], intercepts=[W[0]], **names)
    >>> display.plot(Figure().subplots()).weights_[0].get_array().shape
    (2, 3)
    """

    coefs: list[Array]
    intercepts: list[Array]
    inputs: list[str]
    outputs: list[str]

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, ax: Axes | None = None, **style: Any
    ) -> Self:
        """Draw the `coefs_` and `intercepts_` of a network, ours or scikit-learn's.

        Parameters
        ----------
        estimator : MLPClassifier, MLPRegressor or Pipeline
            A fitted estimator, or a Pipeline or search that ends in one.
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        **style : dict
            Goes to `matplotlib.axes.Axes.pcolormesh`.

        Returns
        -------
        WeightsDisplay
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
            intercepts=fitted.model.intercepts_,
            inputs=fitted.inputs,
            outputs=fitted.outputs,
        )
        return display.plot(ax, **style)

    def plot(self, ax: Axes | None = None, **style: Any) -> Self:
        """Draw one panel a layer, within the area of `ax`.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        **style : dict
            Goes to `matplotlib.axes.Axes.pcolormesh`.

        Returns
        -------
        WeightsDisplay
            The display itself.
        """
        widths = [_width(W.shape[1]) for W in self.coefs]
        size = (2.4 + 1.2 * len(widths) + 0.05 * sum(widths), 4.8)
        self.axes_ = make_panels(ax, size, 1, len(widths), width_ratios=widths)
        self.ax_ = self.axes_[0]
        self.figure_ = self.ax_.figure
        self.weights_: list[Any] = []
        self.biases_: list[Any] = []
        self.colorbars_: list[Any] = []
        for layer, panel in enumerate(self.axes_):
            drawn = draw_weights(
                panel, self.coefs[layer], self.intercepts[layer], **style
            )
            self._label(layer, panel)
            self.weights_.append(drawn.weights)
            self.biases_.append(drawn.biases)
            self.colorbars_.append(drawn.colour_bar)
        return self

    def _label(self, layer: int, ax: Any) -> None:
        d, k = self.coefs[layer].shape
        rows = self.inputs
        ax.set_ylabel("from input")
        if layer > 0:
            rows = [str(i) for i in range(d)]
            ax.set_ylabel("from unit")
        columns = [str(i) for i in range(k)]
        title = f"hidden layer {layer + 1}"
        ax.set_xlabel("to unit")
        if layer == len(self.coefs) - 1:
            columns = self.outputs
            title = "output layer"
            ax.set_xlabel("to output")
        ax.set_title(title, fontsize="medium")
        name_weights(ax, rows, columns)
