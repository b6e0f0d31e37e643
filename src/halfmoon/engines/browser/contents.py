"""What the WebAssembly module carries: the engine's loops, and components by index.

An activation, loss or rule is chosen by its place in the list here, which the manifest
repeats. Its loops are those that the compiled engine runs: of loops.py and
joint_losses.py, and what `templates` writes from a component's own source.
"""

from types import ModuleType
from typing import Any

from halfmoon.components.activations import ACTIVATIONS, Identity
from halfmoon.components.losses import LOSSES, SoftmaxCrossEntropy
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.engines.compiled import joint_losses, loops, templates

DTYPE = "float64"
MOST_SETTINGS = 8


def _module(name: str, text: str) -> ModuleType:
    """The module that this text makes."""
    module = ModuleType(name)
    exec(compile(text, f"<{name}>", "exec"), vars(module))
    return module


def _settings(component: Any, names: list[str]) -> list[float]:
    """The values of a component's settings, filled up with zeros."""
    values = [float(getattr(component, name)) for name in names]
    return values + [0.0] * (MOST_SETTINGS - len(values))


# all loops, by the names under which they stand in the table of functions
LOOPS: dict[str, Any] = {}
for _name in ("row_numbers", "gather", "all_finite", "combine", "dots", "gradient"):
    LOOPS[_name] = getattr(loops, _name)
LOOPS["shuffle"] = loops.shuffle

ACTIVATION_NAMES = sorted(ACTIVATIONS, key=lambda name: name != "tanh")
LOSS_NAMES = ["softmax_cross_entropy", "logistic_cross_entropy", "squared_error"]
RULE_NAMES = list(OPTIMIZERS)


def index_of(name: str) -> int:
    """A loop's index in the table of functions."""
    return list(LOOPS).index(name)


# a row for each component: a number of its kind's, and then its settings
NUMBERS: list[list[float]] = []

FIRST_ACTIVATION = len(LOOPS)  # f, then df of each
ACTIVATION_ROW = len(NUMBERS)
for _name in ACTIVATION_NAMES:
    _act = ACTIVATIONS[_name]()
    _text, _names = templates.activation(_act, DTYPE)
    _made = _module(_name, _text)
    LOOPS[f"{_name}.f"] = _made.f
    LOOPS[f"{_name}.df"] = _made.df
    NUMBERS.append([float(_made.needs_z), *_settings(_act, _names)])
# where there is nothing to compute
IDENTITY = [ACTIVATIONS[name] is Identity for name in ACTIVATION_NAMES].index(True)

FIRST_LOSS = len(LOOPS)  # loss, then link of each
LOSS_ROW = len(NUMBERS)
for _name in LOSS_NAMES:
    _loss = LOSSES[_name]()
    if isinstance(_loss, SoftmaxCrossEntropy):
        LOOPS[f"{_name}.loss"] = joint_losses.softmax_cross_entropy
        LOOPS[f"{_name}.link"] = joint_losses.softmax_link
        # one group; its size, the number of classes, is filled in later
        _values = [_loss.smoothing, 1.0] + [0.0] * (MOST_SETTINGS - 2)
    else:
        _text, _names = templates.loss(_loss, DTYPE)
        _made = _module(_name, _text)
        LOOPS[f"{_name}.loss"] = _made.loss
        LOOPS[f"{_name}.link"] = _made.link
        _values = _settings(_loss, _names)
    NUMBERS.append([0.0, *_values])
SOFTMAX = LOSS_NAMES.index("softmax_cross_entropy")

FIRST_RULE = len(LOOPS)
RULE_ROW = len(NUMBERS)
for _name in RULE_NAMES:
    _rule = OPTIMIZERS[_name]()
    _text, _names = templates.rule(_rule, DTYPE)
    LOOPS[f"{_name}.rule"] = _module(_name, _text).rule
    NUMBERS.append([_rule.decay, *_settings(_rule, _names)])
