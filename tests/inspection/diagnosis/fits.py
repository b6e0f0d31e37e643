"""Small fits to be diagnosed, and the data that they learn from."""

import functools
from typing import Any, NamedTuple

import numpy as np
import pytest

from halfmoon import datasets
from halfmoon.components.losses import LOSSES
from halfmoon.inspection.diagnosis import RULES, Diagnosis, Finding, diagnose
from halfmoon.inspection.diagnosis.case import Case, WeightedRows
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.settings import Settings
from halfmoon.training.train import train

N = 240


class Fit(NamedTuple):
    """A fitted network with all that a diagnosis is given."""

    network: Network
    history: History
    X: Any
    y: Any
    options: dict[str, Any]

    def diagnose(self, **changed) -> Diagnosis:
        options = self.options | changed
        return diagnose(self.network, self.history, self.X, self.y, **options)

    def finding(self, name) -> Finding | None:
        """What breaks the rule of this name, or None; no other rule is checked."""
        case = self.case()
        rule = RULES[name]
        with np.errstate(all="ignore"):
            return rule.check(case) if rule.applies(case) else None

    def case(self) -> Case:
        """What the rules see."""
        network = self.network
        validation = self.options.get("validation")
        held_out = None
        if validation is not None:
            held_out = WeightedRows.of(network.read(*validation))
        return Case(
            network,
            self.history,
            WeightedRows.of(network.read(self.X, self.y, self.options.get("w"))),
            held_out,
            self.options.get("settings"),
            [f"column {index}" for index in range(network.d)],
        )

    def validated_by(self, X, y) -> "Fit":
        """The same fit, diagnosed with other validation rows."""
        return self._replace(options=self.options | {"validation": (X, y)})


def fitted(
    X,
    y,
    hidden=(8,),
    act="tanh",
    loss="softmax_cross_entropy",
    *,
    validation=None,
    w=None,
    watch=True,
    by_history_alone=False,
    plant=None,
    names=None,
    seed=0,
    dtype=np.float64,
    initializer=None,
    dropout=0.0,
    **settings,
):
    """A fit by an optimizer, or by L-BFGS where optimizer is None.

    `plant` may spoil the network afterwards. Without `watch` the fit does not see the
    validation data, only the diagnosis; `by_history_alone` it is the other way round.
    """
    kind = LOSSES.make(loss)
    sizes = [np.shape(X)[1], *hidden, outputs(kind, y)]
    network = Network.dense(
        sizes,
        act,
        kind,
        initializer=initializer,
        dropout=dropout,
        dtype=dtype,
        seed=seed,
    )
    data = {"w": w, "validation": validation if watch else None}
    used = None
    if settings.get("optimizer", "") is None:
        solver = Settings(**(settings | {"optimizer": "lbfgs"}))
        run = train(network, X, y, settings=solver, **data)
    else:
        usual = {"epochs": 100, "learning_rate": 0.01, "batch_size": 32}
        used = Settings(**(usual | settings))
        run = train(network, X, y, settings=used, **data)
    if plant is not None:
        plant(network.views(network.theta))
    options = {
        "settings": used,
        "validation": None if by_history_alone else validation,
        "w": w,
        "names": names,
    }
    return Fit(network, run.history, X, y, options)


def outputs(loss, y):
    """How many raw predictions a row of these targets needs."""
    if loss.target == "classes":
        return loss.outputs(len(np.unique(y)))
    return loss.outputs(np.ndim(y) and np.reshape(y, (len(y), -1)).shape[1])


def recipe(*arguments, diverges=False, **options):
    """A function that makes this fit when first called, and keeps it.

    Who changes the fit works on a copy.
    """

    @functools.cache
    def make():
        if diverges:
            with pytest.warns(RuntimeWarning, match="diverged"):
                return fitted(*arguments, **options)
        return fitted(*arguments, **options)

    return make


def with_validation(X, y, *arguments, rows=N, validation_w=None, **options):
    """A recipe in which the first rows are learned from, and the others validate."""
    validation = (X[rows:], y[rows:])
    if validation_w is not None:
        validation = (*validation, validation_w)
    return recipe(X[:rows], y[:rows], *arguments, validation=validation, **options)


def unfitted(X, y, loss="softmax_cross_entropy", k=None):
    """A network of one layer, as it began.

    For rules that do not ask how well it fits.
    """
    k = k or (len(np.unique(y)) if LOSSES.make(loss).target == "classes" else 1)
    return Fit(Network.dense([X.shape[1], k], [], loss), History(), X, y, {})


# Data


def points(name, n=N, noise=0.2, seed=0):
    return datasets.make(name, n=n, noise=noise, seed=seed)


def normal(d=4, n=N, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng


def linear(d=4, n=N, noise=0.3, seed=0):
    X, rng = normal(d, n, seed)
    return X, X @ np.linspace(-1.0, 1.0, d) + noise * rng.normal(size=n)


def votes(d=6, n=N, seed=0):
    """Two classes by a noisy sum of columns, none of which is enough."""
    X, rng = normal(d, n, seed)
    return X, (X[:, 0] + X[:, 1] * X[:, 2] + 0.5 * rng.normal(size=n) > 0.0).astype(int)


def labels(d=5, n=N, seed=0):
    X, rng = normal(d, n, seed)
    return X, (X[:, :3] + X[:, 1:4] + 0.5 * rng.normal(size=(n, 3)) > 0.0).astype(int)


def counts(d=4, n=N, seed=0):
    X, rng = normal(d, n, seed)
    return X, rng.poisson(np.exp(0.5 + 0.5 * X[:, 0] - 0.4 * X[:, 1]))


def table(n=N, seed=0):
    """Columns of all kinds: normal, one-hot, rare, counts, shares."""
    X, rng = normal(3, n, seed)
    y = (X[:, 0] + 0.5 * rng.normal(size=n) > 0.0).astype(int)
    rare = np.arange(n) % 40 == 0
    return np.c_[
        X,
        np.eye(3)[rng.integers(0, 3, n)],
        rare,
        rng.poisson(2.0, n),
        rng.uniform(size=n),
    ], y


def random_labels(n=60, d=10, seed=0):
    """Classes that have nothing to do with the columns."""
    X, rng = normal(d, n, seed)
    return X, rng.integers(0, 2, n)


def with_column(X, y, column, index=1):
    """One more column, at this index."""
    return np.insert(X, index, column, axis=1), y


def scaled(X, y, factor, *columns):
    """Some columns multiplied by a factor."""
    X = X.copy()
    X[:, columns] *= factor
    return X, y


def shifted(X, y, by, column):
    """A number added to one column."""
    X = X.copy()
    X[:, column] += by
    return X, y


# The data of many fits. Who changes them works on a copy.
MOONS = points("moons")
WAVE = points("wave")
VOTES = votes()
LINE = linear()
LABELS = labels()
COUNTS = counts()
