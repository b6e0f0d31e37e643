"""Pictures of networks and runs: functions of these and an ax, which return the ax. Of
estimators: see `displays`.

Classes are told apart by colour and by marker (colours of Okabe & Ito 2008, which the
colour-blind can tell apart).
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from numpy.typing import ArrayLike

from halfmoon.arrays.elementary import Array
from halfmoon.layers import PREDICT, Dense
from halfmoon.network import Network
from halfmoon.training.loop import Run
from halfmoon.training.rate_finder import RateTest

COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#B8A800",
    "#444444",
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
INK = "#222222"
DARK = "#111111"  # ink on pale images, whatever the page behind the figure
# -, 0, + under black ink
SOFT = LinearSegmentedColormap.from_list("halfmoon", ["#a58fc4", "#ffffff", "#f3c06b"])


def new_ax(ax: Axes | None = None) -> Axes:
    """The given ax, or one of a new pyplot figure."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
    return ax


def points(
    X: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    *,
    names: tuple[str, ...] = (),
    size: float = 36.0,
) -> Axes:
    """The rows of X (n, 2), each class with its own colour and marker."""
    ax = new_ax(ax)
    X = np.asarray(X)
    y = np.asarray(y)
    for i, c in enumerate(np.unique(y)):
        label = names[i] if names else f"class {c}"
        style: dict[str, Any] = {
            "c": COLOURS[i % 8],
            "marker": MARKERS[i % 8],
            "edgecolors": "white",
        }
        ax.scatter(
            X[y == c, 0],
            X[y == c, 1],
            s=size,
            linewidths=0.7,
            label=label,
            zorder=3,
            **style,
        )
    ax.set(xlabel="first measurement, $x_1$", ylabel="second measurement, $x_2$")
    return ax


def boundary(
    model: Any,
    X: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    *,
    resolution: int = 300,
    show: bool = True,
) -> Axes:
    """The plane coloured by what `model` predicts, its decision boundary, and the
    points on it.

    `model` is a Network or has ``predict_proba``. The paler the colour, the less sure
    the prediction; the black line is where the two likeliest classes tie. `show` draws
    the points.
    """
    ax = new_ax(ax)
    u, v, grid = _grid(X, resolution)
    p = probabilities(model, grid).reshape(resolution, resolution, -1)
    colours = np.array([to_rgb(COLOURS[i % 8]) for i in range(p.shape[-1])])
    sure = (p.max(axis=-1, keepdims=True) - 1.0 / p.shape[-1]) / (
        1.0 - 1.0 / p.shape[-1]
    )
    image = 1.0 - 0.5 * sure * (1.0 - p @ colours)  # white where nothing is known
    ax.imshow(
        image,
        extent=(u[0], u[-1], v[0], v[-1]),
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        zorder=0,
    )
    for c in range(p.shape[-1] - (p.shape[-1] == 2)):
        lead = p[..., c] - np.delete(p, c, axis=-1).max(axis=-1)
        ax.contour(u, v, lead, levels=[0.0], colors=DARK, linewidths=1.6, zorder=2)
    if show:
        points(X, y, ax)
    ax.set(xlim=(u[0], u[-1]), ylim=(v[0], v[-1]))
    return ax


def _grid(X: ArrayLike, resolution: int) -> tuple[Array, Array, Array]:
    """Both axes over the range of X (n, 2) with a margin, and all their points
    (resolution^2, 2).
    """
    low = np.min(X, axis=0) - 0.5
    high = np.max(X, axis=0) + 0.5
    u, v = (np.linspace(low[i], high[i], resolution) for i in (0, 1))
    return u, v, np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)


def probabilities(model: Any, X: Array) -> Array:
    """Each class's probability, (n, C), from a Network or anything with
    ``predict_proba``.
    """
    if not isinstance(model, Network):
        return np.asarray(model.predict_proba(X))
    if model.loss.target != "classes" and not (
        model.loss.target == "labels" and model.k == 1
    ):
        raise ValueError(
            "Only networks that tell classes apart have probabilities to draw; this "
            f"one has {model.loss}."
        )
    y_hat = model.predict(X)
    return np.hstack([1.0 - y_hat, y_hat]) if y_hat.shape[1] == 1 else y_hat


