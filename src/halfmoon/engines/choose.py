"""Which engine runs a fit, and why that one."""

import sys
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.components.optimizers import Optimizer
from halfmoon.network import Network


def choose(
    network: Network,
    optimizer: Optimizer | None,
    wanted: str = "auto",
    X: Array | None = None,
) -> tuple[ModuleType, str]:
    """The engine to run this, and why that one; ValueError where the one asked for
    cannot.
    """
    if wanted == "numpy":
        return import_module("halfmoon.engines.reference"), "it was asked for"
    compiled, reason = _compiled()
    reason = reason or (
        "X is sparse" if is_sparse(X) else compiled.why_not(network, optimizer)
    )
    if reason is None:
        return (
            compiled,
            "it was asked for"
            if wanted == "compiled"
            else "it is the faster one, and can run all of this",
        )
    if wanted == "compiled":
        raise ValueError(
            f"engine='compiled' cannot run this: {reason}; use engine='auto'."
        )
    return import_module("halfmoon.engines.reference"), reason


def named(name: str) -> ModuleType:
    """The engine of this name, or the reference where it cannot be had."""
    found = _compiled()[0] if name == "compiled" else None
    return found or import_module("halfmoon.engines.reference")


@cache
def _compiled() -> tuple[Any, str | None]:
    """The compiled engine, or the reason why it cannot be imported here, told once."""
    try:
        return import_module("halfmoon.engines.compiled.engine"), None
    except ImportError as error:
        reason = f"numba cannot be imported here ({error})"
        print(f"halfmoon: {reason}; NumPy does the work, more slowly.", file=sys.stderr)  # noqa: T201
        return None, reason
