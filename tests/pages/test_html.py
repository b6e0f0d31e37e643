"""Pieces of HTML."""

import re
from html import unescape

import pytest

from halfmoon.pages import html
from halfmoon.pages.equations import statement_of

SOURCE = '''def f(x):
    """Two lines
    of words."""

    return "<b>" + x
'''


def words(piece):
    """What is left without the tags."""
    return unescape(re.sub(r"<[^>]*>", "", piece))


def test_parts_have_smaller_headings_and_stand_below_their_section():
    section = html.Heading("8", "more", "More")
    part = html.Heading("8.1", "first", "The `first`")
    assert html.heading(section).startswith('<h2 id="more">')
    assert html.heading(part).startswith('<h3 id="first">')
    listed = html.contents([section, part])
    assert '<li><a href="#more">' in listed
    assert '<li class=part><a href="#first">' in listed
    assert "<code>first</code>" in listed


def test_a_page_says_what_its_front_says():
    front = html.Front("Title & more", "A `lead`.", "A foot.", "For engines")
    page = html.page(front, [html.Heading("1", "one", "One")], ["<p>Body</p>"])
    assert "<title>Title &amp; more</title>" in page
    assert "<h1>Title &amp; more</h1>" in page
    assert "A <code>lead</code>." in page
    assert 'content="For engines"' in page
    assert "<p>Body</p>" in page
    assert "A foot." in page


def test_the_first_column_heads_its_row():
    table = html.table("Title", ["", "a"], [["one", "1"]])
    assert '<th scope="row">one</th><td>1</td>' in table
    assert '<thead><tr><td></td><th scope="col">a</th></tr></thead>' in table


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("85.0%", "85.0%"),
        ("-0.438", "−0.438"),  # noqa: RUF001
        ("9.9e-08", "9.9 × 10<sup>−8</sup>"),  # noqa: RUF001
        ("1e+06", "1 × 10<sup>6</sup>"),  # noqa: RUF001
        ("1e-15%", "1 × 10<sup>−15</sup>%"),  # noqa: RUF001
    ],
)
def test_numbers_are_written_as_in_a_book(digits, shown):
    number = html.number("/a/b", -0.5, digits)
    assert number == f'<data value="-0.5" data-from="/a/b">{shown}</data>'


def test_code_is_copied_as_it_was_written():
    shown = re.sub("<button.*?</button>", "", html.program(SOURCE, {5}))
    assert words(shown) == SOURCE


def test_changed_lines_are_marked_and_lines_know_how_far_in_they_begin():
    shown = html.code(SOURCE, {5})
    (marked,) = re.findall('<mark class="l"[^>]*>(.*?)</mark>', shown, re.DOTALL)
    assert words(marked) == '    return "<b>" + x\n'
    assert re.findall(r"--i:(\d+)", shown) == ["4", "4", "4"]
    assert "<mark" not in html.code(SOURCE)


def test_what_was_added_to_a_program_is_marked_and_keeps_its_sign():
    shown = html.code("- rate = 2.0\n+ rate = 1.0\n+ # a comment\n-")
    assert words(shown) == "- rate = 2.0\n+ rate = 1.0\n+ # a comment\n-\n"
    assert [
        words(line) for line in re.findall("<mark.*?</mark>", shown, re.DOTALL)
    ] == [
        "+ rate = 1.0\n",
        "+ # a comment\n",
    ]


def test_a_copy_button_waits_for_the_script():
    assert '<button type="button" class="copy" hidden>' in html.program(SOURCE, ())


def test_a_heading_links_to_itself():
    assert '<a class="anchor" href="#one"' in html.heading(html.Heading("1", "one", ""))
    text = html.with_anchors("<h3>Step <b>1</b>: a nudge</h3><p>Words</p>", "learning")
    assert text.startswith('<h3 id="learning-step-1-a-nudge"><a class="anchor" ')
    assert 'href="#learning-step-1-a-nudge"' in text


def test_an_equation_links_to_its_derivation_and_has_its_line_folded():
    shown = html.equations("Forward", ["F1"])
    assert 'href="derivation.html#F1">[F1]</a>' in shown
    folded = re.search("<details.*?</details>", shown, re.DOTALL).group()
    statement = statement_of("F1")
    assert statement.code in words(folded)
    assert f"{statement.file}, line {statement.number}" in words(folded)
    assert "<details open" not in shown


def test_an_answer_is_folded_so_that_no_script_is_needed():
    before, after = html.question("Why?", [("so", True), ("not so", False)], 3)
    assert after == "</details></fieldset>"
    assert before.endswith('<details class="answer"><summary>Answer</summary>')
    right, wrong = re.findall(r"<input[^>]*>", before)
    assert 'name="question-3"' in right
    assert "data-right" in right
    assert "data-right" not in wrong


@pytest.mark.parametrize(("answer", "fields"), [(52, 1), (0.5, 1), ("", 0)])
def test_an_exercise_has_a_field_only_for_an_answer_that_can_be_checked(answer, fields):
    before, after = html.exercise("<p>Count.</p>", answer, 2, below="")
    assert before.count("<input") == fields
    assert after == "</div>"
    if fields:
        assert f'data-answer="{float(answer)}" hidden' in before
        assert '<label for="answer-2">' in before


def test_a_table_of_many_columns_can_stand_as_a_list():
    columns = ["", "a", "b", "c", "d", "<i>e</i>"]
    table = html.table("Title", columns, [["one", *"12345"]])
    assert '<table class="many">' in table
    assert '<td data-label="e">5</td>' in table
    assert "data-label" not in html.table("Title", columns[:5], [["one", *"1234"]])


def test_a_page_without_a_script_lets_none_run():
    front = html.Front("Title", "Lead")
    page = html.page(front, [], [])
    policy = re.search('Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    alive = html.page(
        front, [], [], opening="<b>O</b>", script="<script>", style="i{}", policy="p"
    )
    assert '<div class="opening"><b>O</b></div>' in alive
    assert alive.index("i{}") < alive.index("<b>O</b>") < alive.index("<script>")
    assert 'content="p"' in alive


def test_a_page_with_formulas_has_their_font():
    font = 'font-family: "Halfmoon Math"; src: url(data:font/woff2;base64,'
    front = html.Front("Title", "Lead")
    page = html.page(front, [], ["<p>A <math><mi>x</mi></math></p>"])
    assert font in page
    assert "://" not in page
    assert font not in html.page(front, [], ["<p>A &lt;math&gt;</p>"])
