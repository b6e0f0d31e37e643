"""What a component means is fixed when a fit begins."""

import copy
import functools
import importlib
import pickle
import subprocess
import sys
import types
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import pytest

import halfmoon.components.activations as builtins_of_halfmoon
from halfmoon import (
    Activation,
    Layer,
    Loss,
    Network,
    Optimizer,
    Schedule,
    Solver,
    check_gradients,
    train,
)
from halfmoon.components.activations import Tanh
from halfmoon.components.freezing import ChangeableError, freeze
from halfmoon.training.rate_finder import find_learning_rate

X = np.random.RandomState(0).normal(size=(40, 2))
Y = (X[:, :1] > 0) * 1.0
Z = np.linspace(-2.0, 2.0, 9)

SOURCE = """
import numpy as np
from dataclasses import dataclass
from halfmoon import Activation
SCALE = 2.0
def inner(z):
    return SCALE * z
@dataclass(frozen=True)
class Scaled(Activation):
    k: float = 1.5
    def f(self, z):
        return self.k * np.tanh(inner(z))
    def df(self, z, a):
        t = np.tanh(inner(z))
        return self.k * SCALE * (1.0 - t * t)
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of a user's, with a component in it."""
    (tmp_path / "users_component.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "users_component", raising=False)
    importlib.invalidate_caches()
    yield importlib.import_module("users_component")
    sys.modules.pop("users_component", None)


def change_a_number(module):
    module.SCALE = 5.0


def change_a_helper(module):
    module.inner = lambda z: z - 1.0


def change_the_class(module):
    module.Scaled.f = lambda self, z: z
    module.Scaled.df = lambda self, z, a: 1.0 + 0.0 * z


def change_the_file(module):
    path = module.__file__
    with open(path, "w", encoding="utf-8") as file:
        file.write(SOURCE.replace("np.tanh(inner(z))", "np.sin(inner(z))"))
    importlib.reload(module)


def forget_the_module(module):
    del sys.modules["users_component"]


CHANGES = [
    change_a_number,
    change_a_helper,
    change_the_class,
    change_the_file,
    forget_the_module,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_fitted_network_predicts_as_it_learned(module, change, engine):
    network = Network.dense([2, 3, 1], module.Scaled(), "squared_error")
    run = train(network, X, Y, epochs=2, engine=engine)
    W1, b1, W2, b2 = np.split(run.weights, [6, 9, 12])
    hidden = 1.5 * np.tanh(2.0 * (X @ W1.reshape(2, 3) + b1))
    expected = hidden @ W2.reshape(3, 1) + b2
    change(module)
    again = pickle.loads(pickle.dumps(network))
    for net in (network, copy.deepcopy(network), again):
        assert net.engine == engine
        np.testing.assert_allclose(net.predict(X), expected, rtol=1e-12)
        np.testing.assert_allclose(net.predict(X[:1]), expected[:1], rtol=1e-12)


def test_the_next_fit_takes_what_is_there_then(module):
    networks = [
        Network.dense([2, 3, 1], module.Scaled(), "squared_error") for _ in range(2)
    ]
    train(networks[0], X, Y, epochs=2)
    module.SCALE = 0.5
    networks[0].theta = networks[1].theta
    for network in networks:
        train(network, X, Y, epochs=2)
    assert np.array_equal(networks[0].theta, networks[1].theta)


def test_every_way_into_a_fit_fixes_it(module):
    class Broken(module.Scaled):
        def f(self, z):
            return z * CHANGEABLE[0]

    def network():
        return Network.dense([2, 3, 1], Broken(), "squared_error")

    for enter in (
        lambda: train(network(), X, Y),
        lambda: train(network(), X, Y, optimizer="lbfgs"),
        lambda: find_learning_rate(network(), X, Y),
        lambda: check_gradients(network(), X, Y),
        lambda: check_gradients(Broken()),
    ):
        with pytest.raises(ChangeableError, match="f of Broken reads CHANGEABLE"):
            enter()


# What a component may read

NUMBER = 3.0
WEIGHTS = np.array([0.5, 0.25])
PAIR = (2.0, (1.0, 4.0))
CHANGEABLE = [1.0, 2.0]
TABLE = {"a": 1.0}
STATE = types.SimpleNamespace(k=1.0)
RANDOM = np.random.RandomState(0)


def shifted(z, by=NUMBER, *, times=PAIR[0]):
    return times * z + by


vectorized = np.vectorize(lambda z: z * NUMBER if z > 0 else -z)
halved = functools.partial(shifted, by=0.5, times=0.5)


@functools.cache
def cached(n):
    return n * NUMBER


class Constants:
    K = 7.0


def plus_one(function):
    """A decorator."""

    @functools.wraps(function)
    def more(self, z):
        return function(self, z) + NUMBER

    return more


@dataclass(frozen=True)
class Base(Activation):
    k: float = 1.5
    power = 2.0

    def f(self, z):
        return self.k * shifted(z) + self.own(z) + self.still(z) + self.of_class(z)

    def df(self, z, a):
        return self.k + 0.0 * z

    def own(self, z):
        return z**self.power

    @staticmethod
    def still(z):
        return halved(z) * NUMBER

    @classmethod
    def of_class(cls, z):
        return cls.power * z

    @property
    def twice(self):
        return 2.0 * self.k * NUMBER


@dataclass(frozen=True)
class Derived(Base):
    shape: object = staticmethod(lambda z: z + NUMBER)
    weights: object = field(default_factory=lambda: np.array([1.0, 2.0]))
    inner: Activation = field(default_factory=Base)

    def f(self, z):
        return super().f(z) + self.twice + self.inner.f(z) + self.shape(z)

    def df(self, z, a):
        return np.polyval(self.weights, z)


class Plain(Activation):
    """Without @dataclass, and with a constructor."""

    def __init__(self, k):
        self.k = k

    f = lambda self, z: self.k * NUMBER * z  # noqa: E731

    @plus_one
    def df(self, z):
        return np.polyval(WEIGHTS, z) * vectorized(z)


class Reads(Activation):
    def f(self, z):
        return Constants.K * z + cached(2.0) + PAIR[1][1] + SELF.f(z)

    def df(self, z, a):
        def local(z):
            return z * NUMBER

        return local(z) + sum(NUMBER * c for c in (1.0, 2.0))


class Named(Activation):
    """Reads its own class by its name."""

    slope = 3.0

    @staticmethod
    def times(z):
        return z * Named.slope

    def f(self, z):
        return Named.times(z) if isinstance(self, Named) else z

    def df(self, z, a):
        return Named.slope + 0.0 * z


SELF = Base(0.5)


def enclosed(slope):
    class Enclosed(Activation):
        def f(self, z):
            return slope * z

        def df(self, z, a):
            return slope + 0.0 * z

    return Enclosed()


@pytest.mark.parametrize(
    "act",
    [Base(), Base(2.5), Derived(3.0), Plain(2.0), Reads(), Named(), enclosed(4.0)],
    ids=lambda act: type(act).__name__,
)
def test_what_a_component_reads_is_copied(act, monkeypatch):
    def values(act):
        return [act.f(Z), act.df(Z) if isinstance(act, Plain) else act.df(Z, Z)]

    expected = values(act)
    frozen = freeze(act)
    again = pickle.loads(pickle.dumps(frozen))
    monkeypatch.setitem(globals(), "NUMBER", 10.0)
    monkeypatch.setitem(globals(), "PAIR", (0.0, (0.0, 0.0)))
    monkeypatch.setitem(globals(), "SELF", Base(0.0))
    monkeypatch.setattr(Constants, "K", 0.0)
    monkeypatch.setattr(Named, "slope", 0.0)
    monkeypatch.setattr(Base, "own", lambda self, z: z)
    monkeypatch.setattr(Base, "power", 0.0)
    WEIGHTS[:] *= 2.0
    try:
        for fixed in (frozen, again, pickle.loads(pickle.dumps(again))):
            for value, right in zip(values(fixed), expected, strict=True):
                np.testing.assert_array_equal(value, right)
    finally:
        WEIGHTS[:] /= 2.0


def test_a_frozen_component_passes_for_the_original():
    act = Base(2.5)
    frozen = freeze(act)
    assert frozen == act
    assert act == frozen
    assert isinstance(frozen, Base)
    assert (repr(frozen), str(frozen), hash(frozen)) == (repr(act), str(act), hash(act))
    again = pickle.loads(pickle.dumps(frozen))
    assert again == act
    assert isinstance(again, Base)
    assert (repr(again), str(again)) == (repr(act), str(act))
    assert copy.deepcopy(frozen) is copy.copy(frozen) is frozen


def test_equal_components_have_equal_pickles():
    assert len({pickle.dumps(freeze(Derived(2.0))) for _ in range(3)}) == 1


def reading(name):
    """A component that reads something by its name."""
    space = {}
    exec(
        f"class Reading(Activation):\n  def f(self, z): return helper(z)\n"
        f"def helper(z): return z * {name}[0]",
        globals() | {"space": space},
        space,
    )
    space["Reading"].f.__globals__["helper"] = space["helper"]
    return space["Reading"]()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("CHANGEABLE", "list"),
        ("TABLE", "dict"),
        ("STATE", "SimpleNamespace"),
        ("RANDOM", "RandomState"),
    ],
)
def test_what_may_change_unnoticed_is_refused(name, kind):
    with pytest.raises(
        ChangeableError,
        match=f"^helper of Reading reads {name}, which is of type {kind} and may change"
        " after a fit; make it a field of Reading, or a number, tuple",
    ):
        freeze(reading(name))


