"""Numbers that know their address in results.json.

So a page can only show what the file holds. A number that is kept comes back, to be
calculated with. Written into a text, as in f"{share:.1%}", it leaves not its digits but
its address and the format; the digits are looked up in the results when the text is
shown.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

MARK = re.compile(r"⟦([^:⟧]+):([^⟧]*)⟧")


class _Addressed:
    """The part that remembers the address.

    It is a JSON pointer (RFC 6901), such as /learning/lowest_loss.
    """

    address: str

    def __format__(self, spec: str) -> str:
        return f"⟦{self.address}:{spec}⟧"


class _AddressedInt(_Addressed, int):
    pass


class _AddressedFloat(_Addressed, float):
    pass


def plain(value: Any) -> Any:
    """NumPy's arrays and numbers as Python's, for JSON."""
    if isinstance(value, dict):
        return {str(key): plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple | range):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return value


def with_address(address: str, value: Any) -> Any:
    """The plain value with an address on every number in it."""
    if isinstance(value, dict):
        return {key: with_address(f"{address}/{key}", v) for key, v in value.items()}
    if isinstance(value, list):
        return [with_address(f"{address}/{i}", v) for i, v in enumerate(value)]
    number: _AddressedInt | _AddressedFloat
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        number = _AddressedInt(value)
    elif isinstance(value, float):
        number = _AddressedFloat(value)
    else:
        return value
    number.address = address
    return number


def write_range(values: Any, form: str) -> str:
    """A range in the cell of a table, from the lowest to the highest of the values.

    Where the two have the same digits, it is one number.
    """
    if format(float(values[0]), form) == format(float(values[-1]), form):
        return f"{values[0]:{form}}"
    return f"{values[0]:{form}} to {values[-1]:{form}}"


def look_up(results: Any, address: str) -> Any:
    """The value at an address."""
    for key in address.split("/")[1:]:
        results = results[int(key) if isinstance(results, list) else key]
    return results


def resolve(
    text: str, results: Any, show: Callable[[str, Any, str], str] | None = None
) -> str:
    """The text with every number written out.

    `show(address, value, digits)` says how a number is dressed; None leaves its digits.
    """

    def write(match: re.Match[str]) -> str:
        address, spec = match.groups()
        value = look_up(results, address)
        digits = format(value, spec)
        if show is None:
            return digits
        return show(address, value, digits)

    return MARK.sub(write, text)
