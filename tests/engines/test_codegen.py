"""Components of one's own become loops, or it is said why they cannot."""

import ast
import builtins
import importlib
import inspect
import textwrap
from dataclasses import dataclass
from functools import wraps

import numpy as np
import pytest

from engines.problems import (
    CLOSE,
    Y,
    assert_agree,
    assert_close,
    begun,
    by_reference,
    each_dtype,
    fit,
    plan,
    rows,
    task,
)
from halfmoon.arrays import elementary
from halfmoon.arrays.elementary import logistic
from halfmoon.components.activations import ACTIVATIONS, Activation
from halfmoon.components.losses import LOSSES, Loss
from halfmoon.components.optimizers import OPTIMIZERS, Optimizer
from halfmoon.engines.compiled import engine as compiled
from halfmoon.engines.predicting import predictor_of
from halfmoon.layers import Dense, Layer
from halfmoon.network import Network


@dataclass(frozen=True)
class Cubic(Activation):
    def f(self, z):
        return z + z**3 / 3

    def df(self, z, a):
        return 1 + z**2


@dataclass(frozen=True)
class LogCosh(Loss):
    def link(self, z):
        return z

    def value(self, z, y):
        return np.logaddexp(z - y, y - z) - np.log(2)

    def dz(self, z, y):
        return np.tanh(z - y)


@dataclass(frozen=True)
class SignDescent(Optimizer):
    def rule(self, g, slots, t):
        return np.sign(g), slots


@dataclass(frozen=True)
class Arctan(Activation):
    def f(self, z):
        return np.arctan(z)

    def df(self, z, a):
        return 1.0 / (1.0 + z * z)


@dataclass(frozen=True)
class Snake(Activation):
    """A setting that is an integer."""

    turns: int = 2

    def f(self, z):
        return z + np.sin(self.turns * z) ** 2 / self.turns

    def df(self, z, a):
        return 1.0 + 2.0 * np.sin(self.turns * z) * np.cos(self.turns * z)


def squared(z):
    """A helper beside the blocks."""
    return z * z


@dataclass(frozen=True)
class Helped(Activation):
    def f(self, z):
        return z / np.sqrt(1.0 + squared(z))

    def df(self, z, a):
        return (1.0 + squared(z)) ** -1.5


@dataclass(frozen=True)
class Methodical(Activation):
    share: float = 0.25

    def f(self, z):
        return self.mixed(z, logistic(z))

    def df(self, z, a):
        return self.mixed(1.0, logistic(z) * (1.0 - logistic(z)))

    def mixed(self, one, other):
        return self.share * one + (1.0 - self.share) * other


@dataclass(frozen=True)
class Masked(Activation):
    def f(self, z):
        return (z > 0) * z

    def df(self, z, a):
        return (z > 0) * np.ones_like(z)


@dataclass(frozen=True)
class Where(Activation):
    def f(self, z):
        return np.where(z > 0.5, 2.0 * z, z**3)

    def df(self, z, a):
        return np.where(z > 0.5, 2.0, 3.0 * z**2)


@dataclass(frozen=True)
class Cauchy(Loss):
    """A loss with a setting."""

    width: float = 1.5

    def link(self, z):
        return self.width * z

    def value(self, z, y):
        return np.log1p(((self.width * z - y) / self.width) ** 2)

    def dz(self, z, y):
        r = self.width * z - y
        return 2.0 * r * self.width / (self.width**2 + r * r)


@dataclass(frozen=True)
class Fading(Optimizer):
    """A rule with a slot that depends on t."""

    slots = 1

    def rule(self, g, slots, t):
        (m,) = slots
        m = m + (g - m) / t
        return m / (1.0 + t**0.5), (m,)


@dataclass(frozen=True)
class Retarded(Optimizer):
    """The direction asks for an old slot after the rule has named the new one."""

    slots = 1

    def rule(self, g, slots, t):
        (v,) = slots
        return g + 0.5 * v, (g,)


@dataclass(frozen=True)
class Chained(Optimizer):
    """A slot that asks for the old value of the one before it."""

    slots = 2

    def rule(self, g, slots, t):
        m, v = slots
        return g, (0.9 * m + g, v + m)


