"""The peers: each does the same work in its own way, in a file of its own."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from workloads import Weights, Work

# every peer may use as many threads as the process has cores
CORES = len(os.sched_getaffinity(0))
# in the order of tables and figures
MODULES = ("halfmoon", "c", "jax", "torch", "sklearn", "numpy")

# trains from the start for so many epochs; returns the weights
Fit = Callable[[int], Weights]


@dataclass(frozen=True)
class Peer:
    """A way to do the work.

    `fitter(work, X, y)` prepares a Fit, untimed: data in the peer's own form,
    compilers. `predictor(work, X, y)` prepares a function of rows that gives each
    class's probability. `why_not(work)` is why the peer cannot do this work, or an
    empty string.
    """

    title: str
    version: str
    fitter: Callable[[Work, Any, Any], Fit] | None = None
    predictor: Callable[[Work, Any, Any], Callable[[Any], Any]] | None = None
    why_not: Callable[[Work], str] = lambda work: ""


def load(wanted: list[str]) -> tuple[dict[str, Peer], list[str]]:
    """The peers wanted, by name, and a line about each that is not installed."""
    peers: dict[str, Peer] = {}
    missing = []
    for name in MODULES:
        if name not in wanted:
            continue
        try:
            peers |= import_module(f"peers.with_{name}").PEERS
        except ImportError as error:
            missing.append(f"{name} is left out: {error}")
    return peers, missing
