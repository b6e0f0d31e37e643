"""Predictions as CSV, written block by block in the order of the rows."""

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from halfmoon.atomic import open_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

OTHER = (".gz", ".parquet", ".json", ".xlsx")  # ends of names of other formats


@contextmanager
def opened(path: str) -> Iterator[TextIO]:
    """The file, which is there once all is written, or "-", the standard output.

    Both are UTF-8. Raises ValueError for the name of a file that is no CSV.
    """
    if path.lower().endswith(OTHER):
        raise ValueError(
            f"Predictions are written as CSV, which {path} would not be; give a name "
            "that ends in .csv."
        )
    if path == "-":
        if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        yield sys.stdout
        sys.stdout.flush()
        return
    with open_file(Path(path)) as file:
        yield file


def as_texts(column: "NDArray[Any]") -> "NDArray[Any]":
    """A raw column as it is written beside predictions: each cell in full."""
    import numpy as np

    from halfmoon.tables.cells import as_text

    if column.dtype.kind == "M":
        shortest = np.datetime_as_string(column, unit="auto")
        return np.where(np.isnat(column), "", shortest)
    return np.array([as_text(cell) for cell in column.tolist()], dtype=object)


def write_names(file: TextIO, names: list[str]) -> None:
    """The first line."""
    csv.writer(file, lineterminator="\n").writerow(names)


def write_rows(file: TextIO, columns: "dict[str, NDArray[Any]]") -> None:
    """A line for each row of some columns of one length."""
    cells = [list(map(_cell, column.tolist())) for column in columns.values()]
    csv.writer(file, lineterminator="\n").writerows(zip(*cells, strict=True))


def _cell(value: Any) -> Any:
    """Nine digits hold all of what the networks compute, in float32."""
    if isinstance(value, float):
        return f"{value:.9g}"
    return "" if value is None else value
