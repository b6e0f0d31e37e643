"""What was understood prints itself."""

import dataclasses
import inspect

from halfmoon.tables.reading import read_file
from halfmoon.tables.understood import Understood

CSV = Understood(
    source="prices.csv",
    format="CSV",
    packed=True,
    rows=12345,
    columns=1,
    encoding="utf-8",
    separator="\t",
    quote='"',
    comment="",
    skip=2,
    header=True,
    notes=("2 lines are above the table: 'a', 'b'.",),
)


def test_it_prints_itself():
    assert str(CSV).splitlines() == [
        "prices.csv: CSV, packed with gzip, 12,345 rows, 1 column",
        r"""  encoding='utf-8', separator='\t', quote='"', comment='', skip=2, """
        "header=True",
        "  2 lines are above the table: 'a', 'b'.",
    ]
    parquet = Understood("a.parquet", "Parquet", False, 1, 2)
    assert str(parquet) == "a.parquet: Parquet, 1 row, 2 columns"


def test_what_it_prints_are_the_settings_of_read_file():
    settings = set(inspect.signature(read_file).parameters)
    settings -= {"source", "most_bytes"}  # a limit is nothing that was understood
    fields = {field.name for field in dataclasses.fields(Understood)}
    assert settings <= fields
    assert all(f"{name}=" in str(CSV) for name in settings)
