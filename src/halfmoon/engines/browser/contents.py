"""What the WebAssembly module carries: the engine's loops, and components by index.

A component is chosen by its place in the list of its kind, which the manifest repeats.
Its loops are those that the compiled engine runs: of loops.py and joint_losses.py, and
what `templates` writes from the component's own source.
"""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from halfmoon.components.activations import ACTIVATIONS, Identity
from halfmoon.components.losses import LOSSES, SoftmaxCrossEntropy
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.registry import Component
from halfmoon.engines.browser.areas import SETTINGS
from halfmoon.engines.compiled import joint_losses, loops, templates

DTYPE = "float64"
# of loops.py; the others are for dropout and running averages
PLAIN = (
    "row_numbers", "gather", "all_finite", "combine", "dots", "gradient", "shuffle",
)  # fmt: skip
# the tutorial's is the first; the rest in the registry's order
ACTIVATION_NAMES = sorted(ACTIVATIONS, key=lambda name: name != "tanh")
# those that learn classes from ones and zeros; the others are of numbers
LOSS_NAMES = ["softmax_cross_entropy", "logistic_cross_entropy", "squared_error"]
RULE_NAMES = list(OPTIMIZERS)
NAMES = {
    "activations": ACTIVATION_NAMES,
    "losses": LOSS_NAMES,
    "rules": RULE_NAMES,
}


@dataclass(frozen=True)
class Carried:
    """A component in the module: its loops, and the numbers that these read.

    `text` is what `templates` has written for it, if it has.
    """

    text: str
    loops: dict[str, Any]
    first: float  # a number of its own
    settings: list[float]

    @property
    def numbers(self) -> list[float]:
        """The first number, and the settings, filled up with zeros."""
        return [self.first, *self.settings] + [0.0] * (SETTINGS - len(self.settings))


def activation(name: str) -> Carried:
    """f and df; the first number says whether df needs z."""
    act = ACTIVATIONS[name]()
    text, names = templates.activation(act, DTYPE)
    made = _module(name, text)
    two = {f"{name}.f": made.f, f"{name}.df": made.df}
    return Carried(text, two, float(made.needs_z), _values(act, names))


def loss(name: str) -> Carried:
    """Loss and link; the first number is of no use."""
    one = LOSSES[name]()
    if isinstance(one, SoftmaxCrossEntropy):
        text = ""
        value = joint_losses.softmax_cross_entropy
        link = joint_losses.softmax_link
        # one group; its size, the number of classes, is filled in when it is known
        settings = [one.smoothing, 1.0]
    else:
        text, names = templates.loss(one, DTYPE)
        made = _module(name, text)
        value = made.loss
        link = made.link
        settings = _values(one, names)
    both = {f"{name}.loss": value, f"{name}.link": link}
    return Carried(text, both, 0.0, settings)


def rule(name: str) -> Carried:
    """The step; the first number is the optimizer's own decay."""
    optimizer = OPTIMIZERS[name]()
    text, names = templates.rule(optimizer, DTYPE)
    made = _module(name, text)
    settings = _values(optimizer, names)
    step = {f"{name}.rule": made.rule}
    return Carried(text, step, optimizer.decay, settings)


def written(kind: str, name: str) -> str:
    """All that a component decides: its loops as text, and its numbers."""
    make = {"activations": activation, "losses": loss, "rules": rule}[kind]
    one = make(name)
    return f"{one.text}\n{one.numbers}"


def _module(name: str, text: str) -> ModuleType:
    """The module that this text makes."""
    module = ModuleType(name)
    exec(compile(text, f"<{name}>", "exec"), vars(module))
    return module


def _values(component: Component, names: list[str]) -> list[float]:
    """A component's settings, in the order in which its loops read them."""
    return [float(getattr(component, name)) for name in names]


_activations = [activation(name) for name in ACTIVATION_NAMES]
_losses = [loss(name) for name in LOSS_NAMES]
_rules = [rule(name) for name in RULE_NAMES]
_all = [*_activations, *_losses, *_rules]
# the table of functions, by name: the plain loops, and then each component's
LOOPS = {name: getattr(loops, name) for name in PLAIN}
for _carried in _all:
    LOOPS |= _carried.loops
FIRST_ACTIVATION = len(PLAIN)  # two each
FIRST_LOSS = FIRST_ACTIVATION + 2 * len(_activations)  # two each
FIRST_RULE = FIRST_LOSS + 2 * len(_losses)
# a row for each component
NUMBERS = [carried.numbers for carried in _all]
ACTIVATION_ROW = 0
LOSS_ROW = len(_activations)
RULE_ROW = LOSS_ROW + len(_losses)
# where there is nothing to compute
IDENTITY = [ACTIVATIONS[name] is Identity for name in ACTIVATION_NAMES].index(True)
SOFTMAX = LOSS_NAMES.index("softmax_cross_entropy")
