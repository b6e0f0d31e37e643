"""The text of a function as it is loaded."""

import functools
import importlib
import sys

import pytest

from halfmoon.components.activations import GELU
from halfmoon.components.source_text import source_text


def decorated(function):
    return function


class Outer:
    @decorated
    @functools.lru_cache(maxsize=None)  # noqa: B019, UP033
    def method(self, z):
        """Two
        lines.
        """
        return self.__hidden + super().method(z)  # a comment

    short = lambda self, z: 2 * z  # noqa: E731
    two = [lambda z: z, lambda z: -z]  # noqa: RUF012


def same(z):
    return z + 1


first = same


def same(z):
    return z + 2


def test_a_function_is_found_by_its_code():
    assert source_text(first) == "def same(z):\n    return z + 1"
    assert source_text(same) == "def same(z):\n    return z + 2"
    assert source_text(Outer.short) == "lambda self, z: 2 * z"
    text = source_text(Outer.method.__wrapped__)
    assert text.startswith("def method(self, z):")
    assert text.endswith("return self.__hidden + super().method(z)")
    assert source_text(GELU.f).startswith("def f(self, z: Array) -> Array:")


def test_lambdas_in_one_line_are_told_apart():
    assert [*map(source_text, Outer.two)] == ["lambda z: z", "lambda z: -z"]
    nested = lambda z: lambda y: z + y  # noqa: E731
    assert source_text(nested(1.0)) == "lambda y: z + y"
    assert source_text(nested) == "lambda z: lambda y: z + y"


def test_without_a_file_there_is_none():
    space = {}
    exec("def f(z): return z", space)
    assert source_text(space["f"]) is None


SOURCE = "K = 1\n\n\ndef f(z):\n    return 2.0 * z\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2.0", "3.0", None),
        ("2.0 * z", "z * 2.0", None),
        ("2.0", "2", None),
        ("f(z)", "f(z, k=1)", None),
        ("return", "return -", None),
        ("    return 2.0 * z", "    return (", None),
        # what changes no instruction
        ("K = 1", "K = 1\nL = 2", "def f(z):\n    return 2.0 * z"),
        ("2.0 * z", "(2.0   * z)  # double", "def f(z):\n    return 2.0 * z"),
    ],
)
def test_a_file_edited_since_counts_only_where_it_says_the_same(
    tmp_path, monkeypatch, old, new, expected
):
    path = tmp_path / "edited_since.py"
    path.write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "edited_since", raising=False)
    importlib.invalidate_caches()
    function = importlib.import_module("edited_since").f
    assert source_text(function) == "def f(z):\n    return 2.0 * z"
    path.write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    assert source_text(function) == expected
    del sys.modules["edited_since"]
