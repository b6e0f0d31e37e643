"""Section 7 continued: a stronger penalty, set against a smaller layer."""

from functools import partial
from typing import Any

import numpy as np

from halfmoon.displays.style import INK
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import REG_LAMBDA
from halfmoon.tutorial.maps import draw_moons_map
from halfmoon.tutorial.study import (
    LARGE,
    SMALL,
    STYLES,
    Study,
    count_higher,
    draw_scores,
)

TIMES = (1, 10)  # penalties, in Britz's


def strengthen(study: Study) -> Material:
    """The largest layer with a stronger penalty, against a smaller with the same."""
    many = {times: study.scores(LARGE, times) for times in TIMES}
    few = {times: study.scores(SMALL, times) for times in TIMES}
    helped = count_higher(many[1], many[10])
    beaten = count_higher(few[1], many[10])
    new = many[10]["log_loss_new"]["mean"]
    apart = abs(few[10]["log_loss_new"]["mean"] - new)
    draw = partial(draw_penalties, study=study)
    return Material(
        numbers={
            "lambdas": {times: REG_LAMBDA * times for times in TIMES},
            "penalties": {LARGE: many, SMALL: few},
            "penalty_helps_in": helped,
            "smaller_layer_is_worse_in": beaten,
        },
        claims={
            "penalty_helps": study.nearly_all(helped),
            "penalty_helps_more_than_size": study.nearly_all(beaten),
            "size_hardly_matters_with_penalty": bool(apart < 0.1 * new),
        },
        figures={"7-regularization": Picture(draw, (11.0, 3.7))},
    )


def draw_penalties(fig: Any, study: Study) -> None:
    """The large layer's boundary with both penalties, and the log-loss by penalty."""
    *maps, last = fig.subplots(1, 3)
    for ax, times in zip(maps, TIMES, strict=True):
        network = study.train(LARGE, times)[0].network
        draw_moons_map(ax, network, *study.experiment.data, size=12.0)
        ax.set_title(f"{LARGE} units, reg_lambda = {REG_LAMBDA * times:g}")
    at = np.arange(float(len(TIMES)))
    for hidden, shift in ((SMALL, 0.0), (LARGE, 0.05)):
        scores = [study.scores(hidden, times) for times in TIMES]
        style = {"label": f"{hidden} units", **STYLES[hidden]}
        draw_scores(last, at + shift, scores, "log_loss_new", **style)
    floor = study.best_scores()["log_loss_new"]["mean"]
    last.axhline(floor, c=INK, ls=":", lw=1.3, label="the truth")
    last.set_xticks(at, [f"{REG_LAMBDA * times:g}" for times in TIMES])
    last.set(xlabel="reg_lambda", ylabel="log-loss on new points", ylim=(0.0, None))
    last.set_title("Log-loss by penalty")
    last.legend(frameon=False)
