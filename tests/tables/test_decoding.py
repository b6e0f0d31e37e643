"""Encodings that are told, guessed and given, and bytes that are no text."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfmoon.tables.decoding import decode

TEXT = "straße;größe\n1;Ærø\n"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_an_encoding_is_found(written, found):
    decoded = decode(TEXT.encode(written), "a.csv")
    assert decoded.text == TEXT
    assert decoded.encoding == found


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_marks_of_either_order_of_bytes(order):
    assert decode(f"\ufeff{TEXT}".encode(order), "a.csv").text == TEXT
    assert decode(f"\ufeff{TEXT}".encode(order), "a.csv", order).text == TEXT


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"])))
def test_whatever_is_utf_8_is_read_as_it(text):
    assert decode(text.encode(), "a").text == text.removeprefix("\ufeff")


@given(st.text(st.characters(codec="cp1252", categories=["L", "N", "P"]), min_size=1))
def test_what_is_not_utf_8_is_read_as_cp1252(text):
    data = f"ß{text}".encode("cp1252")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        assert decode(data, "a").text == f"ß{text}"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "iso8859-15", "mac-roman"])
def test_an_encoding_can_be_given(encoding):
    decoded = decode(TEXT.encode(encoding), "a.csv", encoding)
    assert decoded == (TEXT, encoding, [])


def test_a_guess_is_told():
    [note] = decode(b"a;b\n1;Gr\xf6\xdfe\n", "a.csv").notes
    assert note == (
        "Byte 0xF6 in line 2 is not UTF-8, so the file was read as cp1252; give "
        "encoding if letters look wrong."
    )


def test_lines_end_alike():
    assert decode(b"a\r\nb\rc\n", "a.csv").text == "a\nb\nc\n"


REFUSED = {
    "given, and another": (
        TEXT.encode("cp1252"),
        "utf-8",
        "a.csv is not utf-8: byte 0xDF in line 1 has no meaning in it; leave out "
        "encoding, or give another.",
    ),
    "unknown": (b"a", "utf-9", "encoding must be one that Python knows, such as"),
    "neither": (
        b"a,b\n\x81,1\n",
        None,
        r"a.csv is neither UTF-8 (byte 0x81 in line 2) nor cp1252; give its encoding",
    ),
    "no mark": (
        TEXT.encode("utf-16-le"),
        None,
        "a.csv looks like UTF-16 without a byte order mark; give encoding='utf-16-le'.",
    ),
    "no mark, big": (TEXT.encode("utf-16-be"), None, "give encoding='utf-16-be'."),
    "zeros": (b"a,b\n1,\0\n" * 9, None, "a.csv is a binary file, not a text with"),
    "noise": (random.Random(0).randbytes(9999), None, "a.csv is a binary file, not"),
    "a late zero": (b"a,b\n" * 99_999 + b"\0", None, "a.csv is a binary file, not a"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_text_is_refused(name):
    data, encoding, message = REFUSED[name]
    with pytest.raises(ValueError, match=r"a\.csv|encoding") as error:
        decode(data, "a.csv", encoding)
    assert message in str(error.value)
    assert str(error.value).endswith(".")