COUNT = 0


def test_a_component_keeps_nothing_between_calls():
    class Counting(Activation):
        def f(self, z):
            global COUNT  # noqa: PLW0603
            COUNT += 1
            return z

    seen = 0.0

    class Enclosing(Activation):
        def f(self, z):
            nonlocal seen
            seen = z.max()
            return z

    class Importing(Activation):
        def f(self, z):
            from users_module import k

            return k * z

    for act, what in (
        (Counting(), "Counting sets COUNT"),
        (Enclosing(), "Enclosing sets seen"),
        (Importing(), "Importing imports users_module"),
    ):
        with pytest.raises(ChangeableError, match=f"^f of {what}, which "):
            freeze(act)


def test_what_its_arithmetic_does_not_read_may_be_anything():
    class Noted(Activation):
        notes = CHANGEABLE

        def __init__(self):
            self.given = list(CHANGEABLE)

        def f(self, z):
            return z * self.given[0]

    frozen = freeze(Noted())
    assert frozen.notes is CHANGEABLE
    np.testing.assert_array_equal(frozen.f(Z), Z)


def test_a_field_belongs_to_the_copy():
    table = [2.0]

    class Listed(Activation):
        def __init__(self):
            self.table = table

        def f(self, z):
            return z * self.table[0]

    frozen = freeze(Listed())
    table[0] = 3.0
    np.testing.assert_array_equal(frozen.f(Z), 2.0 * Z)


