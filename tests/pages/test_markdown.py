"""Markdown for the page and for the terminal, with formulas in it."""

import pytest

from halfmoon.pages.markdown import bare, html, terminal


def test_words_code_links_and_lists():
    assert html("Some *soft* `x_1`.") == (
        "<p>Some <em>soft</em> <code>x_1</code>.</p>\n"
    )
    assert html("[here](#learning)", inline=True) == '<a href="#learning">here</a>'
    assert "<li>one</li>" in html("1. one\n2. two")


def test_html_in_a_text_is_shown_and_not_obeyed():
    assert "&lt;b&gt;" in html("<b>", inline=True)


def test_a_formula_is_mathml_on_the_page_and_code_in_the_terminal():
    text = "where $x^2|x^{2}$ is"
    assert "<msup>" in html(text)
    assert "|" not in html(text)
    assert terminal(text) == "where `x^2` is"
    assert bare(text) == "where x^2 is"


def test_no_line_begins_with_the_full_stop_of_a_formula():
    assert html("so $x|x$. Then $y|y$ is", inline=True).count('class="joined"') == 1
    assert "</math>.</span> Then <math" in html("so $x|x$. Then $y|y$ is")


def test_a_formula_may_stand_in_a_table():
    text = "| a | b |\n|---|---|\n| of $x_1|x_1$ | two |"
    assert html(text).count("<td>") == 1
    assert "<msub>" in html(text)


@pytest.mark.parametrize("text", ["it costs 5$ or 6$ each", "`$x$`"])
def test_a_dollar_alone_is_no_formula(text):
    assert "<math" not in html(text)


def test_links_within_the_page_are_bare_words_in_the_terminal():
    text = "see [section 5](#learning) and [this](DERIVATION.md)"
    assert terminal(text) == "see section 5 and [this](DERIVATION.md)"


def test_bare_words_have_no_signs():
    assert bare("a *b* `c` [d](#e)") == "a b c d"


def test_the_first_cell_of_a_row_is_its_heading():
    written = html("| a | b |\n|---|---:|\n| one | 2 |\n| two | 3 |")
    assert written.count('<th scope="row">') == 2
    assert '<th scope="row">one</th>' in written
    assert written.count("<td") == 2


def test_a_cell_of_formulas_alone_heads_no_row():
    table = html("| | a |\n|---|---|\n| $x$ | 1 |\n| sum of $x$ | 2 |")
    assert "<td><math>" in table
    assert '<th scope="row">sum of <math>' in table
