"""Names of rows, beside what pandas makes of them."""

import io

import pandas as pd
import pytest

from halfmoon.tables.reading import read_file
from halfmoon.tables.row_names import with_name_of_row_names

CARS = '"mpg","name"\n' + "".join(f'"Car {i}",{i}.5,"x, {i % 3}"\n' for i in range(9))


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_row_names_are_a_column(separator):
    text = CARS.replace(",", separator)
    table, understood = read_file(io.StringIO(text))
    frame = pd.read_csv(io.StringIO(text), sep=separator)
    assert list(table) == ["index", *frame.columns]
    assert table["index"].tolist() == frame.index.tolist()
    assert [float(cell) for cell in table["mpg"]] == frame["mpg"].tolist()
    assert table["name"].tolist() == frame["name"].tolist()
    assert understood.notes[0].startswith("There is one name fewer than there are")
    again, _ = read_file(io.StringIO(text), skip=0, header=True, separator=separator)
    assert list(again) == list(table)


def test_lines_above_may_be_skipped():
    table, _ = read_file(io.StringIO("Cars, all\n" + CARS), skip=1)
    assert list(table) == ["index", "mpg", "name"]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",  # as many
        "a,b\n1,2,3\n1,2\n",  # not all
        "a,b\n1,2,3,4\n",  # two more
        "1,b\n1,2,3\n",  # no names
        "a\n1,2\n",  # one name
        "a,b\n",  # no rows
        "a,b\n1,2,\n3,4,\n",  # a separator at the end
        "",
    ],
)
def test_other_tables_stay_as_they_are(text):
    assert with_name_of_row_names(text, ",", 0) is None
