"""A frame as bytes: a header in JSON, then arrays that a browser reads in place.

    length of the header   uint32, little-endian
    header                 JSON; spaces at its end make 4 + length a multiple of 8
    arrays                 each begins at a multiple of 8 bytes

The header's `arrays` lists them: name, type, shape, and the offset in bytes from the
header's end.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 8
TYPES = ("float32", "float64", "int32", "uint8")


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """A header and arrays, by name, as one message.

    What is no finite number in the header becomes null, as JSON has no other word.
    Raises ValueError for an array of another type than `TYPES`.

    Examples
    --------
    >>> message = pack({"update": 3}, {"theta": np.zeros(5, np.float32)})
    >>> header, arrays = unpack(message)
    >>> header["update"], arrays["theta"].shape
    (3, (5,))
    """
    parts = []
    table = []
    offset = 0
    for name, array in arrays.items():
        if array.dtype.name not in TYPES:
            raise ValueError(
                f"{name} is of type {array.dtype}; a frame holds {', '.join(TYPES)}."
            )
        values = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        shape = list(array.shape)
        described = {"name": name, "type": array.dtype.name, "shape": shape}
        table.append(described | {"offset": offset})
        parts.append(_filled(values, len(values), b"\0"))
        offset += len(parts[-1])
    text = json.dumps(jsonable({**header, "arrays": table}), allow_nan=False)
    encoded = text.encode()
    encoded = _filled(encoded, 4 + len(encoded), b" ")
    return b"".join([len(encoded).to_bytes(4, "little"), encoded, *parts])


def unpack(message: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What `pack` was given: the header, and the arrays by name."""
    begin = 4 + int.from_bytes(message[:4], "little")
    header = json.loads(message[4:begin])
    arrays = {}
    for each in header.pop("arrays"):
        count = int(np.prod(each["shape"]))
        kind = np.dtype(each["type"]).newbyteorder("<")
        values = np.frombuffer(message, kind, count, begin + each["offset"])
        arrays[each["name"]] = values.reshape(each["shape"])
    return header, arrays


def jsonable(value: Any) -> Any:
    """A value as JSON can hold it: NumPy's as Python's, null where no finite number.

    A named tuple becomes an object of its fields.
    """
    if hasattr(value, "_asdict"):
        return jsonable(value._asdict())
    if isinstance(value, dict):
        return {str(name): jsonable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(part) for part in value]
    if isinstance(value, np.ndarray | np.generic):
        return jsonable(value.tolist())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def shortened(array: NDArray[Any]) -> NDArray[Any]:
    """float32 with ten binary digits of its fraction, which packs much smaller.

    >>> shortened(np.array([0.1, 2.0])).tolist()
    [0.0999755859375, 2.0]
    """
    bits = array.astype(np.float32).view(np.uint32)
    return ((bits + np.uint32(0x1000)) & np.uint32(0xFFFFE000)).view(np.float32)


def _filled(values: bytes, length: int, filler: bytes) -> bytes:
    """Values with filler after them, so that `length` grows to a multiple of 8."""
    return values + filler * (-length % ALIGNMENT)
