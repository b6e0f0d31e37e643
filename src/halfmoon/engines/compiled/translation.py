"""Components as compiled loops: translated, written to the cache, compiled by need."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from halfmoon.components.activations import Activation, Identity
from halfmoon.components.installed import is_fixed
from halfmoon.components.losses import Loss, Quantiles, SoftmaxCrossEntropy
from halfmoon.components.optimizers import Optimizer
from halfmoon.components.registry import Component
from halfmoon.engines.compiled import code_cache, native, templates
from halfmoon.engines.compiled.codegen import UntranslatableError, is_number

Values = list[float]  # the values that a loop reads from h


@cache
def source(name: str, dtype: str) -> ModuleType:
    """One of the modules of kernels and loops for one dtype, from the cache's folder.

    Without JIT it is the file itself, to be stepped through.
    """
    if not native.JIT and dtype == "float64":
        return import_module(f"halfmoon.engines.compiled.{name}")
    text = (code_cache.HERE / f"{name}.py").read_text(encoding="utf-8")
    text = text.replace("T = np.float64", f"T = np.{dtype}", 1)
    return code_cache.load(f"{name}_{dtype}", text)


def loops(names: list[str], dtype: str, where: str = "loops") -> dict[str, int]:
    """The addresses of some of the loops in loops.py, or bin_loops.py, by name."""
    module = source(where, dtype)
    return {name: native.address(getattr(module, name), dtype) for name in names}


def activation(act: Activation, dtype: str) -> tuple[int, int, bool, Values]:
    """The addresses of f and df, whether df needs z, and the settings.

    The addresses are 0 for the identity, where there is nothing to compute.
    """
    if type(act) is Identity:
        return 0, 0, False, []
    module, settings = _translated(act, dtype, templates.activation)
    f = native.address(module.f, dtype)
    df = native.address(module.df, dtype)
    return f, df, module.needs_z, settings


def loss(loss: Loss, k: int, dtype: str) -> tuple[Any, Any, Values]:
    """The loop of a loss of k outputs, its link, and the settings.

    The two are compiled by `native.address`, once it is known which one is needed.
    """
    joint = source("joint_losses", dtype)
    if type(loss) is SoftmaxCrossEntropy:
        sizes = loss.classes(k)
        settings = [loss.smoothing, len(sizes), *sizes]
        return joint.softmax_cross_entropy, joint.softmax_link, settings
    if type(loss) is Quantiles:
        settings = [len(loss.levels), *loss.levels]
        return joint.quantiles, joint.quantiles_link, settings
    if not loss.pointwise:
        raise UntranslatableError("its outputs belong together (pointwise is False)")
    module, settings = _translated(loss, dtype, templates.loss)
    return module.loss, module.link, settings


def rule(optimizer: Optimizer, dtype: str) -> tuple[int, Values]:
    """The address of the optimizer's step, and the settings."""
    module, settings = _translated(optimizer, dtype, templates.rule)
    return native.address(module.rule, dtype), settings


Template = Callable[[Any, str], tuple[str, list[str]]]
# by class and dtype: the module, and the names of the settings it reads
_MODULES: dict[tuple[type, str], tuple[ModuleType, list[str]]] = {}


def _translated(
    component: Component, dtype: str, template: Template
) -> tuple[ModuleType, Values]:
    """A component's module, and its settings' values.

    Modules of our own classes are remembered, as long as nobody has changed them.
    """
    kind = type(component)
    if (kind, dtype) in _MODULES and is_fixed(kind):
        module, names = _MODULES[kind, dtype]
    else:
        text, names = template(component, dtype)
        module = code_cache.load(f"{template.__name__}_{dtype}", text)
        if is_fixed(kind):
            _MODULES[kind, dtype] = module, names
    settings = {name: getattr(component, name) for name in names}
    for name, value in settings.items():
        if not is_number(value):
            raise UntranslatableError(f"{name} is not a number that float64 holds")
    return module, [float(value) for value in settings.values()]