class Kind(Enum):
    SLOPED = 2.0


KIND = Kind.SLOPED


def test_fields_may_have_any_default():
    @dataclass(frozen=True)
    class Chosen(Activation):
        kind: Kind = Kind.SLOPED
        powers: frozenset[int] = frozenset({1})

        def f(self, z):
            assert self.kind is KIND
            return self.kind.value * sum(z**power for power in self.powers)

    for act in (Chosen(), Chosen(powers=frozenset({2}))):
        frozen = freeze(act)
        assert frozen == act
        assert str(frozen) == str(act)
        np.testing.assert_array_equal(frozen.f(Z), act.f(Z))


def test_a_class_that_reads_what_may_change_is_told_so():
    class Sloped(Activation):
        slopes = CHANGEABLE

        def f(self, z):
            return self.slopes[0] * z

    with pytest.raises(ChangeableError, match=r"^Sloped reads slopes, which is of"):
        freeze(Sloped())


# Halfmoon's own


def test_halfmoons_own_are_not_copied():
    act = Tanh()
    assert freeze(act) is act
    assert pickle.loads(pickle.dumps(act)).__class__ is Tanh
    network = Network.dense([2, 3, 1])
    layers = [*network.layers]
    network.freeze()
    assert all(new is old for new, old in zip(network.layers, layers, strict=True))


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_builtin_that_somebody_changed_means_what_it_says_now(monkeypatch, engine):
    def slope():
        network = Network([*Network.dense([2, 3, 1]).layers], "squared_error")
        before = network.theta.copy()
        train(network, X, Y, epochs=1, optimizer="gd", engine=engine)
        return (network.theta - before)[:6]

    first = slope()
    with monkeypatch.context() as patch:
        patch.setattr(
            builtins_of_halfmoon.Tanh, "df", lambda self, z, a: 2.0 * (1.0 - a * a)
        )
        np.testing.assert_allclose(slope(), 2.0 * first, rtol=1e-12)
    np.testing.assert_array_equal(slope(), first)


