"""A file for as long as it is read."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def as_file(data: bytes) -> Iterator[Path]:
    """The bytes as a file under a plain name, for DuckDB, which reads only files.

    It takes other names for patterns, and their ends for a way of packing.
    """
    with tempfile.TemporaryDirectory(prefix="halfmoon-") as folder:
        path = Path(folder) / "table"
        path.write_bytes(data)
        yield path
