"""Small problems for the engines, and how their answers are compared."""

import dataclasses

import numpy as np
import pytest

from halfmoon import datasets
from halfmoon.components.losses import LOSSES, Quantiles
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.engines import reference
from halfmoon.engines.compiled import engine as compiled
from halfmoon.engines.compiled import tables
from halfmoon.engines.contract import Plan, Problem, State
from halfmoon.layers import Dense, Dropout, Scaling
from halfmoon.network import Network
from halfmoon.training.history import SCHEMA
from halfmoon.training.train import train

CLOSE = {"float64": 1e-12, "float32": 1e-5}
X, Y = datasets.make("moons", 60, 0.2, 0)
# the kernels are one source for both: the quick run tries one
each_dtype = pytest.mark.parametrize(
    "dtype", ["float64", pytest.param("float32", marks=pytest.mark.slow)]
)


def specs(registry):
    """Every component in the registry as text: with its defaults, and with others."""
    found = []
    for name in registry:
        fields = [
            (f.name, f.metadata["rule"], f.default)
            for f in dataclasses.fields(registry[name])
        ]
        values = (0.3, 0.6, 2.0, (3, 2, 4), (0.2, 0.5, 0.7, 0.9))
        other = {
            key: next(v for v in values if rule.allows(v) and v != old)
            for key, rule, old in fields
        }
        found += [str(registry[name]()), str(registry[name](**other))]
    return list(dict.fromkeys(found))


def outputs(loss, wanted=2):
    """How many scores a network needs for this loss."""
    return LOSSES.make(loss).outputs(wanted)


def truth(network, n, rng):
    """Something for the network's loss to aim at."""
    loss = network.loss
    k = network.k
    columns = k // len(loss.levels) if isinstance(loss, Quantiles) else k
    return {
        "classes": lambda: rng.integers(0, loss.classes(k), (n, len(loss.classes(k)))),
        "labels": lambda: rng.integers(0, 2, (n, k)),
        "counts": lambda: rng.poisson(1.0, (n, k)),
        "real": lambda: rng.normal(size=(n, columns)),
    }[loss.target]()


def task(
    network,
    n=40,
    batch_size=None,
    optimizer="gd",
    weights="rows",
    data_seed=0,
    **options,
):
    """A problem for a network: n rows, some of weight 0.

    `weights` is "rows", "outputs" (where the loss allows it), or None.
    """
    rng = np.random.default_rng(data_seed)
    inputs = rng.normal(size=(n, network.d))
    y = truth(network, n, rng)
    columns = network.k if weights == "outputs" and network.loss.pointwise else 1
    w = None
    if weights is not None:
        w = rng.uniform(0.5, 2.0, (n, columns)) * (np.arange(n)[:, None] % 5 != 1)
    data = network.read(inputs, y, w)
    size = min(batch_size or n, n)
    # with a decay, so that a plan may ask for one
    options = {"optimizer": OPTIMIZERS.make(optimizer), "decay": 1.0, **options}
    return Problem(network, *data, batch_size=size, **options)


def begun(problem, t=0):
    """A state after t updates.

    Slots that hold something keep the rules from magnifying rounding.
    """
    rng = np.random.default_rng(t)
    theta = problem.network.theta
    draw = np.zeros((problem.optimizer.slots, 1))
    if t > 0:
        draw = rng.uniform(0.5, 1.5, (problem.optimizer.slots, len(theta)))
    slots = [(theta * 0 + one).astype(theta.dtype) for one in draw]
    average = None if problem.average is None else theta * 0.9
    return State(theta.copy(), slots, average, t)


def plan(count=1, eta=0.1, decay=0.0, dropout=1.0, g_factor=1.0):
    numbers = (eta, decay, dropout, g_factor)
    return Plan(*(np.zeros(count) + value for value in numbers))


def carried_out(engine, problem, start, todo):
    """The state and the measurements after the planned updates; `start` stays."""
    state = State(
        start.theta.copy(), [s.copy() for s in start.slots], start.average, start.t
    )
    return state, engine.run(problem, state, todo)


def assert_close(actual, expected, tolerance, what=""):
    """Relative to the size of the largest entry expected, or to 1."""
    assert np.shape(actual) == np.shape(expected)
    assert np.asarray(actual).dtype == np.asarray(expected).dtype
    size = max(1.0, float(np.abs(expected).max())) if np.size(expected) else 1.0
    np.testing.assert_allclose(
        actual, expected, rtol=0, atol=tolerance * size, err_msg=what
    )


