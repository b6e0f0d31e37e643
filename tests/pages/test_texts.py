"""Texts: their blocks, and the numbers that they name."""

import re

import pytest

from halfmoon.pages.numbers import resolve, with_address
from halfmoon.pages.texts import Block, blocks, find, insert, title_and_text

NUMBERS = {
    name: with_address(f"/here/{name}", value)
    for name, value in {
        "share": 0.25,
        "lists": [[1, 2], [3, 4]],
        "of": {"3": 7},
    }.items()
}


def shown(text):
    results = {"here": {"share": 0.25, "lists": [[1, 2], [3, 4]], "of": {"3": 7}}}
    return resolve(insert(text, NUMBERS), results)


def test_a_text_begins_with_its_title():
    assert title_and_text("# The title\n\nWords.") == ("The title", "\nWords.")
    with pytest.raises(ValueError, match="begins with its title"):
        title_and_text("Words.")


def test_numbers_are_written_by_name_item_and_format():
    assert shown("{share:.0%} of {lists[1][0]}, {of[3]}") == "25% of 3, 7"


def test_numbers_keep_their_address():
    assert insert("{lists[1][0]:d}", NUMBERS) == "⟦/here/lists/1/0:d⟧"


@pytest.mark.parametrize("text", ["`{share}`", "$\\frac{share}{2}$", "$a|{share}$"])
def test_code_and_formulas_are_no_numbers(text):
    assert insert(text, NUMBERS) == text


def test_a_number_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(LookupError, match=r"number 'shares'.*'share'"):
        insert("{shares}", NUMBERS)
    with pytest.raises(LookupError, match="claim 'x'"):
        find("x", {"y": True}, "claim")


@pytest.mark.parametrize("text", ["{lists[x]}", "{of[4]}", "{share[0]}"])
def test_what_a_number_cannot_give_is_shown(text):
    with pytest.raises(LookupError, match=re.escape(text)):
        insert(text, NUMBERS)


def test_blocks_stand_in_order_and_hold_what_is_between_their_fences():
    text = "One.\n\n```{figure} name\nA caption.\n---\nIn words.\n```\nTwo.\n"
    assert blocks(text) == [
        Block("markdown", "", "One."),
        Block("figure", "name", "A caption.\n---\nIn words."),
        Block("markdown", "", "Two."),
    ]
    assert blocks(text)[1].halves() == ("A caption.", "In words.")


def test_a_longer_fence_holds_shorter_ones():
    inner = "Before.\n```{code} build\n```"
    assert blocks(f"````{{fold}} How it was measured\n{inner}\n````") == [
        Block("fold", "How it was measured", inner)
    ]


def test_a_table_or_a_rule_of_markdown_is_no_half():
    block = Block("fold", "", "| a | b |\n|---|---|\n| 1 | 2 |")
    assert block.halves()[1] == ""


def test_a_block_without_an_end_is_an_error():
    with pytest.raises(ValueError, match="has no end"):
        blocks("```{code} build\n")
