"""Section 7 continued: overfitting made visible, pass by pass."""

from functools import partial
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.displays.boundary import draw_map, grid_points, make_grid
from halfmoon.displays.scales import set_log_scale
from halfmoon.displays.style import COLOURS, DARK, MARKERS
from halfmoon.network import Network
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import HALF_RATE, L2, SMALL_AXES
from halfmoon.tutorial.study import LARGE, SMALL, STRONGER, Study, truth

# hidden units, penalty in Britz's, title
RUNS = {
    "3": (SMALL, 1, "3 units"),
    "50": (LARGE, 1, "50 units"),
    "50_stronger": (LARGE, STRONGER, "50 units, 10 times the penalty"),
}
Course = dict[str, list[Any]]  # a column for each measure, a row for each pause


def watch(study: Study) -> Material:
    """The losses of three runs by passes, and how sure their mistakes are."""
    networks = {name: study.experiment.network(RUNS[name][0]) for name in RUNS}
    courses = {name: observe(study, name, networks[name]) for name in RUNS}
    sure = {name: sureness(study, networks[name]) for name in RUNS}
    new = courses["50"]["log_loss_new"]
    learned = courses["50"]["log_loss_learned"]
    lowest = int(np.argmin(new))
    rises = new[-1] > 1.2 * new[lowest] and learned[-1] < learned[lowest]
    return Material(
        numbers={
            "watched": courses,
            "lowest_at": courses["50"]["passes"][lowest],
            "mistakes": sure,
        },
        claims={
            "large_overfits": bool(rises),
            "large_is_too_sure": bool(sure["50"]["sure"] > sure["50"]["truly"] + 0.1),
        },
        figures={
            "7-overfitting": Picture(
                partial(draw, study=study, networks=networks, courses=courses),
                (11.0, 8.0),
            )
        },
    )


def observe(study: Study, name: str, network: Network) -> Course:
    """Train a network at half of Britz's rate; measure it some thirty times."""
    own = study.experiment
    _, times, title = RUNS[name]
    course: Course = {"passes": []}
    run = None
    for passes in np.unique(np.geomspace(1, own.passes, 36).astype(int)):
        setting = (network, *own.data, HALF_RATE)
        run = own.fit(title, int(passes), *setting, l2=times * L2, run=run)
        course["passes"].append(passes)
        for measure, value in study.evaluate(own, network.predict).items():
            course.setdefault(measure, []).append(value)
    return course


def losses_and_errors(study: Study, network: Network) -> tuple[Array, Any]:
    """What each new point adds to the log-loss, and whether it is on the wrong side."""
    X, y = study.test
    p = network.predict(X)
    return -np.log(p[np.arange(len(y)), y]), p.argmax(axis=1) != y


def sureness(study: Study, network: Network) -> dict[str, Any]:
    """New points on the wrong side: how many, and the mean probability of that side.

    "sure" is the one that the network gives, "truly" the true one.
    """
    _, wrong = losses_and_errors(study, network)
    X, y = study.test
    other = np.flatnonzero(wrong), 1 - y[wrong]
    return {
        "wrong": wrong.sum(),
        "sure": network.predict(X)[other].mean(),
        "truly": truth(X)[other].mean(),
    }


def draw(fig: Any, study: Study, networks: Any, courses: dict[str, Course]) -> None:
    """The losses by passes, and the new points on the wrong side of each boundary."""
    first, *maps = np.ravel(fig.subplots(2, 2))
    for i, (name, course) in enumerate(courses.items()):
        style = {"c": COLOURS[2 + i], "lw": 1.8}
        new = course["log_loss_new"]
        first.plot(course["passes"], new, label=RUNS[name][2], **style)
        first.plot(course["passes"], course["log_loss_learned"], ls="--", **style)
    first.set(xscale="log", title="Pass by pass")
    first.set(xlabel="passes over the data", ylabel="log-loss")
    set_log_scale(first)
    first.legend(frameon=False, loc="lower left")
    for ax, name in zip(maps, RUNS, strict=True):
        draw_misplaced(ax, networks[name], study, RUNS[name][2])


def draw_misplaced(ax: Any, network: Network, study: Study, title: str) -> None:
    """Both boundaries, and the new points on the wrong side, as large as their loss."""
    loss, wrong = losses_and_errors(study, network)
    X, y = study.experiment.data
    draw_map(ax, network, X, y, size=0.0, **SMALL_AXES)
    xx0, xx1 = make_grid(X.min(axis=0) - 0.5, X.max(axis=0) + 0.5, 60)
    p = truth(grid_points(xx0, xx1))[:, 0].reshape(60, 60)
    line = {"colors": DARK, "linewidths": 1.2, "linestyles": "--", "zorder": 2}
    ax.contour(xx0, xx1, p, levels=[0.5], **line)
    for c in (0, 1):
        here = wrong & (study.test[1] == c)
        style = {"c": COLOURS[c], "marker": MARKERS[c], "edgecolors": "white"}
        ax.scatter(
            *study.test[0][here].T, s=9.0 * loss[here], lw=0.6, zorder=3, **style
        )
    ax.set(xlim=(-0.8, 1.9), ylim=(-0.8, 1.3))
    ax.set_title(f"{title}: {wrong.sum()} new points wrong")
