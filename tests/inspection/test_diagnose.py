"""The doctor: silent on sound fits, right about sick ones, and cures that cure."""

import dataclasses
import inspect
import re
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_array
from sklearn.metrics import roc_auc_score

from halfmoon import datasets
from halfmoon.components.activations import Activation
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.estimators.mlp import MLPClassifier, MLPRegressor
from halfmoon.inspection.diagnosis import DISEASES, Case, Diagnosis, Rows, diagnose
from halfmoon.inspection.diagnosis import data as of_data
from halfmoon.inspection.diagnosis import fit as of_fit
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.settings import Settings
from halfmoon.training.train import train

PARAMETERS = {field.name for field in dataclasses.fields(Settings)}
for estimator in (MLPClassifier, MLPRegressor):
    PARAMETERS |= set(inspect.signature(estimator).parameters)
N = 240


class Fit(NamedTuple):
    """A fitted network with all that the doctor is told."""

    network: Network
    history: History
    X: Any
    y: Any
    options: dict[str, Any]

    def diagnose(self, **changed):
        return diagnose(
            self.network, self.history, self.X, self.y, **(self.options | changed)
        )

    def verdict(self, disease):
        found = [
            verdict
            for verdict in self.diagnose().verdicts
            if verdict.disease == disease
        ]
        assert len(found) <= 1
        return found[0] if found else None

    def case(self):
        settings = self.options.get("settings")
        names = [str(i) for i in range(self.network.d)]
        validation = self.options.get("validation")
        held = None if validation is None else Rows.of(self.network.read(*validation))
        rows = Rows.of(self.network.read(self.X, self.y, self.options.get("w")))
        return Case(self.network, self.history, rows, held, settings, names)


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
    plant=None,
    names=None,
    seed=0,
    dtype=np.float64,
    initializer=None,
    dropout=0.0,
    **settings,
):
    """A fit by an optimizer, or by L-BFGS where optimizer is None; `plant` may spoil
    the network afterwards.

    Without `watch` the validation data are kept for the doctor.
    """
    kind = LOSSES.make(loss)
    columns = (
        len(np.unique(y))
        if kind.target == "classes"
        else np.ndim(y) and np.reshape(y, (len(y), -1)).shape[1]
    )
    sizes = [np.shape(X)[1], *hidden, kind.outputs(columns)]
    options = {"dtype": dtype, "seed": seed}
    network = Network.dense(
        sizes, act, kind, initializer=initializer, dropout=dropout, **options
    )
    seen = validation if watch else None
    made = None
    if settings.get("optimizer", "") is None:
        solver = Settings(**(settings | {"optimizer": "lbfgs"}))
        run = train(network, X, y, w=w, validation=seen, settings=solver)
    else:
        made = Settings(
            **({"epochs": 100, "learning_rate": 0.01, "batch_size": 32} | settings)
        )
        run = train(network, X, y, w=w, validation=seen, settings=made)
    if plant is not None:
        plant(network.views(network.theta))
    return Fit(
        network,
        run.history,
        X,
        y,
        {"settings": made, "validation": validation, "w": w, "names": names},
    )


