"""A Parquet file as a table of raw columns, read by DuckDB."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from halfmoon.tables.formats import refuse_large
from halfmoon.tables.raw import Table, raw_column

# what DuckDB calls the types that are no cells of a table
NESTED = re.compile(
    r".*\[\d*\]$|STRUCT|MAP|UNION|BLOB|BIT\b|GEOMETRY|VARIANT", re.DOTALL
)
NUMBER_BYTES = 8
# how pandas writes an index without a name, which is no column
INDEX = re.compile(r"__index_level_\d+__")
# what a column of a type is asked for as; others as they are
AS = {
    "DECIMAL": "DOUBLE",
    "HUGEINT": "VARCHAR",
    "UHUGEINT": "VARCHAR",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",  # in UTC
    "TIME WITH TIME ZONE": "TIME",  # as Parquet calls a time of day in UTC
    "INTERVAL": "VARCHAR",
    "UUID": "VARCHAR",
    "ENUM": "VARCHAR",
    '"NULL"': "VARCHAR",
}


def read_parquet(path: Path, source: str, most_bytes: int | None = None) -> Table:
    """The columns of a Parquet file, called `source` in messages.

    A nameless index of pandas, where rows once stood, is no column.

    Raises ValueError for a broken file, one without rows, columns that hold bytes or
    nested values, and for more than `most_bytes` in all cells.
    """
    import duckdb

    connection = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        described = connection.execute(
            "DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning=false)",
            [str(path)],
        ).fetchall()
        types = {name: kind for name, kind, *_ in described}
        columns_of_data = [name for name in types if not INDEX.fullmatch(name)]
        types = {name: types[name] for name in columns_of_data or types}
        _refuse_nested(types)
        if most_bytes is not None:
            size = _size(types)
            found = connection.execute(
                f"SELECT {size} FROM read_parquet(?, hive_partitioning=false)",
                [str(path)],
            ).fetchall()
            refuse_large(found[0][0], source, most_bytes)
        chosen = ", ".join(_asked(name, kind) for name, kind in types.items())
        columns = connection.execute(
            f"SELECT {chosen} FROM read_parquet(?, hive_partitioning=false)",
            [str(path)],
        ).fetchnumpy()
    except duckdb.Error:
        raise ValueError(
            f"{source} is a Parquet file, but broken or of a kind that DuckDB cannot "
            "read; write it once more, or give a frame."
        ) from None
    table = {name: raw_column(name, _missing_marked(columns[name])) for name in types}
    if len(next(iter(table.values()))) == 0:
        raise ValueError(f"{source} has columns, but no rows; give rows.")
    return table


def _refuse_nested(types: dict[str, str]) -> None:
    """ValueError that names columns with bytes, lists or other nested values."""
    for name, kind in types.items():
        if NESTED.match(kind):
            raise ValueError(
                f"Column {name!r} holds values of type {kind}, which are no cells of a "
                "table; make numbers, texts or dates of them, or leave the column out."
            )


def _size(types: dict[str, str]) -> str:
    """How many bytes all cells take, in SQL."""
    texts = [
        f"coalesce(sum(strlen({_quoted(name)})), 0)"
        for name, kind in types.items()
        if kind == "VARCHAR"
    ]
    return " + ".join([f"{NUMBER_BYTES * len(types)} * count(*)", *texts])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _asked(name: str, kind: str) -> str:
    """A column in SQL, as a type that NumPy knows."""
    quoted = _quoted(name)
    wanted = AS.get(kind.split("(", maxsplit=1)[0])
    return f"CAST({quoted} AS {wanted}) AS {quoted}" if wanted else quoted


def _missing_marked(column: Any) -> Any:
    """A column as NumPy's, masked where it is missing."""
    return column if isinstance(column, np.ma.MaskedArray) else np.asarray(column)
