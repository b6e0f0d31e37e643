"""Pieces of HTML."""

from halfmoon.pages import html


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