def loss_curve(run: Run, ax: Axes | None = None, **line: Any) -> Axes:
    """The training loss, and the validation loss where there is one, by epochs."""
    ax = new_ax(ax)
    history = run.history
    epoch = history["epoch"]
    ax.plot(
        epoch, history["loss"], **{"color": COLOURS[0], "label": "training", **line}
    )
    if np.isfinite(history["validation_loss"]).any():
        ax.plot(
            epoch,
            history["validation_loss"],
            color=COLOURS[1],
            linestyle="--",
            label="validation",
        )
        ax.legend(frameon=False)
    ax.set(xlabel="passes over the data", ylabel="loss")
    return ax


def diagram(
    network: Network,
    ax: Axes | None = None,
    *,
    inputs: tuple[str, ...] = (),
    outputs: tuple[str, ...] = (),
) -> Axes:
    """The network's units and weights: thick lines are large weights, blue solid
    positive, orange dashed negative.

    Of a layer with more than 12 units the first 12 are drawn, with a note of how many
    there are.
    """
    ax = new_ax(ax)
    pairs = [
        (layer, p)
        for layer, p in zip(network.layers, network.views(network.theta), strict=True)
    ]
    dense = [(layer, p) for layer, p in pairs if isinstance(layer, Dense)]
    sizes = [dense[0][0].d, *(layer.k for layer, _ in dense)]
    shown = [min(k, 12) for k in sizes]
    heights = [0.5 * (np.arange(k)[::-1] - (k - 1) / 2.0) for k in shown]
    largest = max(float(np.abs(p.W).max()) for _, p in dense) or 1.0
    for level, (_, p) in enumerate(dense):
        _links(ax, p, level, heights[level], heights[level + 1], largest)
    names = [list(inputs), *([] for _ in sizes[2:]), list(outputs)]
    for level, (k, height) in enumerate(zip(sizes, heights, strict=True)):
        _units(
            ax,
            level,
            height,
            names[level] or [_name(level, i, len(sizes)) for i in range(k)],
        )
        more = f"\n({k} units)" if k > 12 else ""
        title = (
            "inputs"
            if level == 0
            else "outputs"
            if level == len(sizes) - 1
            else f"hidden layer {level}"
        )
        ax.text(
            level,
            max(h.max() for h in heights) + 0.22,
            title + more,
            ha="center",
            va="bottom",
            color=INK,
        )
    ax.plot([], [], color=COLOURS[0], label="positive weight")
    ax.plot([], [], color=COLOURS[1], linestyle=(0, (4, 2)), label="negative weight")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=2, frameon=False)
    ax.set(xlim=(-0.45, len(sizes) - 0.55))
    ax.margins(y=0.13)
    ax.set_axis_off()
    return ax


def _name(level: int, i: int, levels: int) -> str:
    if level == 0:
        return f"$x_{{{i + 1}}}$"
    return f"$\\hat y_{{{i}}}$" if level == levels - 1 else f"$a_{{{level},{i + 1}}}$"


def _links(
    ax: Axes, p: Any, level: int, below: Array, above: Array, largest: float
) -> None:
    """One line a weight; the numbers are written on them while there is room."""
    few = p.W.size <= 12
    for i, start in enumerate(below):
        for j, end in enumerate(above):
            weight = float(p.W[i, j])
            style: dict[str, Any] = (
                {"color": COLOURS[0]} if weight >= 0.0 else {"color": COLOURS[1]}
            )
            style["linestyle"] = "-" if weight >= 0.0 else (0, (4, 2))
            ax.plot(
                [level, level + 1],
                [start, end],
                lw=0.4 + 5.0 * abs(weight) / largest,
                zorder=1,
                **style,
            )
            if few:
                # near its source lines are well apart
                where = (level + 0.27, start + 0.27 * (end - start))
                box = {
                    "boxstyle": "round,pad=0.15",
                    "fc": "white",
                    "ec": "none",
                    "alpha": 0.85,
                }
                ax.text(
                    *where,
                    f"{weight:+.2f}",
                    fontsize=9.5,
                    ha="center",
                    va="center",
                    bbox=box,
                    zorder=2,
                    color=INK,
                )


