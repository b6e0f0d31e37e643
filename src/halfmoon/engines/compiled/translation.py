"""Blocks as compiled loops: translated, written to the cache, compiled when
first used.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from halfmoon.components.activations import Activation, Identity
from halfmoon.components.losses import (
    Loss,
    Quantiles,
    SoftmaxCrossEntropy,
)
from halfmoon.components.optimizers import Optimizer
from halfmoon.engines.compiled import code_cache, native, templates
from halfmoon.engines.compiled.codegen import UntranslatableError

Settings = list[float]


@cache
def source(name: str, dtype: str) -> ModuleType:
    """kernels.py, loops.py or joint_losses.py for one dtype; without JIT the file
    itself, to be stepped through.
    """
    if not native.JIT and dtype == "float64":
        return import_module(f"halfmoon.engines.compiled.{name}")
    text = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    return code_cache.load(
        f"{name}_{dtype}", text.replace("T = np.float64", f"T = np.{dtype}", 1)
    )


def loops(names: list[str], dtype: str) -> dict[str, int]:
    """The addresses of some of the loops in loops.py."""
    return {
        name: native.address(getattr(source("loops", dtype), name), dtype)
        for name in names
    }


def activation(block: Activation, dtype: str) -> tuple[int, int, bool, Settings]:
    """f and df (0 for the identity, where nothing is to be done), whether df needs z,
    and the settings.
    """
    if type(block) is Identity:
        return 0, 0, False, []
    made, settings = _translated(block, dtype, templates.activation)
    return (
        native.address(made.f, dtype),
        native.address(made.df, dtype),
        made.needs_z,
        settings,
    )


def loss(block: Loss, k: int, dtype: str) -> tuple[Any, Any, Settings]:
    """The loop and the link of a loss of k scores, to be compiled by need, and the
    settings.
    """
    joint = source("joint_losses", dtype)
    if type(block) is SoftmaxCrossEntropy:
        sizes = block.classes(k)
        return (
            joint.softmax_cross_entropy,
            joint.softmax_link,
            [block.smoothing, len(sizes), *sizes],
        )
    if type(block) is Quantiles:
        return joint.quantiles, joint.quantiles_link, [len(block.levels), *block.levels]
    if not block.pointwise:
        raise UntranslatableError("its outputs belong together (pointwise is False)")
    made, settings = _translated(block, dtype, templates.loss)
    return made.loss, made.link, settings


def rule(block: Optimizer, dtype: str) -> tuple[int, Settings]:
    """The optimizer's step, and the settings."""
    made, settings = _translated(block, dtype, templates.rule)
    return native.address(made.rule, dtype), settings


_MODULES: dict[tuple[type, str], tuple[ModuleType, list[str]]] = {}


def _translated(block: Any, dtype: str, template: Any) -> tuple[ModuleType, Settings]:
    """A block's module and its settings; those of our own classes are kept, others' may
    refer to what has changed.
    """
    name = type(block), dtype
    if name not in _MODULES or not type(block).__module__.startswith("halfmoon."):
        text, settings = template(block, dtype)
        _MODULES[name] = code_cache.load(f"{template.__name__}_{dtype}", text), settings
    module, settings = _MODULES[name]
    try:
        return module, [float(getattr(block, setting)) for setting in settings]
    except (TypeError, ValueError):
        raise UntranslatableError(
            f"one of {', '.join(settings)} is not a number"
        ) from None
