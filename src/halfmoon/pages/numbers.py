"""Numbers that know where in results.json they stand, so that a page can only show what
the file holds.

A section keeps a number and gets it back to calculate with. Written into a text, as in
f"{right:.1%}", it leaves not its digits but its address and the format; the digits are
looked up in the results when the text is shown.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

MARK = re.compile(r"⟦([^:⟧]+):([^⟧]*)⟧")


class _Kept:
    """The part that remembers; an address is a JSON pointer (RFC 6901), such as
    /learning/lowest_loss.
    """

    address: str

    def __format__(self, spec: str) -> str:
        return f"⟦{self.address}:{spec}⟧"


class _KeptInt(_Kept, int):
    pass


class _KeptFloat(_Kept, float):
    pass


def plain(value: Any) -> Any:
    """NumPy's arrays and numbers as Python's, for JSON."""
    if isinstance(value, dict):
        return {str(key): plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple | range):
        return [plain(v) for v in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def kept(address: str, value: Any) -> Any:
    """The plain value with an address on every number in it."""
    if isinstance(value, dict):
        return {key: kept(f"{address}/{key}", v) for key, v in value.items()}
    if isinstance(value, list):
        return [kept(f"{address}/{i}", v) for i, v in enumerate(value)]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    number = _KeptInt(value) if isinstance(value, int) else _KeptFloat(value)
    number.address = address
    return number


def look_up(results: Any, address: str) -> Any:
    """The value at an address."""
    for key in address.split("/")[1:]:
        results = results[int(key) if isinstance(results, list) else key]
    return results


def resolve(
    text: str, results: Any, show: Callable[[str, Any, str], str] | None = None
) -> str:
    """The text with every number written out; `show(address, value, digits)` may dress
    them.
    """

    def written(match: re.Match[str]) -> str:
        address, spec = match.groups()
        value = look_up(results, address)
        digits = format(value, spec)
        return show(address, value, digits) if show else digits

    return MARK.sub(written, text)
