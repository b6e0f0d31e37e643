"""The edge of stability: rate times curvature along a run, and its picture."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import COLOURS, INK
from halfmoon.inspection.curvature import curvature
from halfmoon.tutorial.experiment import L2, Experiment, descend

LOOKS = 40  # updates at which the curvature is looked at, evenly on a logarithmic axis
TINY = 1e-9  # a smaller rise of the loss may be rounding
LINES: list[dict[str, Any]] = [  # the fast run's, and the calm one's
    {"lw": 1.2, "c": COLOURS[3]},
    {"lw": 1.8, "c": COLOURS[2], "ls": "--"},
]


class Descent:
    """A run of gradient descent: its losses, and rate times curvature on its way.

    L           the loss (T + 1,) after 0, ..., T updates
    rises       the updates after which the next one raises it
    sharpness   rate times the largest eigenvalue of the Hessian, by update
    """

    def __init__(self, experiment: Experiment, rate: float, L: Array) -> None:
        self.rate = rate
        self.L = L
        self.rises: list[int] = np.flatnonzero(np.diff(L) > TINY).tolist()
        looks = choose_looks(len(L) - 1, self.rises[:1])
        self.sharpness = follow(experiment, rate, looks)


def choose_looks(last: int, rises: list[int]) -> list[int]:
    """Updates to look at, from 0 to the last, with those around a rise.

    Later ones come in pairs, since a run may alternate.
    """
    looks = set(np.geomspace(1, last, LOOKS).round().astype(int).tolist())
    looks |= {look - 1 for look in looks if look > 20} | {0}
    for rise in rises:
        looks |= set(range(max(rise - 3, 0), min(rise + 9, last)))
    return sorted(looks)


def follow(experiment: Experiment, rate: float, looks: list[int]) -> dict[int, float]:
    """Train anew from one look to the next; the rate times the curvature at each."""
    network = experiment.network()
    X, y = experiment.data
    found: dict[int, float] = {}
    for look in looks:
        new = look - max(found, default=0)
        if new > 0:
            run = descend(network, X, y, rate, epochs=new, engine=experiment.engine)
            if run.stopped == "interrupted":
                raise KeyboardInterrupt
        found[look] = rate * curvature(network, X, y, l2=L2)
    return found


def draw_edge(fig: Figure, runs: list[Descent], published: list[float]) -> None:
    """Two runs: their losses, rate times curvature, and the losses of the end.

    published  the losses printed after updates 1, 1001, ...; none for other data
    """
    (loss, sharpness, end) = fig.subplots(1, 3)
    last = len(runs[0].L) - 1
    for run, line, dot in zip(runs, LINES, ("o", ""), strict=True):
        label = f"learning rate {run.rate}"
        loss.plot(np.arange(1, last + 1), run.L[1:], label=label, **line)
        end.plot(np.arange(last - 29, last + 1), run.L[-30:], marker=dot, ms=4, **line)
        looks = {look: at for look, at in run.sharpness.items() if look > 0}
        style = line | {"ls": "", "marker": "o", "ms": 4} if dot else line
        sharpness.plot(list(looks), list(looks.values()), **style)
    ring: dict[str, Any] = {"facecolors": "none", "edgecolors": INK, "zorder": 3}
    if published:
        at = 1 + 1000 * np.arange(len(published))
        loss.scatter(at, published, s=26, label="printed by Britz", **ring)
    loss.legend(frameon=False, loc="lower left")
    sharpness.axhline(2.0, color=INK, lw=1.0)
    for ax, form in ((loss, "{x:.2f}"), (sharpness, "{x:g}")):
        ax.set(xscale="log", yscale="log", xlim=(0.9, 1.2 * last))
        ax.xaxis.set_major_formatter("{x:,.0f}")
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.yaxis.set_major_formatter(form)
        ax.yaxis.set_minor_formatter("")
    end.ticklabel_format(useOffset=False)
    end.set_xticks([last - 30, last - 15, last])
    end.xaxis.set_major_formatter("{x:,.0f}")
    loss.set_ylim(0.5 * runs[1].L.min())  # room for the legend
    loss.set(title="The loss", xlabel="updates", ylabel="loss")
    title = r"Rate $\times$ curvature, and the edge at 2"
    sharpness.set(title=title, xlabel="updates", ylabel=r"rate $\times$ curvature")
    end.set(title="The loss of the last 30 updates", xlabel="updates", ylabel="loss")