def _units(ax: Axes, level: int, heights: Array, names: list[str]) -> None:
    for height, name in zip(heights, names, strict=False):
        ax.scatter(
            level, height, s=900, c="white", edgecolors=INK, linewidths=1.4, zorder=3
        )
        ax.text(level, height, name, ha="center", va="center", zorder=4, color=INK)


def hidden_units(
    network: Network, X: ArrayLike, axes: Any, *, resolution: int = 200
) -> Any:
    """What each unit of the first hidden layer answers over the plane, from its lowest
    to its highest value.
    """
    u, v, a = _grid(X, resolution)
    for layer, p in zip(network.layers, network.views(network.theta), strict=True):
        a = layer.forward(p, a.astype(network.dtype), PREDICT)[0]
        if isinstance(layer, Dense):
            break
    for j, ax in enumerate(np.ravel(axes)[: a.shape[1]]):
        image = a[:, j].reshape(resolution, resolution)
        span = max(1.0, float(np.abs(a).max()))
        style: dict[str, Any] = {
            "cmap": SOFT,
            "vmin": -span,
            "vmax": span,
            "aspect": "auto",
        }
        ax.imshow(image, extent=(u[0], u[-1], v[0], v[-1]), origin="lower", **style)
        ax.contour(u, v, image, levels=[0.0], colors=DARK, linewidths=1.0)
        ax.set(title=f"hidden unit $a_{{1,{j + 1}}}$", xlabel="$x_1$", ylabel="$x_2$")
    return axes


def plot_rate_test(test: RateTest, ax: Axes | None = None) -> Axes:
    """A range test's losses by learning rate: one point an update, smoothed as a line,
    with the suggestion marked.
    """
    ax = new_ax(ax)
    smooth = test.smooth
    begin = float(smooth[0])
    best = float(smooth.min())
    height = float(np.interp(np.log(test.suggestion), np.log(test.rates), smooth))
    ax.scatter(
        test.rates,
        test.losses,
        s=16,
        c=COLOURS[0],
        alpha=0.35,
        linewidths=0.0,
        label="one batch",
        zorder=2,
    )
    ax.plot(
        test.rates, smooth, color=COLOURS[0], linewidth=2.2, label="smoothed", zorder=3
    )
    ax.axvline(
        test.suggestion,
        color=COLOURS[1],
        linestyle=(0, (4, 2)),
        linewidth=1.2,
        zorder=1,
    )
    ax.scatter(
        test.suggestion,
        height,
        s=64,
        c=COLOURS[1],
        edgecolors="white",
        linewidths=1.2,
        zorder=4,
    )
    # beyond, the loss may be anything
    early = float(test.losses[test.rates <= test.suggestion].max())
    low = min(best, float(test.losses.min()))
    high = max(early, begin + 0.4 * (begin - best))
    ax.set(xscale="log", xlabel="learning rate", ylabel="loss (objective, per batch)")
    ax.set(ylim=(low - 0.06 * (high - low), high + 0.16 * (high - low)))
    share = np.log(test.suggestion / test.rates[0]) / np.log(
        test.rates[-1] / test.rates[0]
    )
    side = (
        {"ha": "right", "xytext": (-7.0, -7.0)}
        if share > 0.3
        else {"ha": "left", "xytext": (7.0, -7.0)}
    )
    style: dict[str, Any] = {
        "xycoords": ax.get_xaxis_transform(),
        "textcoords": "offset points",
        "va": "top",
        **side,
    }
    label = f"suggestion: {test.suggestion:.2g}"  # in the room left above the points
    ax.annotate(
        label, (test.suggestion, 1.0), color=COLOURS[1], fontweight="bold", **style
    )
    ax.legend(loc="lower left", frameon=False)
    return ax