slope = 17.0


def enclosed(slope):
    """An activation that reads a number of the function around it.

    Outside there is another of the same name.
    """

    @dataclass(frozen=True)
    class Enclosed(Activation):
        def f(self, z):
            return slope * z

        def df(self, z, a):
            return slope + 0.0 * z

    return Enclosed()


SHIFT = -2.0


@dataclass(frozen=True)
class Shifted(Activation):
    """A power of a negative number from outside."""

    def f(self, z):
        return z * SHIFT**2

    def df(self, z, a):
        return SHIFT**2 + 0.0 * z


@dataclass(frozen=True)
class Banded(Activation):
    """Comparisons combined as NumPy combines them."""

    def f(self, z):
        inside = (z > -0.5) & (z < 0.5)
        outer = ~inside
        return (
            np.where(inside | (z > 2.0), z, 0.25 * z)
            + (z > 1.0) * (z < 2.0) * z
            + outer * 0.5
        )

    def df(self, z, a):
        inside = (z > -0.5) & (z < 0.5)
        return np.where(inside | (z > 2.0), 1.0, 0.25) + (z > 1.0) * (z < 2.0)


OWN_ACTIVATIONS = [
    Shifted(),
    Banded(),
    Cubic(),
    Arctan(),
    Snake(),
    Snake(3),
    Helped(),
    Methodical(),
    Methodical(0.5),
    Masked(),
    Where(),
]
OWN_ACTIVATIONS += [enclosed(0.5), enclosed(2.0)]


@pytest.mark.parametrize("act", OWN_ACTIVATIONS, ids=str)
@each_dtype
def test_activations_of_ones_own_are_compiled_and_agree(act, dtype):
    network = Network.dense([3, 5, 2], act, "squared_error", dtype=dtype)
    assert compiled.why_not(network, OPTIMIZERS.make("gd")) is None
    # float32's grows in three updates, and on some processors beyond CLOSE
    rounding = {"float32": 3e-5}.get(dtype)
    assert_agree(task(network, 17), begun(task(network)), plan(3), rounding)


@pytest.mark.parametrize("loss", [LogCosh(), Cauchy(), Cauchy(0.5)], ids=str)
@each_dtype
def test_losses_of_ones_own_are_compiled_and_agree(loss, dtype):
    network = Network.dense([3, 5, 2], "tanh", loss, dtype=dtype)
    assert compiled.why_not(network, OPTIMIZERS.make("gd")) is None
    assert_agree(task(network, 17, weights="outputs"), begun(task(network)), plan(3))
    network.predictor = predictor_of(compiled)
    data = rows(network, 40)
    assert_close(network.predict(data), by_reference(network, data), CLOSE[dtype])


@pytest.mark.parametrize(
    "rule", [SignDescent(), Fading(), Retarded(), Chained()], ids=str
)
@each_dtype
def test_optimizers_of_ones_own_are_compiled_and_agree(rule, dtype):
    network = Network.dense([3, 5, 2], "tanh", dtype=dtype)
    assert compiled.why_not(network, rule) is None
    problem = task(network, 17, 5, rule)
    assert_agree(problem, begun(problem, 4), plan(3))


class Doubling(Layer):
    """A layer that is not halfmoon's."""

    def __init__(self):
        super().__init__(2, 2)

    def forward(self, p, a0, ctx):
        return 2.0 * a0, lambda da, dp, need: 2.0 * da if need else None


class Offset(Dense):
    """A kind of Dense, but not Dense."""

    def forward(self, p, a0, ctx):
        return super().forward(p, a0 + 1.0, ctx)


@dataclass(frozen=True)
class Together(Loss):
    """Half the squared distance, a row's outputs together."""

    pointwise = False

    def link(self, z):
        return z

    def value(self, z, y):
        return 0.5 * ((z - y) ** 2).sum(axis=-1, keepdims=True)

    def dz(self, z, y):
        return z - y


