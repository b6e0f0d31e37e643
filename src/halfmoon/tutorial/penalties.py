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

TIMES = (1, 10, 100)  # penalties, in Britz's


def strengthen(study: Study) -> Material:
    """The largest layer with stronger penalties, against a smaller with the same."""
    many = {times: study.scores(LARGE, times) for times in TIMES}
    few = {times: study.scores(SMALL, times) for times in TIMES}
    loss = {times: scores["log_loss_new"]["mean"] for times, scores in many.items()}
    helped = count_higher(many[1], many[10])
    beaten = count_higher(few[1], many[10])
    apart = abs(few[10]["log_loss_new"]["mean"] - loss[10])
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
            "size_hardly_matters_with_penalty": bool(apart < 0.1 * loss[10]),
            "penalty_can_be_too_strong": bool(loss[100] > loss[10]),
        },
        figures={"7-regularization": Picture(partial(draw, study=study), (11.0, 7.6))},
    )


def draw(fig: Any, study: Study) -> None:
    """The large layer's boundary at three strengths, and the log-loss by strength."""
    *maps, last = np.ravel(fig.subplots(2, 2))
    strengths = REG_LAMBDA * np.array(TIMES)
    for ax, times, strength in zip(maps, TIMES, strengths, strict=True):
        network = study.train(LARGE, times)[0].network
        draw_moons_map(ax, network, *study.experiment.data, size=16.0)
        ax.set_title(f"{LARGE} units, reg_lambda = {strength:g}")
    for hidden, shift in ((SMALL, 1.0), (LARGE, 1.06)):
        scores = [study.scores(hidden, times) for times in TIMES]
        style = {"label": f"{hidden} units", **STYLES[hidden]}
        draw_scores(last, shift * strengths, scores, "log_loss_new", **style)
    floor = study.best_scores()["log_loss_new"]["mean"]
    last.axhline(floor, c=INK, ls=":", lw=1.3, label="the truth")
    last.set(xscale="log", xlabel="reg_lambda", ylabel="log-loss on new points")
    last.set(title="Log-loss by penalty", ylim=(0.0, None))
    last.xaxis.set_major_formatter("{x:g}")
    last.legend(frameon=False)
