"""Names of columns: one each, and all different; and the one that was meant."""

import difflib
from collections.abc import Iterable, Sequence


def name_columns(given: Sequence[str | None]) -> tuple[list[str], list[str]]:
    """Names for columns, from those in a file's first row; and what was changed.

    A column without a name is called by its number, from 1, but the first of a table
    "index": programs write the numbers or names of rows there. A name that was there
    before gets a number behind it.

    >>> name_columns([None, "x", None, "x"])[0]
    ['index', 'x', 'column3', 'x_2']
    """
    wished = [(name or "").strip() for name in given]
    taken = set(wished)
    seen: set[str] = set()
    names: list[str] = []
    notes: list[str] = []
    for j, wish in enumerate(wished):
        name = wish
        if not wish:
            name = _free(f"column{j + 1}" if j else "index", taken)
            notes.append(f"Column {j + 1} has no name, and is called {name!r}.")
        elif wish in seen:
            name = _free(f"{wish}_2", taken)
            notes.append(
                f"Column {j + 1} is called {wish!r} like one before it, and is read as "
                f"{name!r}."
            )
        taken.add(name)
        seen.add(name)
        names.append(name)
    return names, notes


def _free(name: str, taken: set[str]) -> str:
    """A name like this one that no column has."""
    stem, _, number = name.rpartition("_")
    if not number.isdigit():
        stem = name
        number = "1"
    count = int(number)
    while name in taken:
        count += 1
        name = f"{stem}_{count}"
    return name


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant, in letters of either case, if there is one.

    >>> nearest("prise", ["Price", "rooms"])
    'Price'
    """
    by_small_letters = {other.casefold(): other for other in names}
    close = difflib.get_close_matches(name.casefold(), by_small_letters, n=1)
    return by_small_letters[close[0]] if close else None
