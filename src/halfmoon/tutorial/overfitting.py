"""Section 7 continued: overfitting made visible, pass by pass."""

from functools import partial
from typing import Any

import numpy as np
from matplotlib.ticker import LogLocator

from halfmoon.arrays.elementary import Array
from halfmoon.displays.boundary import grid_points, make_grid
from halfmoon.displays.style import COLOURS, DARK, MARKERS
from halfmoon.network import Network
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import RATE, descend
from halfmoon.tutorial.maps import draw_moons_map
from halfmoon.tutorial.study import LARGE, SMALL, STYLES, Predict, Study, truth

Course = dict[str, list[Any]]  # a column for each measure, a row for each pause


def watch(study: Study) -> Material:
    """Both losses by passes with few and many units, and what the mistakes cost."""
    networks = {hidden: study.experiment.network(hidden) for hidden in (SMALL, LARGE)}
    courses = {hidden: observe(study, net) for hidden, net in networks.items()}
    lowest = {h: int(np.argmin(one["log_loss_new"])) for h, one in courses.items()}
    few = mistakes(study, networks[SMALL].predict)
    many = mistakes(study, networks[LARGE].predict)
    draw = partial(draw_watched, study=study, networks=networks, courses=courses)
    return Material(
        numbers={
            "watched": courses,
            "lowest_at": {h: courses[h]["passes"][i] for h, i in lowest.items()},
            "mistakes": {SMALL: few, LARGE: many},
        },
        claims={
            "large_overfits": is_overfitting(courses[LARGE], lowest[LARGE]),
            "large_is_too_sure": bool(many["sure"] > many["truly"] + 0.1),
        },
        figures={"7-overfitting": Picture(draw, (11.0, 3.9))},
    )


def observe(study: Study, network: Network) -> Course:
    """Train a network, and pause some thirty times to measure it."""
    own = study.experiment
    course: Course = {"passes": []}
    run = None
    for passes in np.unique(np.geomspace(1, own.passes, 36).astype(int)):
        data = (network, *own.data, RATE / 2.0)
        run = own.fit(descend, "watched", int(passes), *data, run=run)
        course["passes"].append(passes)
        for name, value in study.evaluate(own, network.predict).items():
            course.setdefault(name, []).append(value)
    return course


def is_overfitting(course: Course, lowest: int) -> bool:
    """Whether the loss of new points rose by a fifth, and that of the others fell."""
    new = course["log_loss_new"]
    learned = course["log_loss_learned"]
    return bool(new[-1] > 1.2 * new[lowest] and learned[-1] < learned[lowest])


def losses_and_errors(study: Study, predict: Predict) -> tuple[Array, Any]:
    """What each new point adds to the log-loss, and whether it is on the wrong side."""
    X, y = study.test
    p = predict(X)
    return -np.log(p[np.arange(len(y)), y]), p.argmax(axis=1) != y


def mistakes(study: Study, predict: Predict) -> dict[str, Any]:
    """New points on the wrong side: how many, and how sure of them the model is.

    "sure" is the mean probability that the wrong class is given there, "truly" the one
    that it has.
    """
    _, wrong = losses_and_errors(study, predict)
    X, y = study.test
    other = np.flatnonzero(wrong), 1 - y[wrong]
    return {
        "wrong": wrong.sum(),
        "sure": predict(X)[other].mean(),
        "truly": truth(X)[other].mean(),
    }


def draw_watched(
    fig: Any, study: Study, networks: dict[int, Network], courses: dict[int, Course]
) -> None:
    """The losses by passes, and the new points on the wrong side of each boundary."""
    first, *maps = fig.subplots(1, 3, width_ratios=(1.25, 1.0, 1.0))
    draw_courses(first, courses)
    errors = [losses_and_errors(study, net.predict)[1] for net in networks.values()]
    either = study.test[0][np.any(errors, axis=0)]
    low = either.min(axis=0) - 0.3
    high = either.max(axis=0) + 0.3
    for ax, hidden, wrong in zip(maps, networks, errors, strict=True):
        draw_misplaced(ax, networks[hidden], study)
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        ax.set_title(f"{hidden} units: {wrong.sum()} new points wrong")


def draw_courses(ax: Any, courses: dict[int, Course]) -> None:
    """Both losses by passes."""
    for (hidden, course), width in zip(courses.items(), (1.3, 2.2), strict=True):
        for of, line in (("learned from", "--"), ("new points", "-")):
            losses = course[f"log_loss_{of.split()[0]}"]
            style = {"c": STYLES[hidden]["c"], "lw": width, "ls": line}
            ax.plot(course["passes"], losses, label=f"{hidden} units, {of}", **style)
    ax.set(xscale="log", yscale="log", title="Pass by pass")
    ax.set(xlabel="passes over the data", ylabel="log-loss")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter("")
    ax.legend(frameon=False, loc="lower left")


def draw_misplaced(ax: Any, network: Network, study: Study) -> None:
    """Both boundaries, and the new points on the wrong side, as large as their loss."""
    loss, wrong = losses_and_errors(study, network.predict)
    draw_moons_map(ax, network, *study.experiment.data)
    X, _ = study.experiment.data
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