@dataclass(frozen=True)
class Looping(Activation):
    def f(self, z):
        total = 0.0 * z
        for power in (1, 3):
            total = total + z**power
        return total

    def df(self, z, a):
        return 1.0 + 3.0 * z**2


@dataclass(frozen=True)
class Centred(Activation):
    def f(self, z):
        return z - z.mean()

    def df(self, z, a):
        return np.ones_like(z)


@dataclass(frozen=True)
class Highest(Activation):
    def f(self, z):
        return z - np.max(z)

    def df(self, z, a):
        return np.ones_like(z)


@dataclass(frozen=True)
class Counting(Activation):
    def f(self, z):
        return ((z > 0) + (z > 1)) * z

    def df(self, z, a):
        return np.where(z > 0, 1.0, 0.0)


def power_of(z, *, n=2.0):
    return z**n


@dataclass(frozen=True)
class Optional(Activation):
    def f(self, z):
        return power_of(z)

    def df(self, z, a):
        return 2.0 * z


@dataclass(frozen=True)
class Worded(Activation):
    kind: str = "odd"

    def f(self, z):
        return z if self.kind == "odd" else -z

    def df(self, z, a):
        return 1.0 + 0.0 * z


@dataclass(frozen=True)
class Recursive(Activation):
    def f(self, z):
        return self.power(z, 3)

    def df(self, z, a):
        return 3.0 * z**2

    def power(self, z, n):
        return z * self.power(z, n - 1) if n else 1.0


def halved(function):
    """A decorator that changes what a function gives, under its name."""

    @wraps(function)
    def half(*arguments):
        return 0.5 * function(*arguments)

    return half


@dataclass(frozen=True)
class Decorated(Activation):
    @halved
    def f(self, z):
        return z

    def df(self, z, a):
        return 0.5 + 0.0 * z


@dataclass(frozen=True)
class Branching(Optimizer):
    def rule(self, g, slots, t):
        if t > 1:
            return g, slots
        return 2.0 * g, slots


def unwritten():
    """An activation whose source is nowhere."""
    space = {"Activation": Activation, "__name__": "__main__"}
    lines = (
        "class Unwritten(Activation):\n def f(self, z): return 2.0 * z\n def df(self, "
        "z, a): return 2.0 + 0.0 * z\n"
    )
    exec(lines, space)
    return space["Unwritten"]()


NOT_COMPILED = {
    "a layer": (
        lambda: Network([Doubling(), Dense(2, 2)]),
        {},
        "Doubling has no compiled kernel",
    ),
    "a kind of Dense": (
        lambda: Network([Offset(2, 2)]),
        {},
        "Offset has no compiled kernel",
    ),
    "a loss of rows": (
        lambda: Network.dense([2, 2], loss=Together()),
        {},
        "Together .*pointwise",
    ),
    "no source": (
        lambda: Network.dense([2, 3, 2], unwritten()),
        {},
        "Unwritten .*source of f cannot be read",
    ),
    "a loop": (
        lambda: Network.dense([2, 3, 2], Looping()),
        {},
        "Looping .*for power in",
    ),
    "a mean": (lambda: Network.dense([2, 3, 2], Centred()), {}, "Centred .*mean"),
    "a word": (
        lambda: Network.dense([2, 3, 2], Worded()),
        {},
        "Worded .*kind is not a number",
    ),
    "a whole array": (
        lambda: Network.dense([2, 3, 2], Highest()),
        {},
        r"Highest .*np.max\(z\)",
    ),
    "a sum of comparisons": (
        lambda: Network.dense([2, 3, 2], Counting()),
        {},
        "Counting .*z > 0",
    ),
    "an optional argument": (
        lambda: Network.dense([2, 3, 2], Optional()),
        {},
        "Optional .*power_of has optional",
    ),
    "a recursion": (
        lambda: Network.dense([2, 3, 2], Recursive()),
        {},
        "Recursive .*recursion",
    ),
    "a decorator": (
        lambda: Network.dense([2, 3, 2], Decorated()),
        {},
        "Decorated .*f has optional arguments",
    ),
    "a branch": (
        lambda: Network.dense([2, 3, 2]),
        {"optimizer": Branching()},
        "Branching .*if t > 1",
    ),
}


