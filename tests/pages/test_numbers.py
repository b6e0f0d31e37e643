"""Numbers know their address, and are written where they are shown."""

import json

from halfmoon.pages.numbers import plain, resolve, with_address, write_range


def test_a_number_is_written_where_it_is_shown():
    results = {"a": plain({"b": [0.25, True, None], "c d": 1234})}
    number = with_address("/a", results["a"])
    text = (
        f"{number['b'][0]:.1%} of {number['c d']:,}, {number['b'][0] * 2}, "
        f"{number['b'][1]}"
    )
    assert resolve(text, results) == "25.0% of 1,234, 0.5, True"
    assert (
        resolve(f"{number['c d']}", results, lambda *shown: str(shown))
        == "('/a/c d', 1234, '1234')"
    )
    assert number["c d"] == 1234
    assert json.dumps(number) == json.dumps(results["a"])


def test_a_range_goes_from_the_lowest_to_the_highest():
    assert write_range([0.5, 0.75, 0.875], ".1%") == "50.0% to 87.5%"
    assert write_range([0.5, 0.5001], ".1%") == "50.0%"
    kept = with_address("/a", [0.5, 0.75])
    assert resolve(write_range(kept, ".1%"), {"a": [0.5, 0.75]}) == "50.0% to 75.0%"
