"""Faults planted in fits: for each rule, several fits that break it."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from halfmoon.components.activations import Activation
from inspection.diagnosis.fits import (
    COUNTS,
    LABELS,
    LINE,
    MOONS,
    VOTES,
    WAVE,
    Fit,
    N,
    counts,
    labels,
    linear,
    normal,
    points,
    random_labels,
    recipe,
    scaled,
    shifted,
    votes,
    with_column,
    with_validation,
)


class Planted(NamedTuple):
    """A pattern of the message, and the fit, made when first called."""

    message: str
    make: Callable[[], Fit]


def bias(index, units, value):
    """Spoil the biases of the first `units` units of a layer."""

    def plant(views):
        views[index].b[:units] = value

    return plant


def blown_up(factor):
    """Multiply the first layer's weights."""

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
    """Moons whose coordinates are all above 0."""
    X, y = points("moons", n)
    return X - X.min(axis=0) + 0.1, y


FULL = {"batch_size": None, "epochs": 2000}
TUTORIAL = {"hidden": (3,), "batch_size": None, "epochs": 20000}
PLANTED = {
    "dead units": {
        "6 of 8 relu units": Planted(
            r"^6 of 8 units of Dense 1 \(relu\) .* 240 rows",
            recipe(*MOONS, act="relu", plant=bias(0, 6, -100.0)),
        ),
        "upper layer, elu": Planted(
            r"^7 of 10 units of Dense 2 \(elu\)",
            recipe(*MOONS, (8, 10), "elu", plant=bias(1, 7, -1e3)),
        ),
        "gelu, float32": Planted(
            r"^3 of 5 units of Dense 1 \(gelu\)",
            recipe(
                *WAVE,
                (5,),
                "gelu",
                "squared_error",
                dtype=np.float32,
                plant=bias(0, 3, -200.0),
            ),
        ),
        "softplus under dropout": Planted(
            r"^4 of 4 units of Dense 1",
            recipe(
                *VOTES, (4,), "softplus", dropout=[0.0, 0.1], plant=bias(0, 4, -50.0)
            ),
        ),
        "negative weights": Planted(
            r"^8 of 8 units of Dense 1", recipe(*positive(), act="relu", plant=negative)
        ),
        "steps too long": Planted(
            r"of 16 units of Dense 1 \(relu\)",
            recipe(*WAVE, (16,), "relu", "squared_error", learning_rate=1.0),
        ),
        "L-BFGS": Planted(
            r"^5 of 8 units of Dense 1 \(selu\)",
            recipe(
                *MOONS, (8,), "selu", optimizer=None, l2=1e-3, plant=bias(0, 5, -80.0)
            ),
        ),
    },
    "saturated units": {
        "weights blown up": Planted(
            "of 8 units of Dense 1",
            recipe(*points("spiral"), (8,), plant=blown_up(1e4)),
        ),
        "logistic, upper layer": Planted(
            r"^5 of 8 units of Dense 2 \(logistic\)",
            recipe(*MOONS, (6, 8), "logistic", plant=bias(1, 5, 60.0)),
        ),
        "huge inputs": Planted(
            "of 16 units of Dense 1",
            recipe(*scaled(*points("spiral"), 1e3, 0, 1), (16,)),
        ),
        "steps too long": Planted(
            "of 16 units of Dense 1", recipe(*MOONS, (16,), learning_rate=3.0)
        ),
        "softsign of one's own": Planted(
            r"^8 of 8 units of Dense 1 \(Softsign\)",
            recipe(*WAVE, (8,), Softsign(), "squared_error", plant=bias(0, 8, -1e4)),
        ),
        "one side": Planted(
            r"^3 of 4 units of Dense 1 \(tanh\)",
            recipe(*LINE, (4,), "tanh", "squared_error", plant=bias(0, 3, 40.0)),
        ),
    },
    "learning rate too high": {
        "the tutorial": Planted(
            "rate 2 is 2.*, over 2:",
            recipe(*MOONS, optimizer="gd", learning_rate=2.0, **TUTORIAL),
        ),
        "momentum at the edge": Planted(
            "over 3:",
            recipe(
                *MOONS, optimizer="momentum:beta=0.5", learning_rate=3.0, **TUTORIAL
            ),
        ),
        "nesterov at the edge": Planted(
            "over 1.5:",
            recipe(
                *MOONS, optimizer="nesterov:beta=0.5", learning_rate=2.0, **TUTORIAL
            ),
        ),
        "adam": Planted("rate 1", recipe(*MOONS, (16,), learning_rate=1.0)),
        "gd in batches": Planted(
            "rate 10", recipe(*MOONS, (16,), optimizer="gd", learning_rate=10.0)
        ),
        "rmsprop": Planted(
            "rate 0.3",
            recipe(
                *WAVE,
                (16,),
                "tanh",
                "squared_error",
                optimizer="rmsprop",
                learning_rate=0.3,
            ),
        ),
        "an explosion that left ruins": Planted(
            "the loss was once",
            recipe(
                *points("wave", 300, 0.3),
                (16,),
                "relu",
                "squared_error",
                learning_rate=0.3,
                batch_size=None,
                epochs=500,
            ),
        ),
        "jumps alone": Planted(
            "the loss rose by",
            recipe(
                *points("wave", 300, 0.3),
                (16,),
                "tanh",
                "squared_error",
                optimizer="rmsprop",
                learning_rate=0.1,
            ),
        ),
        "lion": Planted(
            "rate 0.1",
            recipe(
                *WAVE,
                (16,),
                "relu",
                "squared_error",
                optimizer="lion",
                learning_rate=0.1,
            ),
        ),
        "diverged": Planted(
            "rate 3",
            recipe(
                *WAVE,
                (16,),
                "tanh",
                "squared_error",
                optimizer="gd",
                learning_rate=3.0,
                diverges=True,
                **FULL,
            ),
        ),
        "diverged at once": Planted(
            "rate 3",
            recipe(
                *WAVE,
                (16,),
                "relu",
                "squared_error",
                optimizer="gd",
                learning_rate=3.0,
                diverges=True,
            ),
        ),
        "adamw, float32": Planted(
            "rate 1.$",
            recipe(
                *LABELS,
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
        "adam": Planted(
            "^An update is .*e-0[67]", recipe(*MOONS, (16,), learning_rate=1e-6)
        ),
        "gd": Planted(
            "An update",
            recipe(*MOONS, (3,), optimizer="gd", learning_rate=1e-4, **FULL),
        ),
        "gd in batches": Planted(
            "An update", recipe(*MOONS, (16,), optimizer="gd", learning_rate=1e-5)
        ),
        "momentum": Planted(
            "An update",
            recipe(*VOTES, (16,), "relu", optimizer="momentum", learning_rate=1e-5),
        ),
        "lion": Planted(
            "An update",
            recipe(
                *LINE,
                (16,),
                "tanh",
                "squared_error",
                optimizer="lion",
                learning_rate=1e-7,
            ),
        ),
        "rmsprop": Planted(
            "An update",
            recipe(
                *COUNTS,
                (16,),
                "relu",
                "poisson",
                optimizer="rmsprop",
                learning_rate=1e-6,
                dtype=np.float64,
            ),
        ),
        "adamw, watched": Planted(
            "An update",
            with_validation(
                *points("circles", N + 200),
                (16,),
                optimizer="adamw",
                learning_rate=2e-6,
            ),
        ),
    },
    "unscaled inputs": {
        "one column in thousands": Planted(
            "^Off scale: column 2; column 2 has mean",
            recipe(*scaled(*VOTES, 1e3, 2), (8,)),
        ),
        "years": Planted(
            "^Off scale: column 1; .* mean 2e.03",
            recipe(*shifted(*VOTES, 2000.0, 1), (8,), "relu"),
        ),
        "all in hundreds": Planted(
            "^Off scale: column 0, column 1, column 2, column 3;",
            recipe(*scaled(*LINE, 100.0, 0, 1, 2, 3), (8,), "tanh", "squared_error"),
        ),
        "one column tiny": Planted(
            "^Off scale: f; f has mean",
            recipe(*scaled(*VOTES, 1e-4, 5), (8,), names=list("abcdef")),
        ),
        "offset beside its spread": Planted(
            "^Off scale: column 0; column 0 has mean 5 and standard deviation 0.0",
            recipe(*shifted(*scaled(*VOTES, 0.02, 0), 5.0, 0), (8,)),
        ),
        "unlike": Planted(
            "^Off scale: column 3;",
            recipe(*scaled(*scaled(*VOTES, 9.0, 0), 0.03, 3), (8,)),
        ),
        "all tiny": Planted(
            "^Off scale: column 0, column 1, column 2, column 3;",
            recipe(*scaled(*LINE, 1e-3, 0, 1, 2, 3), (8,), "tanh", "huber"),
        ),
        "bytes": Planted(
            "^Off scale: column 0, column 1, column 2, column 3, column 4 and 3 more;",
            recipe(
                np.round(np.random.default_rng(0).uniform(0, 255, (N, 8))),
                np.arange(N) % 2,
                (8,),
                "relu",
            ),
        ),
    },
    "unscaled target": {
        "thousands": Planted(
            "deviation 1.4",
            recipe(
                LINE[0],
                1e3 * LINE[1],
                (8,),
                "relu",
                "squared_error",
                learning_rate=1e-3,
            ),
        ),
        "offset": Planted(
            "mean 500", recipe(LINE[0], 500.0 + LINE[1], (8,), "tanh", "squared_error")
        ),
        "prices": Planted(
            "mean 2.*e.05 and",
            recipe(LINE[0], 2e5 + 1e5 * LINE[1], (8,), "relu", "absolute_error"),
        ),
        "second of two": Planted(
            "y has mean",
            recipe(LINE[0], np.c_[LINE[1], 1e4 * LINE[1]], (8,), "relu", "huber"),
        ),
        "quantiles": Planted(
            "deviation", recipe(LINE[0], 300.0 * LINE[1], (8,), "tanh", "quantiles")
        ),
        "tiny": Planted(
            "deviation 0.0",
            recipe(
                LINE[0],
                1e-3 * LINE[1],
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
        "zeros": Planted("all 240 rows: column 1.$", recipe(*with_column(*VOTES, 0.0))),
        "ones": Planted(
            ": column 0.$", recipe(*with_column(*VOTES, 1.0, 0), act="relu")
        ),
        "two of them": Planted(
            ": b, e.$",
            recipe(
                *with_column(*with_column(*VOTES, 0.0), 0.5, 4), names=list("abcdefgh")
            ),
        ),
        "float32": Planted(
            ": column 1.$",
            recipe(
                *with_column(*LINE, 0.1),
                (8,),
                "tanh",
                "squared_error",
                dtype=np.float32,
            ),
        ),
        "but for a row without weight": Planted(
            "all 239 rows: column 1.$",
            recipe(*with_column(*VOTES, np.eye(1, N)[0]), w=1.0 - np.eye(1, N)[0]),
        ),
    },
    "leaking column": {
        "copy of the class": Planted(
            "^column 1 alone has an AUC of 1.0000",
            recipe(*with_column(*VOTES, VOTES[1])),
        ),
        "noisy copy": Planted(
            "^column 3 alone",
            recipe(*with_column(*VOTES, VOTES[1] + 0.1 * normal(1)[0][:, 0], 3)),
        ),
        "value": Planted(
            "^column 1 alone",
            recipe(*with_column(*LINE, LINE[1]), (8,), "tanh", "squared_error"),
        ),
        "its logarithm": Planted(
            "^column 1 alone",
            recipe(
                *with_column(*LINE, np.log(9.0 + LINE[1])),
                (8,),
                "relu",
                "squared_error",
            ),
        ),
        "two copies": Planted(
            "^a, c alone",
            recipe(
                *with_column(*with_column(*VOTES, VOTES[1]), -VOTES[1], 0),
                names=list("abcdefgh"),
            ),
        ),
        "one label of three": Planted(
            "^column 1 alone",
            recipe(
                *with_column(*LABELS, 2 - LABELS[1][:, 1]),
                (8,),
                "tanh",
                "logistic_cross_entropy",
            ),
        ),
        "classes in another order": Planted(
            "^column 1 alone",
            recipe(
                *with_column(
                    normal()[0], np.arange(N) % 3, np.array([1, 2, 0])[np.arange(N) % 3]
                )
            ),
        ),
        "counts": Planted(
            "^column 1 alone",
            recipe(*with_column(*COUNTS, COUNTS[1] / 7.0), (8,), "tanh", "poisson"),
        ),
    },
    "validation set too small": {
        "5 rows": Planted("^5 rows", with_validation(*points("moons", N + 5))),
        "15 rows, watched": Planted(
            "^15 rows", with_validation(*points("moons", N + 15), act="relu")
        ),
        "200 rows, of which 6 weigh": Planted(
            "^6 rows",
            with_validation(
                *points("moons", N + 200), validation_w=np.repeat([1.0, 1e-6], [6, 194])
            ),
        ),
        "values": Planted(
            "^10 rows", with_validation(*linear(n=N + 10), loss="squared_error")
        ),
        "labels": Planted(
            "^18 rows",
            with_validation(*labels(n=N + 18), loss="logistic_cross_entropy"),
        ),
        "weak signal": Planted(
            "^30 rows",
            with_validation(*linear(4, N + 30, noise=1.5), loss="squared_error"),
        ),
        "not watched by the fit": Planted(
            "^30 rows", with_validation(*votes(n=N + 30), (16,), watch=False)
        ),
    },
    "overfitting": {
        "random labels": Planted(
            "training",
            with_validation(
                *random_labels(n=260), (64,), "relu", watch=False, epochs=300, rows=60
            ),
        ),
        "few rows, L-BFGS": Planted(
            "training",
            with_validation(
                *votes(20, 260), (16,), optimizer=None, epochs=300, watch=False, rows=60
            ),
        ),
        "noise of values": Planted(
            "training",
            with_validation(
                *linear(4, 260, noise=2.0),
                (64, 64),
                "relu",
                "squared_error",
                watch=False,
                epochs=400,
                rows=60,
            ),
        ),
        "watched for too long": Planted(
            "epochs after the best",
            with_validation(*votes(10, 280), (64,), "relu", epochs=600, rows=80),
        ),
        "by the history alone": Planted(
            "epochs after the best",
            with_validation(
                *votes(10, 280),
                (64,),
                "relu",
                epochs=600,
                rows=80,
                by_history_alone=True,
            ),
        ),
        "labels": Planted(
            "training",
            with_validation(
                *labels(8, 250),
                (64,),
                "tanh",
                "logistic_cross_entropy",
                watch=False,
                epochs=400,
                rows=50,
            ),
        ),
        "counts": Planted(
            "training",
            with_validation(
                *counts(8, 250),
                (64,),
                "relu",
                "poisson",
                watch=False,
                epochs=400,
                rows=50,
            ),
        ),
    },
    "underfitting": {
        "penalty": Planted(
            "of the best constant's loss 0.693", recipe(*MOONS, (16,), l2=1.0)
        ),
        "a line for circles": Planted(
            "by simple means 0.6", recipe(*points("circles"), (), "identity")
        ),
        "a line for a wave": Planted(
            "is explained",
            recipe(*points("wave", noise=0.1), (), "identity", "absolute_error"),
        ),
        "two epochs": Planted(
            "is explained",
            recipe(
                *MOONS,
                (16,),
                "relu",
                seed=2,
                optimizer="gd",
                learning_rate=0.003,
                epochs=8,
            ),
        ),
        "no start": Planted("is explained", recipe(*MOONS, (16,), initializer="zeros")),
        "dead": Planted(
            "is explained",
            recipe(*points("spiral"), (8,), "relu", plant=bias(0, 8, -100.0)),
        ),
        "penalty on counts": Planted(
            "is explained", recipe(*COUNTS, (8,), "tanh", "poisson", l2=5.0)
        ),
    },
}


def planted(rule, name):
    """The fit in which this fault was planted."""
    return PLANTED[rule][name].make()
