"""Section 7 continued: a stronger penalty, set against a smaller layer."""

from typing import Any

import numpy as np

from halfmoon import plots
from halfmoon.tutorial.book import Book
from halfmoon.tutorial.common import REG_LAMBDA
from halfmoon.tutorial.trials import LARGE, SMALL, Study, cells, draw_map, draw_marks, higher, stuck

TIMES = (1, 10, 100)  # penalties, in the tutorial's


def strengthen(book: Book, study: Study, floor: float) -> None:
    """The largest layer with stronger and stronger penalties, against a smaller layer with the same."""
    units = book.number("strengthened_units", [LARGE, SMALL])
    lambdas = book.number("lambdas", [REG_LAMBDA * k for k in TIMES])
    book.say(
        f"""Against overfitting the text names two cures: stronger regularization, and a smaller layer, which it calls
        the more economical. We set one against the other: {units[0]} and {units[1]} units, over the same seeds, each
        with the tutorial's penalty, `reg_lambda` = {lambdas[0]:g}, and with {lambdas[1]:g} and {lambdas[2]:g}."""
    )
    scores = {(hidden, k): study.scores(hidden, k) for k in TIMES for hidden in (LARGE, SMALL)}
    kept = book.number("penalties", {f"{hidden}_units_times_{k}": one for (hidden, k), one in scores.items()})
    found = dict(zip(scores, kept.values(), strict=True))
    rows = [
        [f"{strength:g}", *(cell for n in (LARGE, SMALL) for cell in cells(found[n, k], "right_new", "log_loss_new"))]
        for strength, k in zip(lambdas, TIMES, strict=True)
    ]
    columns = ["reg_lambda", *(f"{mark}, {n} units" for n in units for mark in ("right", "log-loss"))]
    book.table("New points, by penalty: mean ± standard deviation over the seeds", columns, rows)
    best = min(TIMES, key=lambda k: float(found[LARGE, k]["log_loss_new"]["mean"]))
    compare(book, study, found, best, units)
    both_or_too_much(book, found, best, units)
    draw_strengths(book, study, found, floor)


def compare(book: Book, study: Study, found: dict[tuple[int, int], Any], best: int, units: list[int]) -> None:
    """Which of the two cures helps more."""
    old, new, less = (found[one]["log_loss_new"]["mean"] for one in ((LARGE, 1), (LARGE, best), (SMALL, 1)))
    if best == 1:
        book.say("No stronger penalty helps here: the tutorial's has the lowest log-loss on new points.")
        return
    lower, of = higher(book, "old_penalty_has_the_higher_log_loss", found[LARGE, 1], found[LARGE, best])
    worse, _ = higher(book, "smaller_layer_has_the_higher_log_loss", found[SMALL, 1], found[LARGE, best])
    numbers = book.number("numbers_to_learn", [study.common.network(hidden).size for hidden in (SMALL, LARGE)])
    cure = "but the weaker" if less > new and worse > of / 2 else "and no worse a"
    book.say(
        f"""With {book.number("best_times", best)} times the penalty, {units[0]} units bring the log-loss on new points
        from {old:.3f} to {new:.3f}, lower in {lower} of {of} seeds. With the penalty as it was, {units[1]} units have
        {less:.3f}, higher than that in {worse} of {of}. Economical that is, with {numbers[0]} numbers to learn instead
        of {numbers[1]}, {cure} cure here."""
    )


def both_or_too_much(book: Book, found: dict[tuple[int, int], Any], best: int, units: list[int]) -> None:
    """Both cures at once, and too much of one."""
    which = ((LARGE, best), (SMALL, best), (LARGE, TIMES[-1]))
    new, both, most = (found[one]["log_loss_new"]["mean"] for one in which)
    close = "the size hardly matters any more, and then the small layer is the economical one"
    verdict = close if abs(both - new) < 0.1 * new else "better still" if both < new else "not as good"
    told = ""
    if best > 1:
        lost = stuck(book, "small_with_penalty_is_stuck", found[SMALL, best], found[LARGE, best], units[1])
        told = f"Both at once, {units[1]} units with the stronger penalty, have {both:.3f}: {verdict}.{lost}"
    if most > new:
        right = found[LARGE, TIMES[-1]]["right_new"]["mean"]
        told += f""" More is not better: the strongest penalty leaves {units[0]} units at {right:.1%} right and a
            log-loss of {most:.3f}."""
    book.say(
        f"""{told} (We have picked the best by looking at the test set, which flatters it a little; to choose in
        earnest, keep a third set for it.)"""
    )


def draw_strengths(book: Book, study: Study, found: dict[tuple[int, int], Any], floor: float) -> None:
    """The large layer's boundary at three strengths, and the log-loss by strength."""
    strengths = [REG_LAMBDA * k for k in TIMES]
    caption = (
        "Three boundaries of the largest layer, each with ten times the penalty of the one before, and the points it "
        "learned from. Last, the log-loss on new points by penalty: lines join the means, pale marks are single seeds."
    )
    ends = ", ".join(f"{found[LARGE, k]['log_loss_new']['mean']:.3f}" for k in TIMES)
    described = (
        "Three maps of the moons, with the boundary of the largest layer under three penalties, then curves of the "
        f"log-loss on new points by penalty: the largest layer has {ends}."
    )
    with book.figure("7-regularization", caption, described, (10.0, 7.6)) as fig:
        *maps, last = np.ravel(fig.subplots(2, 2))
        for ax, k, strength in zip(maps, TIMES, strengths, strict=False):
            draw_map(study.trained(LARGE, k)[0], study.common, ax, 16.0)
            ax.set_title(f"{LARGE} units, reg_lambda = {strength:g}")
        for i, hidden in enumerate((SMALL, LARGE)):
            at = np.array(strengths) * 1.06**i
            draw_marks(last, at, [found[hidden, k] for k in TIMES], "log_loss_new", i, f"{hidden} units")
        last.axhline(floor, c=plots.INK, ls=":", lw=1.3, label="best there is")
        last.set(xscale="log", xlabel="reg_lambda", ylabel="log-loss on new points", title="Log-loss by penalty")
        last.xaxis.set_major_formatter("{x:g}")
        last.legend(frameon=False)
