"""The figures of the tutorial's notebook that rounding cannot change (DERIVATION.md
says which these are, and why).
"""

import numpy as np
import pytest

from halfmoon import Network, datasets, train

PUBLISHED = {0: 0.583940, 1: 0.432387, 1001: 0.068947}  # loss after that many updates
# the two losses between which the published run ends up alternating
CYCLE = [0.070758, 0.071316]


def tutorial(learning_rate, updates):
    """The tutorial's run: its data, weights, penalty; the loss before each update."""
    X, y = datasets.make("moons", 200, 0.2, 0)
    network = Network.dense(
        [2, 3, 2], "tanh", initializer="tutorial", rng=np.random.RandomState(0)
    )
    run = train(
        network,
        X,
        y,
        optimizer="gd",
        learning_rate=learning_rate,
        l2=0.01 / 200,
        epochs=updates,
    )
    return run.history["loss"]


@pytest.fixture(scope="module")
def published_run():
    return tutorial(2.0, 20_000)


@pytest.mark.parametrize("updates", PUBLISHED)
def test_published_losses(published_run, updates):
    assert f"{published_run[updates]:.6f}" == f"{PUBLISHED[updates]:.6f}"


def test_published_run_ends_in_its_two_cycle(published_run):
    assert sorted(published_run[19_000:19_002].round(6)) == CYCLE


def test_published_loss_rises_for_the_first_time_in_iteration_18():
    loss = tutorial(2.0, 40)
    # iterations counted from 0, as the tutorial prints them
    assert int(np.flatnonzero(np.diff(loss) > 0.0)[0]) == 18


def test_published_run_is_lowest_long_before_its_end(published_run):
    assert published_run.argmin() < 3_000
    assert published_run.min() < min(CYCLE) - 0.001


def test_half_the_rate_settles_at_a_lower_loss():
    loss = tutorial(1.0, 20_000)
    assert loss[-1] == pytest.approx(0.067804, abs=1e-6)
    assert np.ptp(loss[-10:]) < 1e-8


def test_same_weights_as_the_tutorials_own_lines_with_fifty_hidden_units():
    """At a rate of 0.001, far from the edge of stability, where rounding does
    not grow.
    """
    X, y = datasets.make("moons", 200, 0.2, 0)
    rng = np.random.RandomState(0)
    W1 = rng.randn(2, 50) / np.sqrt(2)
    W2 = rng.randn(50, 2) / np.sqrt(50)
    b1 = np.zeros((1, 50))
    b2 = np.zeros((1, 2))
    for _ in range(300):  # the tutorial's own lines
        a1 = np.tanh(X.dot(W1) + b1)
        e = np.exp(a1.dot(W2) + b2)
        delta3 = e / np.sum(e, axis=1, keepdims=True)
        delta3[range(200), y] -= 1
        dW2 = (a1.T).dot(delta3)
        db2 = np.sum(delta3, axis=0, keepdims=True)
        delta2 = delta3.dot(W2.T) * (1 - np.power(a1, 2))
        dW1 = np.dot(X.T, delta2)
        db1 = np.sum(delta2, axis=0)
        dW2 = dW2 + 0.01 * W2
        dW1 = dW1 + 0.01 * W1
        W1 = W1 - 0.001 * dW1
        b1 = b1 - 0.001 * db1
        W2 = W2 - 0.001 * dW2
        b2 = b2 - 0.001 * db2
    network = Network.dense(
        [2, 50, 2], "tanh", initializer="tutorial", rng=np.random.RandomState(0)
    )
    train(
        network,
        X,
        y,
        optimizer="gd",
        learning_rate=0.001 * 200,
        l2=0.01 / 200,
        epochs=300,
    )
    expected = np.concatenate([W1.ravel(), b1.ravel(), W2.ravel(), b2.ravel()])
    np.testing.assert_allclose(network.theta, expected, rtol=0, atol=1e-10)
