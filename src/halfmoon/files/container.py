"""What a model file is made of: arrays by name, and a description of what they are.

It is a file of safetensors, which many tools read:

    8 bytes   the length of the header
    header    JSON: each array's name, type, shape and place, and one text, "halfmoon"
    arrays    their numbers, row by row, one array after the other

The text is JSON too: the version of the format, the description of the model, and the
SHA-256 digest of all that is stored, so that a single changed bit is noticed. (It
is no signature: who writes a file writes its digest.) Safetensors refuses a header in
which arrays overlap, leave gaps or do not fill the file, so reading them takes no more
memory than the file has bytes.
"""

import hashlib
import json
import math
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

VERSION = 1  # one more whenever a file holds something else
NAME = "halfmoon"
LONGEST = 2**25  # of the text, in bytes; safetensors reads headers of 100 MB
DAMAGED = "it is no model file, or it was cut short or altered"
# whose names safetensors and NumPy have
TYPES = {"F64": np.float64, "F32": np.float32, "I64": np.int64}

Arrays = dict[str, NDArray[Any]]


def to_bytes(description: Mapping[str, Any], arrays: Arrays) -> bytes:
    """A model file's content; the same arrays and description give the same bytes.

    Raises ValueError for a description that is too long.
    """
    whole = {
        "version": VERSION,
        "digest": _digest(description, arrays),
        "model": description,
    }
    text = _to_json(whole)
    if len(text) > LONGEST:
        raise ValueError(
            f"what belongs to its weights, such as classes and names of columns, takes "
            f"{len(text)} bytes, and a model file has room for {LONGEST}"
        )
    # one text only: safetensors keeps several in no fixed order
    return save(arrays, metadata={NAME: text})


def read(path: Path) -> tuple[dict[str, Any], Arrays]:
    """The description and the arrays that `to_bytes` put into a file.

    Raises ValueError with the reason for what is no such file, OSError for what cannot
    be read.
    """
    _check_file(path)
    try:
        with safe_open(path, "np") as file:
            text = (file.metadata() or {}).get(NAME)
            if text is None:
                raise ValueError(
                    "it is a file of safetensors, but none that halfmoon wrote"
                )
            whole = _read_whole(text)
            arrays = {name: _read_array(file, name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError:
        raise ValueError(DAMAGED) from None
    except OSError as error:
        raise _unreadable(path, error) from error
    if whole["digest"] != _digest(whole["model"], arrays):
        raise ValueError("it was altered after it was saved")
    return whole["model"], arrays


def _check_file(path: Path) -> None:
    """OSError for what is no ordinary file."""
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not is_file:
        raise OSError(f"{path} is no file; give the name of a model file.")


def _unreadable(path: Path, error: OSError) -> OSError:
    """The same error in a sentence."""
    reason = error.strerror or str(error)
    return type(error)(
        f"{path} cannot be read ({reason}); give the name of a model file."
    )


def _read_whole(text: str) -> dict[str, Any]:
    """Version, digest and description, from JSON."""
    if len(text) > LONGEST:
        raise ValueError(f"its description is longer than {LONGEST} bytes")
    whole = _from_json(text)
    version = whole.get("version") if isinstance(whole, dict) else None
    if type(version) is not int or version < 1:
        raise ValueError(f"{DAMAGED}: it names no version of its format")
    if version != VERSION:
        raise ValueError(
            f"a newer halfmoon wrote it (in version {version} of its format; this one "
            f"reads version {VERSION}); update halfmoon"
        )
    if set(whole) != {"version", "digest", "model"}:
        raise ValueError(f"{DAMAGED}: its entries are not those of a model file")
    return whole


def _read_array(file: Any, name: str) -> NDArray[Any]:
    """An array, once its type and shape are known to be such as we write."""
    header = file.get_slice(name)
    shape = header.get_shape()
    if header.get_dtype() not in TYPES or len(shape) not in (1, 2) or 0 in shape:
        raise ValueError(
            f"its array {name!r} has type {header.get_dtype()} and shape {shape}, and "
            f"arrays here are tables or columns of {', '.join(TYPES)}"
        )
    return file.get_tensor(name)


def _digest(description: Any, arrays: Arrays) -> str:
    """SHA-256 of all that is stored."""
    digest = hashlib.sha256(_to_json(description).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _to_json(value: Any) -> str:
    """As JSON in ASCII, in one form only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _from_json(text: str) -> Any:
    """From JSON as the standard has it: no NaN, no infinity."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except ValueError:
        raise ValueError(f"{DAMAGED}: its description is no JSON") from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _finite(text: str) -> float:
    """A number; ValueError where it is too large to be one."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
