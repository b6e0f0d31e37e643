"""Section 7 continued: a stronger penalty, set against a smaller layer."""

from typing import Any

import numpy as np

from halfmoon.displays.style import INK
from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import REG_LAMBDA
from halfmoon.tutorial.maps import draw_moons_map
from halfmoon.tutorial.study import (
    LARGE,
    SMALL,
    STYLES,
    Study,
    count_higher,
    describe_stuck,
    draw_scores,
    format_cells,
)

TIMES = (1, 10, 100)  # penalties, in the tutorial's
ScoresByPenalty = dict[tuple[int, int], Any]  # by hidden units and penalty


def strengthen(book: Book, study: Study, floor: float) -> None:
    """The largest layer with stronger penalties, against a smaller with the same."""
    units = book.number("strengthened_units", [LARGE, SMALL])
    lambdas = book.number("lambdas", [REG_LAMBDA * k for k in TIMES])
    book.say(
        f"""Against overfitting the text names two cures: stronger regularization, and
        a smaller layer, which it calls the more economical. We set one against the
        other: {units[0]} and {units[1]} units, over the same seeds, each with the
        tutorial's penalty, `reg_lambda` = {lambdas[0]:g}, and with {lambdas[1]:g} and
        {lambdas[2]:g}."""
    )
    which = [(hidden, k) for k in TIMES for hidden in (LARGE, SMALL)]
    kept = book.number(
        "penalties",
        {f"{hidden}_units_times_{k}": study.scores(hidden, k) for hidden, k in which},
    )
    scores = dict(zip(which, kept.values(), strict=True))
    rows = []
    for strength, k in zip(lambdas, TIMES, strict=True):
        large = format_cells(scores[LARGE, k], "right_new", "log_loss_new")
        small = format_cells(scores[SMALL, k], "right_new", "log_loss_new")
        rows.append([f"{strength:g}", *large, *small])
    columns = ["reg_lambda"]
    for n in units:
        columns += [f"right, {n} units", f"log-loss, {n} units"]
    book.table(
        "New points, by penalty: mean ± standard deviation over the seeds",
        columns,
        rows,
    )
    best = min(TIMES, key=lambda k: float(scores[LARGE, k]["log_loss_new"]["mean"]))
    if best == 1:
        book.say(
            "No stronger penalty helps here: the tutorial's has the lowest log-loss "
            "on new points."
        )
    else:
        compare(book, study, scores, best, units)
        both(book, scores, best, units)
    too_much(book, scores, units)
    draw_strengths(book, study, scores, floor)


def compare(
    book: Book, study: Study, scores: ScoresByPenalty, best: int, units: list[int]
) -> None:
    """Which of the two cures helps more."""
    old = scores[LARGE, 1]["log_loss_new"]["mean"]
    new = scores[LARGE, best]["log_loss_new"]["mean"]
    less = scores[SMALL, 1]["log_loss_new"]["mean"]
    lower, of = count_higher(
        book,
        "old_penalty_has_the_higher_log_loss",
        scores[LARGE, 1],
        scores[LARGE, best],
    )
    worse, _ = count_higher(
        book,
        "smaller_layer_has_the_higher_log_loss",
        scores[SMALL, 1],
        scores[LARGE, best],
    )
    counts = [study.experiment.network(hidden).size for hidden in (SMALL, LARGE)]
    few, many = book.number("numbers_to_learn", counts)
    if less > 0.9 * old:
        verdict = "but alone, over these seeds, it cures little"
    elif worse > of / 2:
        verdict = "but here the weaker cure"
    else:
        verdict = "and here not clearly the weaker cure"
    book.say(
        f"""With {book.number("best_times", best)} times the penalty, {units[0]} units
        bring the log-loss on new points from {old:.3f} to {new:.3f}, lower in {lower}
        of {of} seeds. With the penalty as it was, {units[1]} units have {less:.3f},
        in {worse} of {of} seeds higher than {units[0]} units with the stronger one.
        The smaller layer is the more economical, {few} numbers against {many},
        {verdict}."""
    )


def both(book: Book, scores: ScoresByPenalty, best: int, units: list[int]) -> None:
    """Both cures at once."""
    new = scores[LARGE, best]["log_loss_new"]["mean"]
    small = scores[SMALL, best]["log_loss_new"]["mean"]
    if abs(small - new) < 0.1 * new:
        verdict = (
            "with this penalty the size hardly matters, and the small layer is the "
            "economical one"
        )
    elif small < new:
        verdict = "better still"
    else:
        verdict = "not as good"
    lost = describe_stuck(
        book,
        "small_with_penalty_is_stuck",
        scores[SMALL, best],
        scores[LARGE, best],
        units[1],
    )
    book.say(
        f"Both at once, {units[1]} units with the stronger penalty, have {small:.3f}: "
        f"{verdict}.{lost}"
    )


def too_much(book: Book, scores: ScoresByPenalty, units: list[int]) -> None:
    """What the strongest penalty does, and how the best was chosen."""
    *weaker, most = (scores[LARGE, k]["log_loss_new"]["mean"] for k in TIMES)
    right = scores[LARGE, TIMES[-1]]["right_new"]["mean"]
    strongest = ""
    if most > min(weaker):
        strongest = f"""More is not always better: the strongest penalty leaves
            {units[0]} units at {right:.1%} right and a log-loss of {most:.3f}."""
    book.say(
        f"""{strongest} We have picked the best by
        looking at the test set, which flatters it a little; to choose in earnest,
        keep a third set for it."""
    )


def draw_strengths(
    book: Book, study: Study, scores: ScoresByPenalty, floor: float
) -> None:
    """The large layer's boundary at three strengths, and the log-loss by strength."""
    strengths = [REG_LAMBDA * k for k in TIMES]
    caption = (
        "Three boundaries of the largest layer, each with ten times the penalty of "
        "the one before, and the points it learned from. Last, the log-loss on new "
        "points by penalty: lines join the means, small marks are single seeds."
    )
    ends = ", ".join(f"{scores[LARGE, k]['log_loss_new']['mean']:.3f}" for k in TIMES)
    description = (
        "Three maps of the moons, with the boundary of the largest layer under three "
        "penalties, then curves of the log-loss on new points by penalty: the "
        f"largest layer has {ends}."
    )
    with book.figure("7-regularization", caption, description, (11.0, 7.6)) as fig:
        *maps, last = np.ravel(fig.subplots(2, 2))
        for ax, k, strength in zip(maps, TIMES, strengths, strict=True):
            network = study.train(LARGE, k)[0]
            draw_moons_map(ax, network, *study.experiment.data, size=16.0)
            ax.set_title(f"{LARGE} units, reg_lambda = {strength:g}")
        for at, hidden in ((1.0, SMALL), (1.06, LARGE)):
            by_penalty = [scores[hidden, k] for k in TIMES]
            draw_scores(
                last,
                at * np.array(strengths),
                by_penalty,
                "log_loss_new",
                f"{hidden} units",
                **STYLES[hidden],
            )
        last.axhline(floor, c=INK, ls=":", lw=1.3, label="the truth")
        last.set(
            xscale="log",
            xlabel="reg_lambda",
            ylabel="log-loss on new points",
            title="Log-loss by penalty",
        )
        last.set_ylim(bottom=0.0)
        last.xaxis.set_major_formatter("{x:g}")
        last.legend(frameon=False)
