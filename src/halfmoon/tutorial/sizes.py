"""Section 7: seven sizes of the hidden layer, on old points and on new ones."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.ticker import MultipleLocator

from halfmoon.displays.boundary import draw_map
from halfmoon.displays.style import COLOURS, GREY, INK
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial import overfitting
from halfmoon.tutorial.experiment import RATE, REG_LAMBDA, SMALL_AXES, Experiment
from halfmoon.tutorial.study import (
    FRESH,
    LARGE,
    SMALL,
    STRONGER,
    Scores,
    Study,
    count_higher,
    draw_scores,
    truth,
)

SIZES = (1, 2, 3, 4, 5, 20, 50)
LOW_RATE = RATE / 8.0
TITLES = {
    "1": "1 hidden unit",
    "2": "2 hidden units",
    "2_slow": f"the same at rate {LOW_RATE:g}",
    **{f"{hidden}": f"{hidden} hidden units" for hidden in SIZES[2:]},
    "truth": "the true boundary",
}


def measure(experiment: Experiment) -> Material:
    """Seven sizes on old and new points, a stronger penalty, and runs watched."""
    study = Study(experiment)
    whole: dict[str, dict[str, Any]] = {}
    parts = (grid(study), by_size(study), by_penalty(study), overfitting.watch(study))
    for part in parts:
        for name, content in vars(part).items():
            whole[name] = whole.get(name, {}) | content
    return Material(**whole)


def grid(study: Study) -> Material:
    """The first seed's networks, and how many of their own points are wrong."""
    fits = {f"{hidden}": study.train(hidden) for hidden in SIZES}
    fits["2_slow"] = study.train(2, rate=LOW_RATE)
    models: dict[str, Any] = {name: each[0].network for name, each in fits.items()}
    models["truth"] = SimpleNamespace(predict=truth, predict_proba=truth)
    X, y = study.experiment.data
    wrong = {
        name: int((model.predict(X).argmax(axis=1) != y).sum())
        for name, model in models.items()
    }
    swing = {name: each[0].swing for name, each in fits.items()}
    unsettled = {name for name, (low, high) in swing.items() if high > 2.0 * low}
    told = {
        name: "not settled" if name in unsettled else f"{count} wrong"
        for name, count in wrong.items()
    }
    draw = partial(draw_maps, models=models, told=told, X=X, y=y)
    return Material(
        numbers={
            "hidden_units": SIZES,
            "passes": study.experiment.passes,
            "rate": RATE,
            "low_rate": LOW_RATE,
            "parameters": {h: study.train(h)[0].network.size for h in SIZES},
            "wrong": wrong,
        },
        claims={
            "two_units_settle_at_the_low_rate_only": "2" in unsettled
            and "2_slow" not in unsettled,
            "small_catches_the_trend": wrong["3"] <= wrong["truth"] + 2,
            "large_bend_around_noise": max(wrong["20"], wrong["50"]) < wrong["truth"],
        },
        figures={"7-boundaries": Picture(draw, (10.0, 8.6))},
        code={"truth": truth},
    )


def draw_maps(fig: Any, models: Any, told: dict[str, str], X: Any, y: Any) -> None:
    """The boundaries of all sizes, and the true one."""
    for ax, name in zip(np.ravel(fig.subplots(3, 3)), TITLES, strict=True):
        draw_map(ax, models[name], X, y, size=12.0, **SMALL_AXES)
        ax.set_title(f"{TITLES[name]}: {told[name]}", fontsize="medium")


def by_size(study: Study) -> Material:
    """Every size on points never seen, early and at the end of its training."""
    high = {hidden: study.scores(hidden) for hidden in SIZES}
    low = {hidden: study.scores(hidden, rate=LOW_RATE) for hidden in (1, 2)}
    scores = high | low
    best = study.best_scores()
    few = scores[SMALL]
    many = scores[LARGE]
    slower = min(count_higher(high[h], low[h], "log_loss_learned") for h in low)
    worse = count_higher(many, few)
    early_gap = mean_gap(many, few, "early_log_loss_new")
    gap = mean_gap(many, few, "log_loss_new")
    means = {hidden: one["log_loss_new"]["mean"] for hidden, one in scores.items()}
    draw = partial(draw_by_size, scores=scores, best=best)
    return Material(
        numbers={
            "seeds": len(study.repeats),
            "fresh_points": FRESH,
            "early_passes": study.early,
            "by_size": scores,
            "best_there_is": best,
            "learned_fast": {h: high[h]["log_loss_learned"]["mean"] for h in low},
            "large_is_worse_in": worse,
            "large_is_worse_early_in": count_higher(many, few, "early_log_loss_new"),
        },
        claims={
            "low_rate_suits_one_and_two": study.nearly_all(slower),
            "small_generalizes_better": study.nearly_all(worse),
            "accuracy_hardly_differs": abs(mean_gap(many, few, "accuracy_new")) < 0.01,
            "gap_opens_late": study.nearly_all(worse) and early_gap < 0.5 * gap,
            "one_unit_is_worst": max(SIZES, key=means.__getitem__) == 1,
        },
        figures={"7-test-set": Picture(draw, (11.0, 4.2))},
    )


def by_penalty(study: Study) -> Material:
    """The largest layer with a stronger penalty, against a smaller layer."""
    few = study.scores(SMALL)
    stronger = {hidden: study.scores(hidden, STRONGER) for hidden in (SMALL, LARGE)}
    helped = count_higher(study.scores(LARGE), stronger[LARGE])
    beaten = count_higher(few, stronger[LARGE])
    apart = abs(mean_gap(stronger[LARGE], stronger[SMALL], "log_loss_new"))
    return Material(
        numbers={
            "lambdas": [REG_LAMBDA, STRONGER * REG_LAMBDA],
            "stronger": stronger,
            "penalty_helps_in": helped,
            "small_is_worse_than_stronger_in": beaten,
        },
        claims={
            "penalty_helps_more_than_size": study.nearly_all(min(helped, beaten)),
            "size_hardly_matters_with_penalty": apart < 0.01,
        },
    )


def mean_gap(one: Scores, other: Scores, name: str) -> float:
    """By how much the first is higher on average."""
    return float(one[name]["mean"] - other[name]["mean"])


def draw_by_size(fig: Any, scores: dict[int, Scores], best: Scores) -> None:
    """Accuracy and log-loss by size, on points learned from and new ones."""
    axes = fig.subplots(1, 2)
    at = np.arange(float(len(SIZES)))
    for ax, of, name in zip(
        axes, ("accuracy", "log_loss"), ("Accuracy", "Log-loss"), strict=True
    ):
        for key, shift, label, colour, marker, line in (
            (f"{of}_new", 0.0, "new points", INK, "v", "-"),
            (f"early_{of}_new", -0.1, "new points, early", GREY, "o", "-"),
            (f"{of}_learned", 0.1, "learned from", COLOURS[6], "P", "--"),
        ):
            style = {"c": colour, "marker": marker, "ls": line, "label": label}
            draw_scores(ax, at + shift, scores.values(), key, **style)
        floor = best[f"{of}_new"]["mean"]
        ax.axhline(floor, label="the truth, new points", c=INK, ls=":", lw=1.3)
        ax.set_xticks(at, [str(hidden) for hidden in SIZES])
        ax.set(xlabel="hidden units", ylabel=name.lower(), title=f"{name} by size")
        ax.legend(frameon=False)
    axes[0].yaxis.set_major_locator(MultipleLocator(0.025))
    axes[0].yaxis.set_major_formatter("{x:.1%}")
