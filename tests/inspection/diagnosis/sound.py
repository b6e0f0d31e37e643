"""Sound fits, of all kinds: no rule has anything to say about them."""

import numpy as np

from inspection.diagnosis.fits import (
    COUNTS,
    LABELS,
    LINE,
    MOONS,
    VOTES,
    WAVE,
    N,
    counts,
    labels,
    linear,
    normal,
    points,
    recipe,
    table,
    votes,
    with_validation,
)

SOUND = {
    "moons": recipe(*MOONS),
    "moons, the tutorial at a quarter of its rate": recipe(
        *MOONS,
        (3,),
        optimizer="gd",
        learning_rate=0.5,
        batch_size=None,
        epochs=2000,
        l2=5e-5,
    ),
    "moons, relu": recipe(*MOONS, (16, 16), "relu", dtype=np.float32),
    "moons, deep": recipe(*MOONS, (12, 12, 12, 12), "gelu", learning_rate=0.003),
    "moons, wide": recipe(
        *MOONS, (200,), "relu", optimizer="momentum", learning_rate=0.02
    ),
    "moons, dropout": recipe(*MOONS, (32,), "relu", dropout=[0.0, 0.3]),
    "moons, one logistic output": recipe(*MOONS, loss="logistic_cross_entropy"),
    "moons, L-BFGS": recipe(*MOONS, optimizer=None, l2=1e-3, epochs=500),
    "moons, watched": with_validation(
        *points("moons", N + 200), (16,), "silu", patience=20
    ),
    "moons, weights": recipe(*MOONS, w=np.tile([0.5, 2.0, 1.0], N // 3)),
    "circles": recipe(*points("circles", noise=0.1), (16,), "tanh", epochs=200),
    "circles, nesterov": recipe(
        *points("circles", noise=0.1), (16,), "elu", optimizer="nesterov", epochs=300
    ),
    "circles, L-BFGS, float32": recipe(
        *points("circles", noise=0.1), (16,), optimizer=None, l2=1e-3, dtype=np.float32
    ),
    "blobs, far apart": recipe(
        *points("blobs", noise=0.1), optimizer="gd", learning_rate=0.1
    ),
    "blobs, five": recipe(
        *points("blobs:classes=5", noise=0.3), (16,), "mish", optimizer="adamw"
    ),
    "blobs, two, apart by one column": recipe(
        *points("blobs:classes=2", noise=0.1), act="logistic"
    ),
    "blobs, imbalanced": recipe(
        *(part[60:] for part in points("blobs:classes=2", noise=0.4))
    ),
    "spiral": recipe(*points("spiral", noise=0.03), (32, 32), "relu", epochs=400),
    "spiral, three arms": recipe(
        *points("spiral:arms=3", noise=0.03),
        (32,),
        "tanh",
        epochs=600,
        learning_rate=0.03,
        batch_size=None,
    ),
    "xor": recipe(*points("xor", noise=0.0), (16,), "softplus", epochs=300),
    "xor, rmsprop": recipe(
        *points("xor", noise=0.0),
        (16,),
        "leaky_relu",
        optimizer="rmsprop",
        learning_rate=0.003,
        epochs=200,
    ),
    "wave": recipe(*WAVE, (32,), "tanh", "squared_error", epochs=400),
    "wave, absolute error": recipe(
        *WAVE, (32, 16), "tanh", "absolute_error", epochs=300
    ),
    "wave, huber": recipe(
        *WAVE, (32, 16), "selu", "huber", optimizer="nadam", epochs=200
    ),
    "wave, quantiles": recipe(*WAVE, (32, 16), "gelu", "quantiles", epochs=200),
    "wave, one quantile": recipe(
        *WAVE, (32, 16), "silu", "pinball:level=0.9", epochs=200
    ),
    "wave, L-BFGS": recipe(
        *WAVE, (16,), "tanh", "squared_error", optimizer=None, epochs=200, l2=1e-4
    ),
    "wave, cosine": recipe(
        *WAVE,
        (32,),
        "tanh",
        "squared_error",
        schedule="cosine",
        epochs=400,
        dtype=np.float32,
    ),
    "line": recipe(*LINE, (), "identity", "squared_error"),
    "line, lion": recipe(
        *LINE, (8,), "tanh", "squared_error", optimizer="lion", learning_rate=0.001
    ),
    "line, two targets": recipe(
        LINE[0],
        np.c_[LINE[1], -linear(seed=1)[1] + LINE[0][:, 0]],
        (16,),
        "relu",
        "squared_error",
        optimizer="adagrad",
        learning_rate=0.05,
    ),
    "line, watched": with_validation(
        *linear(n=N + 200), (16,), "relu", "squared_error", patience=20, l2=1e-3
    ),
    "votes": with_validation(*votes(n=N + 200), (8,), "relu", l2=1e-2, patience=10),
    "votes, one-cycle": recipe(*VOTES, (16,), "tanh", schedule="one_cycle", l2=1e-3),
    "labels": with_validation(
        *labels(n=N + 200), (8,), "tanh", "logistic_cross_entropy", patience=10, l2=1e-2
    ),
    "labels, weights of outputs": recipe(
        *LABELS,
        (8,),
        "relu",
        "logistic_cross_entropy",
        l2=1e-2,
        w=np.tile([[1.0, 0.5, 2.0], [0.0, 1.0, 1.0]], (N // 2, 1)),
    ),
    "counts": recipe(*COUNTS, (8,), "tanh", "poisson", l2=1e-3),
    "counts, watched": with_validation(
        *counts(n=N + 200),
        (8,),
        "relu",
        "poisson",
        patience=10,
        l2=1e-2,
        learning_rate=0.003,
    ),
    "table": recipe(*table(), (16,), "relu", names=list("abcdefghi")),
    "table, watched": with_validation(
        *table(n=N + 200), (16,), "tanh", patience=15, l2=1e-2
    ),
    "noise, values": recipe(
        normal()[0], normal(seed=1)[0][:, 0], (4,), "tanh", "squared_error", l2=0.1
    ),
    "noise, classes": recipe(
        normal()[0], np.random.default_rng(1).integers(0, 2, N), (4,), l2=0.1
    ),
    "few rows": recipe(*points("moons", n=30), batch_size=None, epochs=300),
}
