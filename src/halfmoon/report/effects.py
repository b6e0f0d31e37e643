"""Pictures of what predictions depend on: important columns, and the effect of each."""

from collections.abc import Sequence
from functools import partial
from typing import Any, TypeGuard

import numpy as np

from halfmoon.displays.effects import draw_dependence, draw_effects, draw_importance
from halfmoon.pages.figures import draw
from halfmoon.report.measured import Dependence, Measured
from halfmoon.report.pictures import Figure, short, side_by_side
from halfmoon.report.wording import number

MOST_COLUMNS = 15  # whose importance is drawn
MOST_EFFECTS = 6  # columns whose effect is drawn
MOST_OUTPUTS = 4  # lines of an effect
MOST_CATEGORIES = 10
LARGEST = 1e300  # beyond, the ends of an axis would be infinite


def importance(measured: Measured) -> Figure | None:
    """The columns that matter most."""
    shown = measured.importance[:MOST_COLUMNS]
    if not shown:
        return None
    panel = partial(
        draw_importance,
        names=[short(one.column) for one in shown],
        values=np.array([one.value for one in shown]),
        intervals=np.array([(one.low, one.high) for one in shown]),
        label=f"increase of {measured.importance_metric}",
    )
    told = ", ".join(f"{one.column} {number(one.value, 2)}" for one in shown[:5])
    more = len(measured.importance) - len(shown)
    rest = f" {more} columns that matter less are left out." if more > 0 else ""
    return Figure(
        draw(
            side_by_side([panel], 1, 1.0 + 0.3 * len(shown)),
            "figure-importance",
            f"Increase of {measured.importance_metric} by column: {told}.",
        ),
        f"How much the {measured.importance_metric} on the test rows rises when the "
        "cells of one column are shuffled among them, with 95% intervals. Columns "
        f"that tell the same stand in for each other, and look less important.{rest}",
    )


def dependence(measured: Measured) -> Figure | None:
    """The effect of the most important columns, one by one."""
    shown = measured.dependence[:MOST_EFFECTS]
    if not shown:
        return None
    responses = [value for one in shown for each in one.responses for value in each]
    low = min(responses)
    high = max(responses)
    room = 0.08 * (high - low) or 0.08 * abs(high) or 1.0
    limits = (low - room, high + room)
    panels = [
        partial(_draw_effect, one, not measured.classes, place == 0, limits)
        for place, one in enumerate(shown)
    ]
    what = "value" if measured.task == "regression" else "probability"
    names = ", ".join(one.column for one in shown)
    return Figure(
        draw(
            side_by_side(panels, 3, 2.9),
            "figure-dependence",
            f"The mean predicted {what} by {names}, each alone.",
        ),
        f"The mean predicted {what}, if all rows had the same value in one column and "
        "kept their others (partial dependence). Grey bars and numbers in brackets: "
        "where the rows really are. It shows what the model does, and no causes.",
    )


def _draw_effect(
    effect: Dependence,
    is_value: bool,
    is_first: bool,
    limits: tuple[float, float],
    ax: Any,
) -> None:
    """One panel; all have the same limits, so that their effects can be compared."""
    responses = np.array(effect.responses)[:MOST_OUTPUTS]
    labels = [short(name, 14) for name in effect.outputs[:MOST_OUTPUTS]]
    shares = np.array(effect.shares)
    what = "mean prediction" if is_value else "mean probability"
    if not is_value and len(effect.outputs) == 1:
        what = f"probability of {labels[0]}"
    ax.set_title(short(effect.column, 24), parse_math=False)
    if all(_is_number(value) and abs(value) < LARGEST for value in effect.values):
        values = np.array(effect.values, dtype=float)
        draw_dependence(ax, values, responses, shares, labels)
        ax.set_ylabel(what, parse_math=False)
        ax.set_ylim(limits)
    elif effect.kind == "date":
        places = np.arange(len(effect.values), dtype=float)
        draw_dependence(ax, places, responses, shares, labels)
        _name_dates(ax, effect.values)
        ax.set_ylabel(what, parse_math=False)
        ax.set_ylim(limits)
    else:
        kept = np.sort(np.argsort(-shares, kind="stable")[:MOST_CATEGORIES])
        names = [_category(effect.values[i]) for i in kept]
        draw_effects(ax, names, responses[:, kept], shares[kept], labels)
        ax.set_xlabel(what, parse_math=False)
        ax.set_xlim(limits)
    if is_first and len(labels) > 1:
        legend = ax.legend(frameon=False, fontsize="small")
        for text in legend.get_texts():
            text.set_parse_math(False)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _category(value: Any) -> str:
    """A category's name: a word for what is missing, yes or no for a truth value."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return short(value, 14)


def _name_dates(ax: Any, dates: Sequence[Any]) -> None:
    places = sorted({0, len(dates) - 1})
    ax.set_xticks(places, [short(dates[i], 10) for i in places], parse_math=False)
