"""Section 7: seven sizes of the hidden layer, on old points and on new ones."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.ticker import MultipleLocator

from halfmoon.displays.style import COLOURS, GREY, INK
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial import overfitting, penalties
from halfmoon.tutorial.experiment import RATE, Experiment
from halfmoon.tutorial.maps import draw_moons_map
from halfmoon.tutorial.study import (
    FRESH,
    LARGE,
    SMALL,
    Scores,
    Study,
    count_higher,
    draw_scores,
    truth,
)

SIZES = (1, 2, 3, 4, 5, 20, 50)
LOW_RATE = RATE / 8.0
# one and two units learn their own points better at the low rate: judged there
RATES = dict.fromkeys(SIZES, RATE) | {1: LOW_RATE, 2: LOW_RATE}
TITLES = {
    "1": "1 hidden unit",
    "2": "2 hidden units",
    "2_slow": f"the same at rate {LOW_RATE:g}",
    **{f"{hidden}": f"{hidden} hidden units" for hidden in SIZES[2:]},
    "truth": "the true boundary",
}


def measure(experiment: Experiment) -> Material:
    """Seven sizes on old and new points, one run watched, and stronger penalties."""
    study = Study(experiment)
    parts = (
        grid(study),
        by_rate(study),
        by_size(study),
        overfitting.watch(study),
        penalties.strengthen(study),
    )
    whole: dict[str, dict[str, Any]] = {}
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
    fastest = {h: min(fit.seconds for fit in study.train(h)) for h in (SMALL, LARGE)}
    return Material(
        numbers={
            "hidden_units": SIZES,
            "passes": study.experiment.passes,
            "rate": RATE,
            "low_rate": LOW_RATE,
            "parameters": {h: study.train(h)[0].network.size for h in SIZES},
            "wrong": wrong,
            "swing": swing,
        },
        times={"large_to_small": fastest[LARGE] / fastest[SMALL]},
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
        draw_moons_map(ax, models[name], X, y, size=12.0)
        ax.set_title(f"{TITLES[name]}: {told[name]}", fontsize="medium")


def by_rate(study: Study) -> Material:
    """How well layers learn their own points: the small ones at both rates."""
    name = "log_loss_learned"
    high = {hidden: study.scores(hidden) for hidden in SIZES}
    low = {hidden: study.scores(hidden, rate=LOW_RATE) for hidden in SIZES[:5]}
    lower = [count_higher(high[hidden], low[hidden], name) for hidden in (1, 2)]
    loss = {h: [high[h][name]["mean"], low[h][name]["mean"]] for h in low}
    large = max(high[hidden][name]["mean"] for hidden in SIZES[5:])
    return Material(
        numbers={"learned_by_rate": loss, "low_rate_is_better_in": lower},
        claims={
            "low_rate_suits_one_and_two": study.nearly_all(min(lower)),
            "high_rate_suits_the_others": large < np.min(list(loss.values()))
            and all(loss[hidden][0] < 1.05 * loss[hidden][1] for hidden in (3, 4, 5)),
        },
    )


def by_size(study: Study) -> Material:
    """Every size on points never seen, early and at the end of its training."""
    scores = {hidden: study.scores(hidden, rate=RATES[hidden]) for hidden in SIZES}
    best = study.best_scores()
    few = scores[SMALL]
    many = scores[LARGE]
    means = {h: one["log_loss_new"]["mean"] for h, one in scores.items()}
    rise = many["log_loss_new"]["each"] - many["early_log_loss_new"]["each"]
    fall = many["early_log_loss_learned"]["each"] - many["log_loss_learned"]["each"]
    right = few["right_new"]["mean"] - many["right_new"]["mean"]
    early = many["early_log_loss_new"]["mean"] - few["early_log_loss_new"]["mean"]
    worse = count_higher(many, few)
    draw = partial(draw_by_size, scores=scores, best=best)
    return Material(
        numbers={
            "seeds": len(study.repeats),
            "fresh_points": FRESH,
            "early_passes": study.early,
            "by_size": scores,
            "best_there_is": best,
            "large_is_worse_in": worse,
            "large_is_worse_early_in": count_higher(many, few, "early_log_loss_new"),
        },
        claims={
            "small_generalizes_better": study.nearly_all(worse),
            "accuracy_hardly_differs": bool(abs(right) < 0.01),
            "large_memorizes": study.nearly_all(sum((rise > 0.0) & (fall > 0.0))),
            "gap_opens_late": study.nearly_all(worse)
            and bool(early < 0.5 * (means[LARGE] - means[SMALL])),
            "one_unit_is_worst": max(SIZES, key=means.__getitem__) == 1,
        },
        figures={"7-test-set": Picture(draw, (11.0, 4.2))},
    )


def draw_by_size(fig: Any, scores: dict[int, Scores], best: Scores) -> None:
    """Accuracy and log-loss by size, on points learned from and new ones."""
    axes = fig.subplots(1, 2)
    at = np.arange(float(len(SIZES)))
    for ax, of, name in zip(
        axes, ("right", "log_loss"), ("Accuracy", "Log-loss"), strict=True
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
