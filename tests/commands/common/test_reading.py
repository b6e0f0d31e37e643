"""A table as the options say."""

import pytest

from halfmoon.commands.common.options import Reading
from halfmoon.commands.common.reading import read_table, said_of_columns


def test_options_reach_the_reader(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("above\nä\tb\n1\t2\n".encode("latin-1"))
    reading = Reading(encoding="latin-1", separator=r"\t", skip=1, header=True)
    table, understood = read_table(str(path), reading)
    assert {name: column.tolist() for name, column in table.items()} == {
        "ä": ["1"],
        "b": ["2"],
    }
    assert understood.separator == "\t"
    assert understood.encoding == "latin-1"


def test_what_is_said_of_columns():
    reading = Reading(columns=["zip=category", "a=b=number"])
    assert said_of_columns(reading) == {"zip": "category", "a=b": "number"}
    assert said_of_columns(Reading()) == {}


def test_a_kind_may_bring_settings():
    reading = Reading(columns=['since={"kind": "date", "format": "%d/%m/%Y"}'])
    assert said_of_columns(reading) == {"since": {"kind": "date", "format": "%d/%m/%Y"}}


@pytest.mark.parametrize("text", ["zip", "=number"])
def test_what_says_nothing_is_refused(text):
    with pytest.raises(ValueError, match="as zip=category; got"):
        said_of_columns(Reading(columns=[text]))


def test_settings_that_are_no_json_are_refused():
    with pytest.raises(ValueError, match="of 'zip' what is no JSON"):
        said_of_columns(Reading(columns=["zip={kind: date}"]))
