"""A program in plain NumPy trains as `train` does, whatever the components are."""

import numpy as np
import pytest

from halfmoon import LOSSES, OPTIMIZERS, SCHEDULES, Network, Scaling, datasets, train
from halfmoon.files.numpy_program import numpy_program
from halfmoon.layers import Dense
from halfmoon.training.settings import Settings

ROWS = 40
DATA = f"""\
# The data.
from halfmoon import datasets

X, y = datasets.make("blobs:classes=3", n={ROWS}, noise=0.3, seed=0)"""
X, y = datasets.make("blobs:classes=3", n=ROWS, noise=0.3, seed=0)


def check(loss="softmax_cross_entropy", epochs=6, stop=4, dropout=0.0, **options):
    """Run the program for a part of the fit, and compare weights and loss."""
    network = Network.dense([2, 4, 3, 3], ["tanh", "silu"], loss, dropout=dropout)
    chosen = {"optimizer": "gd", "learning_rate": 0.1, "engine": "numpy", **options}
    settings = Settings(epochs=epochs, **chosen)
    per_epoch = -(-ROWS // (settings.batch_size or ROWS))
    text = numpy_program(network, settings, stop * per_epoch, DATA, ROWS)

    names = {}
    exec(text, names)
    truth = y if loss == "softmax_cross_entropy" else np.eye(3)[y]
    train(
        network,
        X,
        truth,
        settings=settings,
        callbacks=[lambda _, run: run.epoch == stop],
    )
    theta = np.concatenate([p.ravel() for p in names["parameters"]])
    np.testing.assert_allclose(theta, network.theta, rtol=0, atol=1e-12)
    expected = network.objective(network.theta, *network.read(X, truth)).loss
    assert names["loss"](X, y) == pytest.approx(expected, abs=1e-12)
    return text


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name):
    check(optimizer=name, learning_rate=0.01)


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "quantiles"])
def test_losses(name):
    check(loss=name)


FIXED = [name for name in SCHEDULES if not SCHEDULES[name].adaptive]


@pytest.mark.parametrize("name", FIXED)
@pytest.mark.parametrize("optimizer", ["gd", "momentum"])
def test_schedules(name, optimizer):
    check(schedule=name, optimizer=optimizer, batch_size=7)


def test_all_at_once():
    check(
        optimizer="adamw",
        schedule="cosine:warmup=0.2",
        batch_size=16,
        dropout=0.25,
        l2=0.01,
        l1=0.003,
        clip=0.3,
        seed=5,
        loss="softmax_cross_entropy:smoothing=0.1",
    )


def test_batches_in_the_rows_order():
    check(batch_size=16, shuffle=False)


def test_the_lines_of_gradient_descent_are_those_of_the_lesson():
    text = check()
    for line in (
        "    z1 = x @ W1 + b1",
        "    a1 = np.tanh(z1)",
        "    y_hat = e / e.sum(axis=1, keepdims=True)",
        "    delta3 = (y_hat - Y[rows]) / len(rows)",
        "    return np.eye(3)[y]  # 1 for a row's class, else 0",
        "    delta1 = (delta2 @ W2.T) * (1.0 - a1 * a1)",
        "    dW2 = a1.T @ delta2",
        "        p -= rate * g",
    ):
        assert line in text.splitlines()
    assert max(map(len, text.splitlines())) <= 88
    assert "SimpleNamespace" not in text
    assert "permutation" not in text


def test_changes_come_before_their_update():
    network = Network.dense([2, 3])
    changes = {2: ["W1[0, 1] = 5.0", "rate = 0.0"]}
    text = numpy_program(network, Settings(), 6, DATA, ROWS, changes=changes)
    names = {}
    exec(text, names)
    assert names["W1"][0, 1] == 5.0


def test_what_cannot_be_written_is_refused():
    scaled = Network([Scaling(2), Dense(2, 3)])
    with pytest.raises(ValueError, match=r"with Scaling 1 cannot be written"):
        numpy_program(scaled, Settings(), 1, DATA, ROWS)
    network = Network.dense([2, 3])
    with pytest.raises(ValueError, match="plateau looks at the losses so far"):
        numpy_program(network, Settings(schedule="plateau"), 1, DATA, ROWS)
