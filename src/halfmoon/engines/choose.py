"""Which engine runs a fit, and why that one."""

from functools import cache

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.components.optimizers import Optimizer
from halfmoon.engines import reference
from halfmoon.engines.contract import Engine
from halfmoon.engines.messages import say
from halfmoon.engines.threads import uninterrupted
from halfmoon.network import Network

REFERENCE: Engine = reference


def choose(
    network: Network,
    optimizer: Optimizer | None,
    wanted: str = "auto",
    X: Array | None = None,
) -> tuple[Engine, str]:
    """The engine for a fit, and why that one, in words.

    Parameters
    ----------
    network, optimizer
        What it must be able to run.
    wanted : {"auto", "compiled", "numpy"}
        "auto" takes the compiled engine wherever it can run all of this.
    X : array or sparse matrix, optional
        The data; the compiled engine reads no sparse ones.

    Raises
    ------
    ValueError
        If the engine that is wanted cannot run this.
    """
    if wanted == "numpy":
        return REFERENCE, "it was asked for"
    reason: str | None
    compiled, reason = compiled_engine()
    if compiled is not None:
        reason = _why_not(compiled, network, optimizer, X)
        if reason is None and wanted == "compiled":
            return compiled, "it was asked for"
        if reason is None:
            return compiled, "it is the faster one, and can run all of this"
    if wanted == "compiled":
        raise ValueError(
            f"engine='compiled' cannot run this: {reason}; use engine='auto'."
        )
    return REFERENCE, reason


def _why_not(
    engine: Engine, network: Network, optimizer: Optimizer | None, X: Array | None
) -> str | None:
    if is_sparse(X):
        return "X is sparse"
    return engine.why_not(network, optimizer)


def engine_by_name(name: str) -> Engine:
    """The engine of this name; the reference where that one cannot be imported."""
    if name == "compiled":
        return compiled_engine()[0] or REFERENCE
    return REFERENCE


@cache
def compiled_engine() -> tuple[Engine | None, str]:
    """The compiled engine, or None and the reason why it cannot be imported here.

    The reason is said once in a process.
    """
    try:
        return uninterrupted(_import_compiled), ""
    except ImportError as error:
        reason = f"numba cannot be imported here ({error})"
        say(f"{reason}; NumPy does the work, more slowly.")
        return None, reason


def _import_compiled() -> Engine:
    from halfmoon.engines.compiled import engine

    return engine
