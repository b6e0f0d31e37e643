"""Lines of Python that build, train and measure a network can be run as they are."""

import numpy as np

from halfmoon import Network, datasets, train
from halfmoon.files.python_lines import (
    call,
    import_lines,
    literal,
    measure_lines,
    network_lines,
    train_lines,
)

NETWORK = {
    "sizes": [2, 4, 2],
    "activation": ["silu"],
    "loss": "softmax_cross_entropy:smoothing=0.1",
    "initializer": "he_normal",
    "dropout": 0.2,
    "seed": 3,
}
TRAIN = {"optimizer": "adam", "learning_rate": 0.01, "epochs": 3, "batch_size": 16}
DATA = ['X, y = datasets.make("moons", n=50, seed=1)', "is_test = np.arange(50) < 9"]


def test_the_lines_do_what_the_options_say(capsys):
    rows = {"training": "~is_test", "test": "is_test"}
    body = [
        *DATA,
        *network_lines(NETWORK),
        *train_lines(TRAIN, ["network", "X[~is_test]", "y[~is_test]"]),
        *measure_lines("y[rows]", rows, is_regression=False),
    ]
    names = {}
    exec("\n".join([*import_lines(body), *body]), names)

    X, y = datasets.make("moons", n=50, seed=1)
    network = Network.dense(**NETWORK)
    train(network, X[9:], y[9:], **TRAIN)
    np.testing.assert_array_equal(names["network"].theta, network.theta)
    loss = network.objective(network.theta, *network.read(X[:9], y[:9])).loss
    right = (network.predict(X[:9]).argmax(axis=1) == y[:9]).mean()
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"test rows: loss {loss:.6f}, accuracy {right:.4f}"


def test_r2_is_one_for_exact_values(capsys):
    network = Network.dense([1, 1], loss="squared_error")
    network.theta = [2.0, 1.0]
    X = np.arange(5.0)[:, None]
    names = {"np": np, "network": network, "X": X, "y": 2.0 * X[:, 0] + 1.0}
    lines = measure_lines("y[rows]", {"all": "np.arange(5)"}, is_regression=True)
    exec("\n".join(lines), names)
    assert capsys.readouterr().out == "all rows: loss 0.000000, R2 1.0000\n"


def test_long_calls_have_a_line_for_each_argument():
    short = call("f", ["a", "b=1"])
    assert short == ["f(a, b=1)"]
    long = call("f", ["a" * 50, "b" * 50])
    assert long == ["f(", f"    {'a' * 50},", f"    {'b' * 50},", ")"]


def test_defaults_are_left_out():
    lines = train_lines({"epochs": 200, "shuffle": True, "clip": None}, ["network"])
    assert lines == ["run = train(network, epochs=200)"]
    assert literal('a "name"') == r'"a \"name\""'
