"""What commands print."""

import json

import numpy as np

from halfmoon.commands.common.printing import print_json, print_table


def test_json_has_no_nan_and_no_signs_beyond_ascii(capsys):
    value = {"a": np.float64(0.5), "b": [np.nan, np.inf], "c": np.arange(2), "d": "ä"}
    print_json(value)
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert json.loads(printed) == {"a": 0.5, "b": [None, None], "c": [0, 1], "d": "ä"}


def test_a_table_is_plain_where_there_is_no_terminal(capsys):
    long = "x" * 300
    print_table(["name", "[red]n"], [["[bold]", "5"], [long, "12"]], right=[1])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "name" + " " * 298 + "[red]n"
    assert lines[1] == "[bold]" + " " * 301 + "5"
    assert lines[2] == long + "      12"
