"""The edge of stability: rate times curvature along a run, and its picture."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from halfmoon.arrays.elementary import Array
from halfmoon.displays.scales import set_log_scale
from halfmoon.displays.style import COLOURS, INK
from halfmoon.inspection.curvature import curvature_along
from halfmoon.tutorial.experiment import L2, Experiment

MEASURED = 40  # updates at which the curvature is measured, at least
TINY = 1e-9  # a smaller rise of the loss may be rounding
LINES: list[dict[str, Any]] = [  # the fast run's, and that of half the rate
    {"lw": 1.2, "c": COLOURS[3]},
    {"lw": 1.8, "c": COLOURS[2], "ls": "--"},
]


class Descent:
    """A run of gradient descent: its losses, and rate times curvature on its way.

    L           the loss (T + 1,) after 0, ..., T updates
    rises       the updates after which the next one raises it
    products    rate times curvature, by update
    """

    def __init__(self, experiment: Experiment, rate: float, L: Array) -> None:
        self.rate = rate
        self.L = L
        self.rises: list[int] = np.flatnonzero(np.diff(L) > TINY).tolist()
        updates = choose_updates(len(L) - 1, self.rises[:1])
        kappa = curvature_along(
            experiment.network(),
            *experiment.data,
            rate,
            updates,
            l2=L2,
            engine=experiment.engine,
        )
        self.products = {update: rate * kappa[update] for update in updates}


def choose_updates(last: int, rises: list[int]) -> list[int]:
    """Updates to measure at, from 0 to the last, with those around a rise.

    They are even on a logarithmic axis. Later ones come in pairs, since a run may
    alternate.
    """
    chosen = set(np.geomspace(1, last, MEASURED).round().astype(int).tolist())
    chosen |= {update - 1 for update in chosen if update > 20} | {0}
    for rise in rises:
        chosen |= set(range(max(rise - 3, 0), min(rise + 9, last)))
    return sorted(chosen)


def draw_edge(fig: Figure, runs: list[Descent], published: list[float]) -> None:
    """Two runs: their losses, rate times curvature, and the losses of the end.

    published  the losses printed after updates 1, 1001, ...; none for other data
    """
    (loss, product, end) = fig.subplots(1, 3)
    last = len(runs[0].L) - 1
    for run, line, dot in zip(runs, LINES, ("o", ""), strict=True):
        label = f"learning rate {run.rate}"
        loss.plot(np.arange(1, last + 1), run.L[1:], label=label, **line)
        end.plot(np.arange(last - 29, last + 1), run.L[-30:], marker=dot, ms=4, **line)
        updates = [update for update in run.products if update > 0]
        style = line | {"ls": "", "marker": "o", "ms": 4} if dot else line
        product.plot(updates, [run.products[update] for update in updates], **style)
    ring: dict[str, Any] = {"facecolors": "none", "edgecolors": INK, "zorder": 3}
    if published:
        at = 1 + 1000 * np.arange(len(published))
        loss.scatter(at, published, s=26, label="printed by Britz", **ring)
    loss.legend(frameon=False, loc="lower left")
    product.axhline(2.0, color=INK, lw=1.0)
    loss.set_ylim(0.5 * runs[1].L.min())  # room for the legend
    for ax in (loss, product):
        ax.set(xscale="log", xlim=(0.9, 1.2 * last))
        set_log_scale(ax)
    end.ticklabel_format(useOffset=False)
    end.set_xticks([last - 30, last - 15, last])
    end.xaxis.set_major_formatter("{x:,.0f}")
    loss.set(title="The loss", xlabel="updates", ylabel="loss")
    title = r"Rate $\times$ curvature, and the edge at 2"
    product.set(title=title, xlabel="updates", ylabel=r"rate $\times$ curvature")
    end.set(title="The loss of the last 30 updates", xlabel="updates", ylabel="loss")