@pytest.mark.parametrize(
    ("make", "options", "why"), NOT_COMPILED.values(), ids=NOT_COMPILED
)
def test_what_cannot_be_compiled_runs_on_numpy_and_says_why(make, options, why):
    network = make()
    other = make()
    target = np.eye(2)[Y] if isinstance(network.loss, Together) else Y
    run = fit(network, target, **options)
    assert run.engine == network.engine == "numpy"
    assert (
        pytest.approx(run.theta, abs=0)
        == fit(other, target, engine="numpy", **options).theta
    )
    with pytest.raises(
        ValueError,
        match=f"(?s)^engine='compiled' cannot run this: {why}.*use engine='auto'",
    ):
        fit(make(), target, engine="compiled", **options)
    with pytest.raises(ValueError, match=str(run.why).split("(")[0]):
        fit(make(), target, engine="compiled", **options)


def test_what_a_component_of_ones_own_refers_to_may_change(monkeypatch):
    def both():
        return [
            fit(Network.dense([2, 3, 2], Shifted()), engine=engine).theta
            for engine in ("compiled", "numpy")
        ]

    first = both()
    monkeypatch.setitem(globals(), "SHIFT", 0.5)
    second = both()
    assert_close(*first, 1e-12)
    assert_close(*second, 1e-12)
    assert abs(first[0] - second[0]).max() > 1e-3


def test_a_component_edited_on_disk_and_not_loaded_again_is_not_compiled(
    tmp_path, monkeypatch
):
    text = (
        "from halfmoon import Activation\nclass Edited(Activation):\n def f(self, z): "
        "return 2.0 * z\n"
    )
    text += " def df(self, z, a): return 2.0 + 0.0 * z\n"
    (tmp_path / "edited_component.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    act = importlib.import_module("edited_component").Edited()
    assert fit(Network.dense([2, 3, 2], act)).engine == "compiled"
    (tmp_path / "edited_component.py").write_text(
        text.replace("2.0 * z", "3.0 * z"), encoding="utf-8"
    )
    run = fit(Network.dense([2, 3, 2], act))
    assert run.engine == "numpy"
    assert "the source of f" in run.why
    assert "has changed since it was loaded" in run.why


# Our own components' sources keep to a small vocabulary

METHODS = {"f", "df", "link", "value", "dz", "rule"}
KNOWN = {name for name in vars(elementary) if not name.startswith("_")} | {"np"}
SOURCES = [
    pytest.param(getattr(component, method), id=f"{name}-{method}")
    for registry in (ACTIVATIONS, LOSSES, OPTIMIZERS)
    for name, component in registry.items()
    for method in sorted(METHODS & set(dir(component)))
]


def free_names(function):
    """Names that a function reads from outside.

    Without builtins, and without its module's constants that are floats.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    body = [node for statement in tree.body[0].body for node in ast.walk(statement)]
    names = [node for node in body if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    arguments = set(inspect.signature(function).parameters)
    module = vars(inspect.getmodule(function))
    constants = {name for name, value in module.items() if isinstance(value, float)}
    return read - bound - arguments - set(dir(builtins)) - constants


@pytest.mark.parametrize("function", SOURCES)
def test_a_source_uses_numpy_and_elementary_functions_only(function):
    """Itself, or by a plain function beside it."""
    for name in free_names(function) - KNOWN:
        helper = vars(inspect.getmodule(function)).get(name)
        assert inspect.isfunction(helper), name
        assert helper.__module__ == function.__module__, name
        assert free_names(helper) <= KNOWN


@pytest.mark.parametrize("function", SOURCES)
def test_a_source_never_writes_to_itself_or_its_arguments(function):
    taken = set(inspect.signature(function).parameters)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        targets = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign):
            targets = [node.target]
        for target in targets:
            root = target
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            writes = isinstance(node, ast.AugAssign) or root is not target
            of_argument = isinstance(root, ast.Name) and root.id in taken
            assert not (writes and of_argument), ast.unparse(node)