def assert_agree(problem, start, todo, tolerance=None):
    """Both engines measure the same and come to the same state, which is returned."""
    tolerance = tolerance or CLOSE[problem.network.dtype.name]
    (state, seen), (expected, measured) = (
        carried_out(e, problem, start, todo) for e in (compiled, reference)
    )
    for name in ("loss", "penalty", "norm"):
        assert_close(getattr(seen, name), getattr(measured, name), tolerance, name)
    assert_close(state.theta, expected.theta, tolerance, "theta")
    assert_close(
        state.theta - start.theta, expected.theta - start.theta, tolerance, "step"
    )
    for one, other in zip(state.slots, expected.slots, strict=True):
        assert_close(one, other, tolerance, "slots")
    assert (state.average is None) == (expected.average is None)
    if expected.average is not None:
        assert_close(state.average, expected.average, tolerance, "average")
    assert (state.t, seen.diverged) == (expected.t, measured.diverged)
    assert_close(
        state.last_finite.theta,
        expected.last_finite.theta,
        tolerance,
        "last finite state",
    )
    return state


DEEP = [
    Dropout(6, 0.2),
    Dense(6, 9, "gelu"),
    Dense(9, 20, "leaky_relu:slope=0.3", rate_factor=0.5),
]
DEEP += [Dropout(20, 0.5), Dense(20, 7, "mish"), Dense(7, 3, rate_factor=2.0)]
ODD = {
    "dropout last": [Dense(3, 4, "tanh"), Dense(4, 2), Dropout(2, 0.3)],
    "dropout twice": [
        Dropout(3, 0.2),
        Dropout(3, 0.3),
        Dense(3, 4, "silu"),
        Dropout(4, 0.2),
        Dropout(4, 0.3),
        Dense(4, 2),
    ],
    "dropout on wide inputs": [Dropout(80, 0.3), Dense(80, 4, "tanh"), Dense(4, 2)],
    "rate 0": [Dropout(3, 0.0), Dense(3, 2)],
    "a factor 0": [Dense(3, 4, "tanh", rate_factor=0.0), Dense(4, 2)],
    "wide and alone": [Dense(90, 2)],
    "wide and thin": [Dense(90, 1, "tanh"), Dense(1, 2)],
    "a scaling in front": [Scaling(3, 6.0), Dense(3, 4, "tanh"), Dense(4, 2)],
    "a scaling of wide inputs": [Scaling(80, 6.0), Dense(80, 4, "tanh"), Dense(4, 2)],
    "a scaling alone": [Scaling(3), Dense(3, 2)],
    "scalings above dropout": [
        Dropout(60, 0.3),
        Scaling(60, 0.5),
        Dense(60, 13, "silu"),
        Dropout(13, 0.2),
        Scaling(13),
        Dense(13, 2),
    ],
    "linear": [Dense(3, 20), Dense(20, 20), Dense(20, 2)],
}
TUNINGS = {
    "thin products": {"THIN": 10**6},
    "no thin products": {"THIN": 0},
    "flat products": {"THIN": 0, "FLAT": 0},
    "all inputs are narrow": {"NARROW": 10**6},
    "all inputs are wide": {"NARROW": 0},
    "small ranges": {"RANGE_SIZE": 5},
    "small blocks": {"BLOCK_ROWS": 5},
    "shares": {"SHARED_WORK": 0.0, "SHARE_ROWS": 4},
    "shares, blocks and ranges": {
        "SHARED_WORK": 0.0,
        "SHARE_ROWS": 4,
        "RANGE_SIZE": 5,
        "BLOCK_ROWS": 2,
        "THIN": 8,
    },
}
each_tuning = pytest.mark.parametrize("tuning", TUNINGS.values(), ids=TUNINGS)


def tune(tuning, monkeypatch):
    """As though these were the sizes that pay on this machine."""
    for name, value in tuning.items():
        monkeypatch.setattr(tables, name, value)


SEVERAL = [*DEEP[:-1], Dense(7, 9)]
CUT = {"deep": DEEP, "shallower": DEEP[1:], "several class variables": SEVERAL}
CUT |= {name: ODD[name] for name in ("wide and alone", "wide and thin")}
CUT["scalings"] = ODD["scalings above dropout"]


def classifier(layers, **options):
    """A network that tells one class variable, or in SEVERAL three."""
    loss = "softmax_cross_entropy"
    if layers is SEVERAL:
        loss = "softmax_cross_entropy:sizes=3/2/4,smoothing=0.1"
    return Network(layers, loss, **options)


COUNTED = [name for name in SCHEMA.names if name != "seconds"]


def trained(
    sizes=(3, 8, 2),
    activation="tanh",
    loss="softmax_cross_entropy",
    dtype="float64",
    **options,
):
    """A network after a short fit by the compiled engine."""
    network = Network.dense(
        [*sizes[:-1], outputs(loss, sizes[-1])],
        activation,
        loss,
        dtype=dtype,
        **options,
    )
    problem = task(network, 40)
    run = train(
        network,
        problem.X,
        problem.y,
        optimizer="gd",
        learning_rate=0.01,
        epochs=3,
        engine="compiled",
    )
    assert run.engine == network.engine == "compiled"
    return network


def rows(network, n, seed=1):
    return np.random.default_rng(seed).normal(size=(n, network.d))


def by_reference(network, data, link=True):
    return reference.predict(network, network.theta, data, link)


def fit(network, loss_y=Y, **options):
    return train(network, X, loss_y, **{"optimizer": "gd", "epochs": 2, **options})
