"""What was understood of a file: how it was read, and what was changed on the way."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Understood:
    """How a file was read: each setting can be given to `read_file` by its name.

    A Parquet file has no such settings: they are None.
    """

    source: str
    format: str  # "CSV" (whatever the separator) or "Parquet"
    packed: bool  # with gzip
    rows: int
    columns: int
    encoding: str | None = None
    separator: str | None = None
    quote: str | None = None  # around cells; "" if there is none
    comment: str | None = None  # what begins lines that are no rows; "" if nothing
    skip: int | None = None  # lines above the table
    header: bool | None = None  # whether the first row holds the names
    notes: tuple[str, ...] = ()  # sentences

    def __str__(self) -> str:
        packed = ", packed with gzip" if self.packed else ""
        size = f"{_count(self.rows, 'row')}, {_count(self.columns, 'column')}"
        lines = [f"{self.source}: {self.format}{packed}, {size}"]
        if self.separator is not None:
            lines.append(
                f"  encoding={self.encoding!r}, separator={self.separator!r}, "
                f"quote={self.quote!r}, comment={self.comment!r}, skip={self.skip}, "
                f"header={self.header}"
            )
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