def unfitted(X, y, loss="softmax_cross_entropy", k=None):
    """A network as it began, without a layer between, for rules that do not ask how
    well it fits.
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


def parted(make, held=200, **options):
    """Training data, and validation data of the same kind."""
    X, y = make(n=N + held, **options)
    return X[:N], y[:N], (X[N:], y[N:])


def split(make, *arguments, held=200, **settings):
    X, y, validation = parted(make, held)
    return fitted(X, y, *arguments, validation=validation, **settings)


SOUND = {
    "moons": lambda: fitted(*points("moons")),
    "moons, tutorial cured": lambda: fitted(
        *points("moons"),
        (3,),
        optimizer="gd",
        learning_rate=0.5,
        batch_size=None,
        epochs=2000,
        l2=5e-5,
    ),
    "moons, relu": lambda: fitted(*points("moons"), (16, 16), "relu", dtype=np.float32),
    "moons, deep": lambda: fitted(
        *points("moons"), (12, 12, 12, 12), "gelu", learning_rate=0.003
    ),
    "moons, wide": lambda: fitted(
        *points("moons"), (200,), "relu", optimizer="momentum", learning_rate=0.02
    ),
    "moons, dropout": lambda: fitted(
        *points("moons"), (32,), "relu", dropout=[0.0, 0.3]
    ),
    "moons, one logistic output": lambda: fitted(
        *points("moons"), loss="logistic_cross_entropy"
    ),
    "moons, L-BFGS": lambda: fitted(
        *points("moons"), optimizer=None, l2=1e-3, epochs=500
    ),
    "moons, watched": lambda: split(
        lambda n: points("moons", n), (16,), "silu", patience=20
    ),
    "moons, weights": lambda: fitted(
        *points("moons"), w=np.tile([0.5, 2.0, 1.0], N // 3)
    ),
    "circles": lambda: fitted(*points("circles", noise=0.1), (16,), "tanh", epochs=200),
    "circles, nesterov": lambda: fitted(
        *points("circles", noise=0.1), (16,), "elu", optimizer="nesterov", epochs=300
    ),
    "circles, L-BFGS, float32": lambda: fitted(
        *points("circles", noise=0.1), (16,), optimizer=None, l2=1e-3, dtype=np.float32
    ),
    "blobs, far apart": lambda: fitted(
        *points("blobs", noise=0.1), optimizer="gd", learning_rate=0.1
    ),
    "blobs, five": lambda: fitted(
        *points("blobs:classes=5", noise=0.3), (16,), "mish", optimizer="adamw"
    ),
    "blobs, two, apart by one column": lambda: fitted(
        *points("blobs:classes=2", noise=0.1), act="logistic"
    ),
    "blobs, imbalanced": lambda: fitted(
        *(part[60:] for part in points("blobs:classes=2", noise=0.4))
    ),
    "spiral": lambda: fitted(
        *points("spiral", noise=0.03), (32, 32), "relu", epochs=400
    ),
    "spiral, three arms": lambda: fitted(
        *points("spiral:arms=3", noise=0.03),
        (32,),
        "tanh",
        epochs=600,
        learning_rate=0.03,
        batch_size=None,
    ),
    "xor": lambda: fitted(*points("xor", noise=0.0), (16,), "softplus", epochs=300),
    "xor, rmsprop": lambda: fitted(
        *points("xor", noise=0.0),
        (16,),
        "leaky_relu",
        optimizer="rmsprop",
        learning_rate=0.003,
        epochs=200,
    ),
    "wave": lambda: fitted(*points("wave"), (32,), "tanh", "squared_error", epochs=400),
    "wave, absolute error": lambda: fitted(
        *points("wave"), (32, 16), "tanh", "absolute_error", epochs=300
    ),
    "wave, huber": lambda: fitted(
        *points("wave"), (32, 16), "selu", "huber", optimizer="nadam", epochs=200
    ),
    "wave, quantiles": lambda: fitted(
        *points("wave"), (32, 16), "gelu", "quantiles", epochs=200
    ),
    "wave, one quantile": lambda: fitted(
        *points("wave"), (32, 16), "silu", "pinball:level=0.9", epochs=200
    ),
    "wave, L-BFGS": lambda: fitted(
        *points("wave"),
        (16,),
        "tanh",
        "squared_error",
        optimizer=None,
        epochs=200,
        l2=1e-4,
    ),
    "wave, cosine": lambda: fitted(
        *points("wave"),
        (32,),
        "tanh",
        "squared_error",
        schedule="cosine",
        epochs=400,
        dtype=np.float32,
    ),
    "line": lambda: fitted(*linear(), (), "identity", "squared_error"),
    "line, lion": lambda: fitted(
        *linear(), (8,), "tanh", "squared_error", optimizer="lion", learning_rate=0.001
    ),
    "line, two targets": lambda: fitted(
        linear()[0],
        np.c_[linear()[1], -linear(seed=1)[1] + linear()[0][:, 0]],
        (16,),
        "relu",
        "squared_error",
        optimizer="adagrad",
        learning_rate=0.05,
    ),
    "line, watched": lambda: split(
        linear, (16,), "relu", "squared_error", patience=20, l2=1e-3
    ),
    "votes": lambda: split(votes, (8,), "relu", l2=1e-2, patience=10),
    "votes, one-cycle": lambda: fitted(
        *votes(), (16,), "tanh", schedule="one_cycle", l2=1e-3
    ),
    "labels": lambda: split(
        labels, (8,), "tanh", "logistic_cross_entropy", patience=10, l2=1e-2
    ),
    "labels, weights of outputs": lambda: fitted(
        *labels(),
        (8,),
        "relu",
        "logistic_cross_entropy",
        l2=1e-2,
        w=np.tile([[1.0, 0.5, 2.0], [0.0, 1.0, 1.0]], (N // 2, 1)),
    ),
    "counts": lambda: fitted(*counts(), (8,), "tanh", "poisson", l2=1e-3),
    "counts, watched": lambda: split(
        counts, (8,), "relu", "poisson", patience=10, l2=1e-2, learning_rate=0.003
    ),
    "table": lambda: fitted(*table(), (16,), "relu", names=list("abcdefghi")),
    "table, watched": lambda: split(table, (16,), "tanh", patience=15, l2=1e-2),
    "noise, values": lambda: fitted(
        normal()[0], normal(seed=1)[0][:, 0], (4,), "tanh", "squared_error", l2=0.1
    ),
    "noise, classes": lambda: fitted(
        normal()[0], np.random.default_rng(1).integers(0, 2, N), (4,), l2=0.1
    ),
    "few rows": lambda: fitted(*points("moons", n=30), batch_size=None, epochs=300),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_fit_gets_no_verdict(name):
    fit = SOUND[name]()
    found = fit.diagnose()
    assert not found, str(found)
    assert len(found) == 0
    loss = fit.history["loss"]
    assert loss[-1] < loss[0], "a fit that learned nothing would prove nothing"
    absent = (
        ["learning rate too high", "learning rate too low"]
        if fit.options["settings"] is None
        else []
    )
    absent += ["validation set too small"] if fit.options["validation"] is None else []
    assert found.examined == [name for name in DISEASES if name not in absent]
    assert str(found) == f"No disease found: looked for {', '.join(found.examined)}."


def test_there_are_enough_sound_fits():
    assert len(SOUND) >= 40


# Planted diseases


def bias(place, units, value):
    """Spoil the biases of the first `units` units of a layer."""

    def plant(views):
        views[place].b[:units] = value

    return plant


def blown_up(factor):
    def plant(views):
        views[0].W[...] *= factor

    return plant


def negative(views):
    """Weights under which no positive input wakes a unit."""
    views[0].W[...] = -np.abs(views[0].W)
    views[0].b[...] = 0.0


@dataclasses.dataclass(frozen=True)
class Softsign(Activation):
    """a = z / (1 + |z|)."""

    def f(self, z):
        return z / (1.0 + np.abs(z))

    def df(self, z, a):
        return 1.0 / (1.0 + np.abs(z)) ** 2


def positive(n=N):
    X, y = points("moons", n)
    return X - X.min(axis=0) + 0.1, y


def scaled(X, y, factor, *columns):
    X = X.copy()
    X[:, columns] *= factor
    return X, y


def shifted(X, y, by, column):
    X = X.copy()
    X[:, column] += by
    return X, y


def with_column(X, y, column, place=1):
    return np.insert(X, place, column, axis=1), y


def diverged(*arguments, **options):
    with pytest.warns(RuntimeWarning, match="diverged"):
        return fitted(*arguments, **options)


def random_labels(n=60, d=10, seed=0):
    X, rng = normal(d, n, seed)
    return X, rng.integers(0, 2, n)


def overfitted(make, rows, *arguments, **options):
    X, y = make(n=rows + 200)
    return fitted(
        X[:rows], y[:rows], *arguments, validation=(X[rows:], y[rows:]), **options
    )


def early(rows, make=lambda n: points("moons", n), w=None, **options):
    """A fit with few validation rows, whatever they weigh."""
    X, y = make(n=N + rows)
    held = (X[N:], y[N:]) if w is None else (X[N:], y[N:], w)
    return fitted(X[:N], y[:N], validation=held, **options)


def only_history(fit):
    """The doctor is told of validation by the history alone."""
    return fit._replace(options=fit.options | {"validation": None})


FULL = {"batch_size": None, "epochs": 2000}
PLANTED = {
    "dead units": {
        "6 of 8 relu units": (
            r"^6 of 8 units of Dense 1 \(relu\) .* 240 rows",
            lambda: fitted(*points("moons"), act="relu", plant=bias(0, 6, -100.0)),
        ),
        "upper layer, elu": (
            r"^7 of 10 units of Dense 2 \(elu\)",
            lambda: fitted(*points("moons"), (8, 10), "elu", plant=bias(1, 7, -1e3)),
        ),
        "gelu, float32": (
            r"^3 of 5 units of Dense 1 \(gelu\)",
            lambda: fitted(
                *points("wave"),
                (5,),
                "gelu",
                "squared_error",
                dtype=np.float32,
                plant=bias(0, 3, -200.0),
            ),
        ),
        "softplus under dropout": (
            r"^4 of 4 units of Dense 1",
            lambda: fitted(
                *votes(), (4,), "softplus", dropout=[0.0, 0.1], plant=bias(0, 4, -50.0)
            ),
        ),
        "negative weights": (
            r"^8 of 8 units of Dense 1",
            lambda: fitted(*positive(), act="relu", plant=negative),
        ),
        "steps too long": (
            r"of 16 units of Dense 1 \(relu\)",
            lambda: fitted(
                *points("wave"), (16,), "relu", "squared_error", learning_rate=1.0
            ),
        ),
        "L-BFGS": (
            r"^5 of 8 units of Dense 1 \(selu\)",
            lambda: fitted(
                *points("moons"),
                (8,),
                "selu",
                optimizer=None,
                l2=1e-3,
                plant=bias(0, 5, -80.0),
            ),
        ),
    },
    "saturated units": {
        "weights blown up": (
            "of 8 units of Dense 1",
            lambda: fitted(*points("spiral"), (8,), plant=blown_up(1e4)),
        ),
        "logistic, upper layer": (
            r"^5 of 8 units of Dense 2 \(logistic\)",
            lambda: fitted(
                *points("moons"), (6, 8), "logistic", plant=bias(1, 5, 60.0)
            ),
        ),
        "huge inputs": (
            "of 16 units of Dense 1",
            lambda: fitted(*scaled(*points("spiral"), 1e3, 0, 1), (16,)),
        ),
        "steps too long": (
            "of 16 units of Dense 1",
            lambda: fitted(*points("moons"), (16,), learning_rate=3.0),
        ),
        "softsign of one's own": (
            r"^8 of 8 units of Dense 1 \(Softsign\)",
            lambda: fitted(
                *points("wave"),
                (8,),
                Softsign(),
                "squared_error",
                plant=bias(0, 8, -1e4),
            ),
        ),
        "one side": (
            r"^3 of 4 units of Dense 1 \(tanh\)",
            lambda: fitted(
                *linear(), (4,), "tanh", "squared_error", plant=bias(0, 3, 40.0)
            ),
        ),
    },
    "learning rate too high": {
        "the tutorial": (
            "rate 2 is 2.*, over 2:",
            lambda: fitted(
                *points("moons"),
                (3,),
                optimizer="gd",
                learning_rate=2.0,
                batch_size=None,
                epochs=20000,
            ),
        ),
        "momentum at the edge": (
            "over 3:",
            lambda: fitted(
                *points("moons"),
                (3,),
                optimizer="momentum:beta=0.5",
                learning_rate=3.0,
                batch_size=None,
                epochs=20000,
            ),
        ),
        "nesterov at the edge": (
            "over 1.5:",
            lambda: fitted(
                *points("moons"),
                (3,),
                optimizer="nesterov:beta=0.5",
                learning_rate=2.0,
                batch_size=None,
                epochs=20000,
            ),
        ),
        "adam": ("rate 1", lambda: fitted(*points("moons"), (16,), learning_rate=1.0)),
        "gd in batches": (
            "rate 10",
            lambda: fitted(*points("moons"), (16,), optimizer="gd", learning_rate=10.0),
        ),
        "rmsprop": (
            "rate 0.3",
            lambda: fitted(
                *points("wave"),
                (16,),
                "tanh",
                "squared_error",
                optimizer="rmsprop",
                learning_rate=0.3,
            ),
        ),
        "an explosion that left ruins": (
            "the loss was once",
            lambda: fitted(
                *points("wave", 300, 0.3),
                (16,),
                "relu",
                "squared_error",
                learning_rate=0.3,
                batch_size=None,
                epochs=500,
            ),
        ),
        "jumps alone": (
            "the loss rose by",
            lambda: fitted(
                *points("wave", 300, 0.3),
                (16,),
                "tanh",
                "squared_error",
                optimizer="rmsprop",
                learning_rate=0.1,
            ),
        ),
        "lion": (
            "rate 0.1",
            lambda: fitted(
                *points("wave"),
                (16,),
                "relu",
                "squared_error",
                optimizer="lion",
                learning_rate=0.1,
            ),
        ),
        "diverged": (
            "rate 3",
            lambda: diverged(
                *points("wave"),
                (16,),
                "tanh",
                "squared_error",
                optimizer="gd",
                learning_rate=3.0,
                **FULL,
            ),
        ),
        "diverged at once": (
            "rate 3",
            lambda: diverged(
                *points("wave"),
                (16,),
                "relu",
                "squared_error",
                optimizer="gd",
                learning_rate=3.0,
            ),
        ),
        "adamw, float32": (
            "rate 1.$",
            lambda: fitted(
                *labels(),
                (16,),
                "relu",
                "logistic_cross_entropy",
                optimizer="adamw",
                learning_rate=1.0,
                dtype=np.float32,
            ),
        ),
    },
    "learning rate too low": {
        "adam": (
            "^An update is .*e-0[67]",
            lambda: fitted(*points("moons"), (16,), learning_rate=1e-6),
        ),
        "gd": (
            "An update",
            lambda: fitted(
                *points("moons"), (3,), optimizer="gd", learning_rate=1e-4, **FULL
            ),
        ),
        "gd in batches": (
            "An update",
            lambda: fitted(*points("moons"), (16,), optimizer="gd", learning_rate=1e-5),
        ),
        "momentum": (
            "An update",
            lambda: fitted(
                *votes(), (16,), "relu", optimizer="momentum", learning_rate=1e-5
            ),
        ),
        "lion": (
            "An update",
            lambda: fitted(
                *linear(),
                (16,),
                "tanh",
                "squared_error",
                optimizer="lion",
                learning_rate=1e-7,
            ),
        ),
        "rmsprop": (
            "An update",
            lambda: fitted(
                *counts(),
                (16,),
                "relu",
                "poisson",
                optimizer="rmsprop",
                learning_rate=1e-6,
                dtype=np.float64,
            ),
        ),
        "adamw, watched": (
            "An update",
            lambda: split(
                lambda n: points("circles", n),
                (16,),
                optimizer="adamw",
                learning_rate=2e-6,
            ),
        ),
    },
    "unscaled inputs": {
        "one column in thousands": (
            "^Off scale: column 2; column 2 has mean",
            lambda: fitted(*scaled(*votes(), 1e3, 2), (8,)),
        ),
        "years": (
            "^Off scale: column 1; .* mean 2e.03",
            lambda: fitted(*shifted(*votes(), 2000.0, 1), (8,), "relu"),
        ),
        "all in hundreds": (
            "^Off scale: column 0, column 1, column 2, column 3;",
            lambda: fitted(
                *scaled(*linear(), 100.0, 0, 1, 2, 3), (8,), "tanh", "squared_error"
            ),
        ),
        "one column tiny": (
            "^Off scale: f; f has mean",
            lambda: fitted(*scaled(*votes(), 1e-4, 5), (8,), names=list("abcdef")),
        ),
        "offset beside its spread": (
            "^Off scale: column 0; column 0 has mean 5 and standard deviation 0.0",
            lambda: fitted(*shifted(*scaled(*votes(), 0.02, 0), 5.0, 0), (8,)),
        ),
        "unlike": (
            "^Off scale: column 3;",
            lambda: fitted(*scaled(*scaled(*votes(), 9.0, 0), 0.03, 3), (8,)),
        ),
        "all tiny": (
            "^Off scale: column 0, column 1, column 2, column 3;",
            lambda: fitted(*scaled(*linear(), 1e-3, 0, 1, 2, 3), (8,), "tanh", "huber"),
        ),
        "bytes": (
            "^Off scale: column 0, column 1, column 2, column 3, column 4 and 3 more;",
            lambda: fitted(
                np.round(np.random.default_rng(0).uniform(0, 255, (N, 8))),
                np.arange(N) % 2,
                (8,),
                "relu",
            ),
        ),
    },
    "unscaled target": {
        "thousands": (
            "deviation 1.4",
            lambda: fitted(
                linear()[0],
                1e3 * linear()[1],
                (8,),
                "relu",
                "squared_error",
                learning_rate=1e-3,
            ),
        ),
        "offset": (
            "mean 500",
            lambda: fitted(
                linear()[0], 500.0 + linear()[1], (8,), "tanh", "squared_error"
            ),
        ),
        "prices": (
            "mean 2.*e.05 and",
            lambda: fitted(
                linear()[0], 2e5 + 1e5 * linear()[1], (8,), "relu", "absolute_error"
            ),
        ),
        "second of two": (
            "y has mean",
            lambda: fitted(
                linear()[0],
                np.c_[linear()[1], 1e4 * linear()[1]],
                (8,),
                "relu",
                "huber",
            ),
        ),
        "quantiles": (
            "deviation",
            lambda: fitted(linear()[0], 300.0 * linear()[1], (8,), "tanh", "quantiles"),
        ),
        "tiny": (
            "deviation 0.0",
            lambda: fitted(
                linear()[0],
                1e-3 * linear()[1],
                (32,),
                "relu",
                "squared_error",
                optimizer="gd",
                learning_rate=1e-3,
                epochs=30,
            ),
        ),
    },
    "constant columns": {
        "zeros": (
            "all 240 rows: column 1.$",
            lambda: fitted(*with_column(*votes(), 0.0)),
        ),
        "ones": (
            ": column 0.$",
            lambda: fitted(*with_column(*votes(), 1.0, 0), act="relu"),
        ),
        "two of them": (
            ": b, e.$",
            lambda: fitted(
                *with_column(*with_column(*votes(), 0.0), 0.5, 4),
                names=list("abcdefgh"),
            ),
        ),
        "float32": (
            ": column 1.$",
            lambda: fitted(
                *with_column(*linear(), 0.1),
                (8,),
                "tanh",
                "squared_error",
                dtype=np.float32,
            ),
        ),
        "but for a row without weight": (
            "all 239 rows: column 1.$",
            lambda: fitted(
                *with_column(*votes(), np.eye(1, N)[0]), w=1.0 - np.eye(1, N)[0]
            ),
        ),
    },
    "leaking column": {
        "copy of the class": (
            "^column 1 alone has an AUC of 1.0000",
            lambda: fitted(*with_column(*votes(), votes()[1])),
        ),
        "noisy copy": (
            "^column 3 alone",
            lambda: fitted(
                *with_column(*votes(), votes()[1] + 0.1 * normal(1)[0][:, 0], 3)
            ),
        ),
        "value": (
            "^column 1 alone",
            lambda: fitted(
                *with_column(*linear(), linear()[1]), (8,), "tanh", "squared_error"
            ),
        ),
        "its logarithm": (
            "^column 1 alone",
            lambda: fitted(
                *with_column(*linear(), np.log(9.0 + linear()[1])),
                (8,),
                "relu",
                "squared_error",
            ),
        ),
        "two copies": (
            "^a, c alone",
            lambda: fitted(
                *with_column(*with_column(*votes(), votes()[1]), -votes()[1], 0),
                names=list("abcdefgh"),
            ),
        ),
        "one label of three": (
            "^column 1 alone",
            lambda: fitted(
                *with_column(*labels(), 2 - labels()[1][:, 1]),
                (8,),
                "tanh",
                "logistic_cross_entropy",
            ),
        ),
        "classes in another order": (
            "^column 1 alone",
            lambda: fitted(
                *with_column(
                    normal()[0], np.arange(N) % 3, np.array([1, 2, 0])[np.arange(N) % 3]
                )
            ),
        ),
        "counts": (
            "^column 1 alone",
            lambda: fitted(
                *with_column(*counts(), counts()[1] / 7.0), (8,), "tanh", "poisson"
            ),
        ),
    },
    "validation set too small": {
        "5 rows": ("^5 rows", lambda: early(5)),
        "15 rows, watched": ("^15 rows", lambda: early(15, watch=True, act="relu")),
        "200 rows, of which 6 weigh": (
            "^6 rows",
            lambda: early(200, w=np.repeat([1.0, 1e-6], [6, 194])),
        ),
        "values": (
            "^10 rows",
            lambda: early(10, linear, hidden=(8,), loss="squared_error"),
        ),
        "labels": (
            "^18 rows",
            lambda: early(18, labels, hidden=(8,), loss="logistic_cross_entropy"),
        ),
        "weak signal": (
            "^30 rows",
            lambda: early(
                30, lambda n: linear(4, n, noise=1.5), hidden=(8,), loss="squared_error"
            ),
        ),
        "the doctor's alone": (
            "^30 rows",
            lambda: early(30, votes, hidden=(16,), watch=False),
        ),
    },
    "overfitting": {
        "random labels": (
            "training",
            lambda: overfitted(
                random_labels, 60, (64,), "relu", watch=False, epochs=300
            ),
        ),
        "few rows, L-BFGS": (
            "training",
            lambda: overfitted(
                lambda n: votes(20, n),
                60,
                (16,),
                optimizer=None,
                epochs=300,
                watch=False,
            ),
        ),
        "noise of values": (
            "training",
            lambda: overfitted(
                lambda n: linear(4, n, noise=2.0),
                60,
                (64, 64),
                "relu",
                "squared_error",
                watch=False,
                epochs=400,
            ),
        ),
        "watched for too long": (
            "epochs after the best",
            lambda: overfitted(lambda n: votes(10, n), 80, (64,), "relu", epochs=600),
        ),
        "by the history alone": (
            "epochs after the best",
            lambda: only_history(
                overfitted(lambda n: votes(10, n), 80, (64,), "relu", epochs=600)
            ),
        ),
        "labels": (
            "training",
            lambda: overfitted(
                lambda n: labels(8, n),
                50,
                (64,),
                "tanh",
                "logistic_cross_entropy",
                watch=False,
                epochs=400,
            ),
        ),
        "counts": (
            "training",
            lambda: overfitted(
                lambda n: counts(8, n),
                50,
                (64,),
                "relu",
                "poisson",
                watch=False,
                epochs=400,
            ),
        ),
    },
    "underfitting": {
        "penalty": (
            "of the best constant's loss 0.693",
            lambda: fitted(*points("moons"), (16,), l2=1.0),
        ),
        "a line for circles": (
            "by simple means 0.6",
            lambda: fitted(*points("circles"), (), "identity"),
        ),
        "a line for a wave": (
            "is explained",
            lambda: fitted(
                *points("wave", noise=0.1), (), "identity", "absolute_error"
            ),
        ),
        "two epochs": (
            "is explained",
            lambda: fitted(
                *points("moons"),
                (16,),
                "relu",
                seed=2,
                optimizer="gd",
                learning_rate=0.003,
                epochs=8,
            ),
        ),
        "no start": (
            "is explained",
            lambda: fitted(*points("moons"), (16,), initializer="zeros"),
        ),
        "dead": (
            "is explained",
            lambda: fitted(*points("spiral"), (8,), "relu", plant=bias(0, 8, -100.0)),
        ),
        "penalty on counts": (
            "is explained",
            lambda: fitted(*counts(), (8,), "tanh", "poisson", l2=5.0),
        ),
    },
}


def sick(disease, name):
    """The planted fit."""
    return PLANTED[disease][name][1]()


CASES = [
    pytest.param(disease, name, id=f"{disease}: {name}")
    for disease in PLANTED
    for name in PLANTED[disease]
]


@pytest.mark.parametrize(("disease", "name"), CASES)
def test_a_planted_disease_is_found_with_its_number_rule_and_remedy(disease, name):
    pattern, make = PLANTED[disease][name]
    fit = make()
    verdict = fit.verdict(disease)
    assert verdict is not None, str(fit.diagnose())
    assert re.search(pattern, verdict.finding), verdict.finding
    assert np.isfinite(verdict.number)
    assert f"{verdict.number:.3g}" in str(verdict)
    for text in (verdict.rule, verdict.finding, verdict.remedy):
        assert text.endswith(".") or text.endswith(").")
        assert len(text.split()) > 3
    assert set(re.findall(r"\w+", verdict.remedy)) & PARAMETERS, verdict.remedy
    assert set(re.findall(r"(\w+)=", verdict.remedy)) <= PARAMETERS, verdict.remedy


def test_each_disease_is_planted_in_five_ways_at_least():
    assert set(PLANTED) == set(DISEASES)
    assert min(map(len, PLANTED.values())) >= 5


@pytest.mark.parametrize("disease", DISEASES)
def test_a_rule_is_a_sentence_with_its_threshold(disease):
    fit = sick(disease, next(iter(PLANTED[disease])))
    rule = fit.verdict(disease).rule
    assert rule[0].isupper()
    assert "\n" not in rule
    assert re.search(r"\d|half|fifth|tenth|two", rule), rule


# Numbers, against others' computations


def test_the_share_of_dead_units_is_counted_by_hand():
    fit = sick("dead units", "steps too long")
    first = fit.network.views(fit.network.theta)[0]
    dead = [
        all(row @ first.W[:, unit] + first.b[unit] <= 0.0 for row in fit.X)
        for unit in range(16)
    ]
    assert fit.verdict("dead units").number == sum(dead) / 16


def test_the_share_of_saturated_units_is_counted_by_hand():
    fit = sick("saturated units", "steps too long")
    first = fit.network.views(fit.network.theta)[0]
    a = np.tanh(fit.X @ first.W + first.b)
    assert (
        fit.verdict("saturated units").number
        == ((1.0 - a**2 < 0.005).mean(axis=0) >= 0.95).mean()
    )


@pytest.mark.parametrize(
    ("act", "sides"),
    [
        ("relu", 1),
        ("elu", 1),
        ("gelu", 1),
        ("softplus", 1),
        ("mish", 1),
        ("tanh", 2),
        ("logistic", 2),
        (Softsign(), 2),
        ("leaky_relu", 0),
        ("identity", 0),
    ],
)
def test_flat_sides_are_recognised(act, sides):
    network = Network.dense([4, 8, 2], act)
    fit = Fit(network, History(), *votes(4), {})
    assert [units[1] for units in fit.case().units] == [sides, 0]


@pytest.mark.parametrize(
    "name", ["the tutorial", "momentum at the edge", "nesterov at the edge"]
)
def test_sharpness_is_the_largest_eigenvalue_of_the_hessian(name):
    fit = sick("learning rate too high", name)
    network = fit.network
    settings = fit.options["settings"]
    X, y, w = network.read(fit.X, fit.y)

    def hessian(theta):
        steps = 1e-5 * np.eye(network.size)
        gradients = [
            network.objective(theta + s, X, y, w).g
            - network.objective(theta - s, X, y, w).g
            for s in steps
        ]
        return np.array(gradients) / 2e-5

    edge = of_fit._edge(fit.case())
    case = fit.case()
    across = (
        network.theta
        - 2.0
        * settings.learning_rate
        / edge
        * network.objective(network.theta, X, y, w).g
    )
    sharpest = max(
        np.linalg.eigvalsh(hessian(at)).max() for at in (network.theta, across)
    )
    assert fit.verdict("learning rate too high").number == pytest.approx(
        settings.learning_rate * sharpest, rel=0.02
    )
    assert settings.learning_rate * sharpest > edge
    assert case.rate == settings.learning_rate


@pytest.mark.parametrize(
    "optimizer",
    ["gd", "momentum", "momentum:beta=0.3", "nesterov", "nesterov:beta=0.5"],
)
def test_the_edge_is_where_steps_on_a_parabola_begin_to_grow(optimizer):
    settings = Settings(optimizer=optimizer)
    rule = OPTIMIZERS.make(optimizer)
    case = dataclasses.replace(
        Fit(Network.dense([4, 8, 2]), History(), *votes(4), {}).case(),
        settings=settings,
    )
    edge = of_fit._edge(case)
    for factor, grows in ((0.98, False), (1.02, True)):
        x = np.ones(1)
        slots = [np.zeros(1)] * rule.slots
        for t in range(1, 2000):
            u, slots = rule.rule(x, slots, t)  # of x^2 / 2, whose curvature is 1
            x = x - factor * edge * u
        assert (abs(x[0]) > 1.0) == grows, (factor, x)


@pytest.mark.parametrize(
    "changed",
    [
        {"clip": 1.0},
        {"batch_size": 32},
        {"l1": 0.1},
        {"schedule": "cosine"},
        {"average": 0.9},
        {"decay": 0.1},
        {"optimizer": "adam"},
        {"optimizer": "adamw"},
    ],
    ids=str,
)
def test_no_edge_is_known_for_other_fits(changed):
    case = Fit(Network.dense([4, 8, 2]), History(), *votes(4), {}).case()
    assert (
        of_fit._edge(dataclasses.replace(case, settings=Settings(optimizer="gd")))
        == 2.0
    )
    assert (
        of_fit._edge(
            dataclasses.replace(
                case, settings=Settings(**({"optimizer": "gd"} | changed))
            )
        )
        is None
    )


BEST = {
    "softmax_cross_entropy": (
        votes,
        lambda y: -np.log(np.bincount(y) / len(y)) @ (np.bincount(y) / len(y)),
    ),
    "logistic_cross_entropy": (
        labels,
        lambda y: sum(-m * np.log(m) - (1 - m) * np.log(1 - m) for m in y.mean(axis=0)),
    ),
    "squared_error": (linear, lambda y: y.var() / 2.0),
    "absolute_error": (linear, lambda y: np.abs(y - np.median(y)).mean()),
    "pinball:level=0.9": (
        linear,
        lambda y: np.maximum(
            0.9 * (y - (q := np.quantile(y, 0.9))), -0.1 * (y - q)
        ).mean(),
    ),
    "quantiles": (
        linear,
        lambda y: sum(
            np.maximum(p * (y - (q := np.quantile(y, p))), (p - 1.0) * (y - q)).mean()
            for p in (0.1, 0.5, 0.9)
        ),
    ),
    "poisson": (
        counts,
        lambda y: (
            y.mean() - y * np.log(y.mean()) + y * np.log(np.maximum(y, 1)) - y
        ).mean(),
    ),
}


@pytest.mark.parametrize("loss", BEST)
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_the_best_constants_loss_is_that_of_shares_means_and_quantiles(loss, scale):
    make, best = BEST[loss]
    X, y = make()
    y = scale * y + scale if LOSSES.make(loss).target == "real" else y
    columns = 2 if loss.startswith("softmax") else np.reshape(y, (len(y), -1)).shape[1]
    fit = unfitted(X, y, loss, LOSSES.make(loss).outputs(columns))
    assert fit.case().start == pytest.approx(best(y), rel=1e-3)


def test_a_threshold_is_judged_by_its_area_under_the_curve():
    rng = np.random.default_rng(0)
    for shift in (0.0, 0.5, -1.0, 4.0):
        x = rng.normal(size=80).round(1)
        y = rng.integers(0, 2, 80)
        x = x + shift * y
        area = roc_auc_score(y, x)
        assert of_data._parted(x, y) == pytest.approx(max(area, 1.0 - area))


def test_a_validation_sets_standard_error_is_the_spread_over_many_such_sets():
    X, y = linear(4, 6_000, noise=1.0)
    fit = fitted(
        X[:N],
        y[:N],
        (8,),
        "tanh",
        "squared_error",
        validation=(X[N : N + 19], y[N : N + 19]),
        watch=False,
    )
    told = []
    scores = []
    for start in range(N, 6_000 - 19, 19):
        held = (X[start : start + 19], y[start : start + 19])
        residual = (fit.network.predict(held[0])[:, 0] - held[1]) ** 2
        scores.append(1.0 - residual.mean() / ((held[1] - y[:N].mean()) ** 2).mean())
        found = fit.diagnose(validation=held).verdicts
        small = [
            verdict
            for verdict in found
            if verdict.disease == "validation set too small"
        ]
        # under 20 rows are always too few
        assert [verdict.number for verdict in small] == [19.0]
        told.append(float(small[0].finding.rsplit("give or take ")[1].rstrip(".")))
    assert np.mean(told) == pytest.approx(np.std(scores), rel=0.2)


def test_what_can_be_learned_is_told_from_noise():
    def learnable(X, y):
        return of_fit._learnable(unfitted(X, y, "squared_error").case().all)

    noise = [
        learnable(X, rng.normal(size=200))
        for X, rng in (normal(5, 200, seed) for seed in range(40))
    ]
    assert np.abs(noise).max() < 0.2
    assert abs(np.mean(noise)) < 0.04
    for seed in range(20):
        assert learnable(*points("xor", 200, 0.0, seed)) > 0.6
        assert 0.8 < learnable(*linear(30, 200, 0.3, seed)) <= 1.0


# Cures


def again(fit, name, text):
    """The same fit, with one of the estimators' parameters changed as the
    remedy says.
    """
    network = fit.network
    settings = fit.options["settings"]
    options = {}
    sizes = [layer.k for layer in network.layers[:-1] if layer.shapes]
    act = str(network.layers[0].act)
    if name == "learning_rate_init":
        settings = dataclasses.replace(settings, learning_rate=float(text))
    elif name == "max_iter":
        settings = dataclasses.replace(settings, epochs=int(text))
    elif name == "alpha":
        settings = dataclasses.replace(settings, l2=float(text) / len(fit.X))
    elif name == "activation":
        act = text.strip("'")
    elif name == "hidden_layer_sizes":
        sizes = [int(size) for size in re.findall(r"\d+", text)]
        act = "relu" if act == "identity" else act
    network = Network.dense(
        [network.d, *sizes, network.k],
        act,
        network.loss,
        dtype=network.dtype,
        **options,
    )
    run = train(network, fit.X, fit.y, settings=settings)
    return Fit(network, run.history, fit.X, fit.y, fit.options | {"settings": settings})


CURABLE = [
    *[
        ("learning rate too high", name, "learning_rate_init")
        for name in PLANTED["learning rate too high"]
    ],
    *[
        ("learning rate too low", name, "learning_rate_init")
        for name in PLANTED["learning rate too low"]
    ],
    *[
        ("dead units", name, "activation")
        for name in PLANTED["dead units"]
        if name not in ("softplus under dropout", "L-BFGS")
    ],
    *[
        ("overfitting", name, "alpha")
        for name in ("random labels", "noise of values", "labels", "counts")
    ],
    ("underfitting", "penalty", "alpha"),
    ("underfitting", "penalty on counts", "alpha"),
    ("underfitting", "a line for circles", "hidden_layer_sizes"),
    ("underfitting", "a line for a wave", "hidden_layer_sizes"),
    ("underfitting", "two epochs", "max_iter"),
]


def advised(verdict, parameter):
    """The value that a remedy gives to a parameter, as text."""
    return re.search(parameter + r"=('\w+'|\([^)]*\)|[\d.e+-]*\d)", verdict.remedy)[1]


@pytest.mark.parametrize(("disease", "name", "parameter"), CURABLE)
def test_the_remedy_cures(disease, name, parameter):
    fit = sick(disease, name)
    for _ in range(3):  # a tenth of the rate may still be too much
        if (verdict := fit.verdict(disease)) is None:
            return
        fit = again(fit, parameter, advised(verdict, parameter))
    assert fit.verdict(disease) is None, str(verdict)


@pytest.mark.parametrize("name", PLANTED["unscaled inputs"])
def test_standardised_inputs_get_no_verdict(name):
    fit = sick("unscaled inputs", name)
    X = (fit.X - fit.X.mean(axis=0)) / fit.X.std(axis=0)
    assert fit._replace(X=X).verdict("unscaled inputs") is None


@pytest.mark.parametrize(
    "name", ["thousands", "offset", "prices", "second of two", "quantiles"]
)
def test_a_standardised_target_gets_no_verdict(name):
    fit = sick("unscaled target", name)
    y = (fit.y - fit.y.mean(axis=0)) / fit.y.std(axis=0)
    run = train(fit.network, fit.X, y, settings=fit.options["settings"])
    assert fit._replace(y=y, history=run.history).verdict("unscaled target") is None


def test_a_larger_validation_set_is_large_enough():
    fit = sick("validation set too small", "weak signal")
    again = []
    X, y = linear(4, 8000, noise=1.5)
    for start in range(600, 7000, 30):
        found = fit.diagnose(
            validation=(X[start : start + 30], y[start : start + 30])
        ).verdicts
        if wanted := [
            verdict.remedy
            for verdict in found
            if verdict.disease == "validation set too small"
        ]:
            assert re.match(
                (
                    r"Set validation_fraction=0\.\d+, about \d+ "
                    r"rows|Cross-validate, .*: \d+ rows"
                ),
                wanted[0],
            )
            rows = int(re.search(r"(\d+) rows", wanted[0])[1])
            larger = fit.diagnose(
                validation=(X[start : start + rows], y[start : start + rows])
            ).verdicts
            again.append(
                "validation set too small" in [verdict.disease for verdict in larger]
            )
    assert len(again) > 100
    assert np.mean(again) < 0.2


# Silence where nothing can be told


def test_an_easy_problem_is_no_leak():
    rng = np.random.default_rng(0)
    y = np.arange(N) % 2
    many = rng.normal(size=(N, 6)) + 12.0 * y[:, None]  # every column tells it
    two = np.c_[
        rng.normal(size=(N, 4)),
        y + 0.01 * rng.normal(size=N),
        y + 0.28 * rng.normal(size=N),
    ]  # and a good second
    for X in (many, two, np.c_[y, rng.normal(size=N)]):
        fit = unfitted(X, y)
        assert fit.verdict("leaking column") is None
    few = with_column(*(part[:40] for part in votes()), votes()[1][:40])
    assert unfitted(*few).verdict("leaking column") is None


def test_noise_columns_are_never_leaks():
    for seed in range(50):
        X, rng = normal(40, 60, seed)
        fit = unfitted(X, (rng.uniform(size=60) < 0.1).astype(int))
        assert fit.verdict("leaking column") is None


@pytest.mark.parametrize(
    ("name", "units", "loss", "rate", "epochs"),
    [
        ("moons", 3, "softmax_cross_entropy", 1.5, 200),
        ("spiral", 24, "softmax_cross_entropy", 1.5, 600),
        ("wave", 16, "squared_error", 0.4, 200),
    ],
)
def test_a_network_at_the_edge_that_still_learns_is_left_alone(
    name, units, loss, rate, epochs
):
    options = {
        "optimizer": "gd",
        "learning_rate": rate,
        "batch_size": None,
        "epochs": epochs,
    }
    fit = fitted(*points(name), (units,), "tanh", loss, **options)
    case = fit.case()
    theta = fit.network.theta
    across = theta - rate * of_fit._gradient(case, theta)
    assert (
        rate * max(of_fit._sharpness(case, theta), of_fit._sharpness(case, across))
        > 2.0
    )
    assert not fit.diagnose()


def test_sharp_units_of_a_network_that_predicts_well_are_left_alone():
    X, y = points("blobs:classes=2", noise=0.05)
    fit = fitted(X, y, (4,), plant=blown_up(1e3))
    assert (of_fit._flat(fit.case(), 2, 0.95)[1]) > 2
    assert fit.verdict("saturated units") is None


def test_a_large_target_that_is_well_fitted_is_left_alone():
    X, y = linear(noise=0.1)
    fit = fitted(
        X, 50.0 * y, (), "identity", "squared_error", optimizer=None, epochs=200
    )
    assert fit.verdict("unscaled target") is None


def test_one_good_column_is_no_copy():
    X, y = votes()
    for spread, leaks in ((0.35, False), (0.1, True)):  # an AUC of 0.98, and of 1
        fit = unfitted(
            *with_column(X, y, y + spread * np.random.default_rng(0).normal(size=N))
        )
        assert (fit.verdict("leaking column") is not None) == leaks


def test_a_constant_is_not_off_scale_besides():
    fit = unfitted(*with_column(*votes(), 1e4))
    assert [verdict.disease for verdict in fit.diagnose().verdicts][:2] == [
        "constant columns",
        "underfitting",
    ]


def test_few_validation_rows_cannot_prove_overfitting():
    lost = []
    for seed in range(6):
        X, rng = normal(4, N + 22, seed)
        y = (X[:, 0] + rng.normal(size=N + 22) > 0.0).astype(int)
        fit = fitted(
            X[:N], y[:N], (16,), validation=(X[N:], y[N:]), watch=False, epochs=60
        )
        assert fit.verdict("overfitting") is None
        case = fit.case()
        held, start = (
            case.losses(case.validation, constant).mean() for constant in (False, True)
        )
        lost.append(1.0 - (start - held) / (case.start - case.reached))
    assert sum(share > 0.5 for share in lost) >= 3  # though it looks like it


def test_a_part_of_the_gain_may_be_lost():
    fit = overfitted(lambda n: votes(6, n), N, (16,), "relu", watch=False, epochs=80)
    case = fit.case()
    held, start = (
        case.losses(case.validation, constant).mean() for constant in (False, True)
    )
    assert 0.2 < 1.0 - (start - held) / (case.start - case.reached) < 0.5
    assert not fit.diagnose()


# Manners


@pytest.mark.parametrize("name", ["adam", "the tutorial"])
def test_nothing_is_changed_and_the_same_is_said_again(name):
    fit = sick("learning rate too high", name)
    X = fit.X.copy()
    y = fit.y.copy()
    w = np.ones(N)
    held = (X[:50].copy(), y[:50].copy())
    before = [
        fit.network.theta.copy(),
        *(fit.history[column].copy() for column in fit.history._columns),
    ]
    first = fit.diagnose(w=w, validation=held)
    second = fit.diagnose(w=w, validation=held)
    assert str(first) == str(second)
    assert first == second
    after = [
        fit.network.theta,
        *(fit.history[column] for column in fit.history._columns),
    ]
    for old, new in zip(
        [*before, X, y, np.ones(N), *held],
        [*after, fit.X, fit.y, w, X[:50], y[:50]],
        strict=True,
    ):
        assert np.array_equal(old, new, equal_nan=True)


def test_the_report_is_true_where_there_are_verdicts_and_reads_as_paragraphs():
    fit = fitted(
        *with_column(*scaled(*votes(), 1e3, 2), 0.0),
        names=["<b>", "0", "c", "d", "e", "f", "g"],
    )
    found = fit.diagnose()
    assert isinstance(found, Diagnosis)
    assert found
    assert len(found) == len(found.verdicts) >= 2
    paragraphs = str(found).split("\n\n")
    assert len(paragraphs) == len(found)
    assert paragraphs[0].startswith(
        "Constant columns (1). The same value in all 240 rows: 0. Rule: "
    )
    assert [dataclasses.asdict(verdict)["disease"] for verdict in found.verdicts][
        :2
    ] == [
        "constant columns",
        "unscaled inputs",
    ]


def test_names_are_escaped_in_a_notebook():
    fit = fitted(*with_column(*votes(), 0.0), names=["a", "<script>", *"cdefg"])
    shown = fit.diagnose()._repr_html_()
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    assert shown.count("<p class='verdict'>") == len(fit.diagnose())
    assert (
        SOUND["moons"]()
        .diagnose()
        ._repr_html_()
        .startswith("<p class='verdict'>No disease found")
    )


def test_names_come_from_a_frame():
    import pandas

    X, y = with_column(*votes(), 0.0)
    fit = fitted(X, y)
    frame = pandas.DataFrame(X, columns=list("abcdefg"))
    assert "rows: b." in str(diagnose(fit.network, fit.history, frame, y))


def test_without_settings_the_rate_is_not_judged_and_with_a_solvers_neither():
    fit = sick("learning rate too high", "adam")
    assert "learning rate too high" not in str(fit.diagnose(settings=None))
    solved = fitted(*points("moons"), optimizer=None, epochs=50)
    assert (
        "learning rate too high"
        not in solved.diagnose(settings=Settings(epochs=50)).examined
    )


def test_many_rows_are_drawn_always_the_same_and_quickly():
    X, y = points("moons", 100_000)
    fit = fitted(X, y, epochs=2, batch_size=1000)
    rows = fit.case().rows
    assert 19_000 < len(rows.X) < 21_000
    assert np.array_equal(rows.X, fit.case().rows.X)
    assert fit.case().all.draw(10**6) is not None
    drawn = set(map(bytes, rows.X))
    unseen = next(place for place in range(len(X)) if bytes(X[place]) not in drawn)
    # a column that varies only in a row not drawn
    fit = unfitted(np.c_[X, np.arange(len(X)) == unseen], y)
    assert not np.ptp(fit.case().rows.X[:, 2])
    assert [v for v in fit.diagnose().verdicts if v.disease != "underfitting"] == []


def test_sparse_tables_are_examined_as_dense_ones():
    for make in (votes, lambda: with_column(*scaled(*votes(), 1e3, 2), 0.0)):
        X, y = make()
        dense = fitted(X, y, validation=(X[:9], y[:9]), watch=False)
        sparse = fitted(
            csr_array(X), y, validation=(csr_array(X[:9]), y[:9]), watch=False
        )
        assert [v.disease for v in sparse.diagnose().verdicts] == [
            v.disease for v in dense.diagnose().verdicts
        ]
    rng = np.random.default_rng(0)
    places = rng.integers(0, 300, 3_000), rng.integers(0, 100_000, 3_000)
    wide = coo_array((rng.random(3_000), places), shape=(300, 100_000)).tocsr()
    assert fitted(wide, np.arange(300) % 2, (2,), epochs=2).case().rows.X.shape[0] < 260


def test_a_network_of_any_layers_and_a_constant_target_are_no_trouble():
    X, _ = votes()
    fit = fitted(
        X,
        np.full(N, 3.0),
        (8,),
        "relu",
        "squared_error",
        dropout=[0.1, 0.2],
        epochs=300,
    )
    assert "underfitting" not in str(fit.diagnose())
    assert np.isnan(fit.case().skill) or fit.case().skill < 1.0


WRONG = {
    "network must be the fit's Network; got list": {"network": []},
    "history must be the fit's History; got dict": {"history": {}},
    "settings must be the fit's Settings, or None; got dict": {
        "settings": {"epochs": 3}
    },
    "names must be one for each of the 6 columns of X; got 2": {"names": ["a", "b"]},
    r"X must have shape \(n, 6\)": {"X": np.ones((N, 5))},
    "X has 240 rows but y has 3": {"y": [0, 1, 1]},
    r"validation must be \(X, y\) or \(X, y, w\); got ndarray": {
        "validation": np.ones((3, 6))
    },
    "Validation data: X must have shape": {"validation": (np.ones((3, 2)), [0, 1, 1])},
    "w must hold finite weights": {"w": -np.ones(N)},
    "theta is not finite": {"network": "spoilt"},
}


@pytest.mark.parametrize("message", WRONG)
def test_what_does_not_fit_is_refused_in_a_sentence(message):
    fit = fitted(*votes(), epochs=2)
    changed = dict(WRONG[message])
    if changed.get("network") == "spoilt":
        fit.network.theta[0] = np.nan
        del changed["network"]
    given = {
        "network": fit.network,
        "history": fit.history,
        "X": fit.X,
        "y": fit.y,
    } | changed
    with pytest.raises(ValueError, match=message) as error:
        diagnose(**given)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)
