"""The effect of a column is drawn by its kind: numbers, dates or categories."""

import dataclasses
import re

import reported
from halfmoon.report import effects


def texts_of(effect):
    """The texts of the picture of one effect."""
    measured = dataclasses.replace(reported.values(), dependence=(effect,))
    drawing = effects.dependence(measured).drawing
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawing)


def test_dates_are_a_line_from_the_first_to_the_last():
    dates = tuple(f"2024-{month:02d}-01" for month in range(1, 13))
    responses = (tuple(0.1 * month for month in range(12)),)
    effect = reported.dependence("when", ["cost"])
    effect = dataclasses.replace(
        effect, kind="date", values=dates, responses=responses, shares=(1 / 12,) * 12
    )
    texts = texts_of(effect)
    assert [text for text in texts if text.startswith("2024")] == [
        "2024-01-01",
        "2024-12-01",
    ]


def test_of_many_categories_those_with_most_rows_are_drawn():
    names = tuple(f"town {i}" for i in range(30))
    shares = tuple((i + 1) / 465 for i in range(30))
    effect = dataclasses.replace(
        reported.dependence("town", ["cost"]),
        kind="category",
        values=names,
        responses=(shares,),
        shares=shares,
    )
    towns = [text for text in texts_of(effect) if text.startswith("town ")]
    kept = names[-effects.MOST_CATEGORIES :]
    assert [" ".join(text.split()[:2]) for text in towns] == list(kept)


def test_truth_values_and_what_is_missing_are_categories():
    effect = dataclasses.replace(
        reported.dependence("smokes", ["cost"]),
        kind="yes/no",
        values=(True, False, None),
        responses=((0.1, 0.2, 0.3),),
        shares=(0.5, 0.3, 0.2),
    )
    texts = texts_of(effect)
    assert {"yes (50%)", "no (30%)", "missing (20%)"} <= set(texts)


def test_numbers_too_large_for_an_axis_are_named_like_categories():
    effect = dataclasses.replace(
        reported.dependence("far", ["cost"]),
        kind="number",
        values=(-1.7e308, 0.0, 1.7e308),
        responses=((0.1, 0.2, 0.3),),
        shares=(0.5, 0.3, 0.2),
    )
    assert {"-1.7e+308 (50%)", "1.7e+308 (20%)"} <= set(texts_of(effect))