# Losses, optimizers and layers

FACTOR = 2.0


class Weighted(Loss):
    def link(self, z):
        return FACTOR * z

    def value(self, z, y):
        return 0.5 * (FACTOR * z - y) ** 2

    def dz(self, z, y):
        return FACTOR * (FACTOR * z - y)


class Times(Layer):
    def __init__(self, d):
        super().__init__(d, d)

    def forward(self, p, a0, ctx):
        return FACTOR * a0, lambda da, dp, need: FACTOR * da if need else None


class Slow(Optimizer):
    def rule(self, g, slots, t):
        return g / FACTOR, slots


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_losses_and_layers_are_fixed_too(monkeypatch, engine):
    layers = [Times(2), *Network.dense([2, 3, 1]).layers]
    for network in (
        Network(layers, "squared_error"),
        Network.dense([2, 3, 1], loss=Weighted()),
    ):
        train(network, X, Y, epochs=2, engine=engine, optimizer=Slow())
        before = network.predict(X)
        with monkeypatch.context() as patch:
            patch.setitem(globals(), "FACTOR", 3.0)
            np.testing.assert_array_equal(network.predict(X), before)
            again = pickle.loads(pickle.dumps(network))
            np.testing.assert_array_equal(again.predict(X), before)
            assert isinstance(network.layers[0], Layer)


class Divided(Schedule):
    def factor(self, progress):
        return np.full(np.shape(progress.epoch), 1.0 / FACTOR)


class Dividing(Solver):
    """Divides the parameters, and again after someone has seen that."""

    def minimize(self, fit, run):
        run.theta = run.theta / FACTOR
        fit.progress(run)
        run.theta = run.theta / FACTOR
        run.stopped = "converged"


@pytest.mark.parametrize("name", ["schedule", "decay_schedule", "dropout_schedule"])
def test_a_schedule_is_fixed_when_a_fit_begins(monkeypatch, name):
    def change(network, run):
        monkeypatch.setitem(globals(), "FACTOR", 5.0)

    options = {name: Divided(), "decay": 0.1, "epochs": 4, "optimizer": "adamw"}
    thetas = []
    for callback in (lambda network, run: False, change):
        network = Network.dense([2, 3, 1], loss="squared_error", dropout=0.5)
        train(network, X, Y, callbacks=[callback], **options)
        thetas.append(network.theta)
    np.testing.assert_array_equal(*thetas)


def test_a_solver_is_fixed_when_a_fit_begins(monkeypatch):
    def change(run):
        monkeypatch.setitem(globals(), "FACTOR", 5.0)

    network = Network.dense([2, 3, 1], loss="squared_error")
    before = network.theta
    train(network, X, Y, optimizer=Dividing(), progress=change)
    np.testing.assert_array_equal(network.theta, before / 4.0)


@pytest.mark.slow
def test_a_component_of_a_script_is_read_where_the_script_is_not(tmp_path):
    script = (
        SOURCE
        + """
import pickle, sys
from halfmoon import Network, train
network = Network.dense([2, 3, 1], Scaled(2.5), "squared_error")
train(network, np.ones((4, 2)), np.ones(4), epochs=2)
expected = network.predict(np.ones((1, 2)))
SCALE = 0.5
pickle.dump((network, expected, Scaled(2.5)), sys.stdout.buffer)
"""
    )
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, check=True
    )
    network, expected, act = pickle.loads(done.stdout)
    np.testing.assert_array_equal(network.predict(np.ones((1, 2))), expected)
    np.testing.assert_array_equal(act.f(Z), 2.5 * np.tanh(0.5 * Z))
