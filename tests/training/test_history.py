"""History: its columns, and what each of them measures."""

import numpy as np
import pytest

import naive
from fits import X2, Y2, X, Y, accuracy, fit, net
from halfmoon.layers import Context
from halfmoon.network import Network
from halfmoon.training.history import SCHEMA, History
from halfmoon.training.train import train


def test_history_has_its_schema_and_counts():
    _, run = fit(batch_size=25, epochs=4)
    assert run.history["epoch"].tolist() == [1, 2, 3, 4]
    assert run.history["update"].tolist() == [3, 6, 9, 12]
    assert run.history["rows"].tolist() == [60, 120, 180, 240]
    assert [tuple(row) for row in run.history] == [SCHEMA.names] * 4
    assert (np.diff(run.history["seconds"]) >= 0.0).all()
    assert 0.0 < run.history["seconds"][-1] <= run.seconds
    for name in ("validation_loss", "train_score", "validation_score"):
        assert np.isnan(run.history[name]).all()


def test_full_batch_history_is_the_objective_before_each_update():
    weights = [net().theta]
    remember = [lambda network, run: weights.append(run.theta)]
    _, run = fit(l2=0.02, l1=0.01, w=np.arange(60) % 4, callbacks=remember)
    rows = [part.tolist() for part in net().read(X, Y, np.arange(60) % 4)]
    for row, theta in zip(run.history, weights[:-1], strict=True):
        expected = naive.objective(
            [2, 4, 2],
            ["tanh"],
            "softmax_cross_entropy",
            theta.tolist(),
            *rows,
            0.02,
            0.01,
        )
        assert row["loss"] == pytest.approx(expected[0] + expected[1], rel=1e-12)
        assert row["penalty"] == pytest.approx(expected[1], rel=1e-12)
        assert row["gradient_norm"] == pytest.approx(
            np.linalg.norm(expected[2]), rel=1e-10
        )


def test_minibatch_history_averages_over_rows_and_gradients_over_updates():
    """An epoch's loss is the mean over all rows, a short last batch included.

    The weights hardly move here.
    """
    w = 1.0 + np.arange(60) % 4
    network, run = fit(
        batch_size=25, learning_rate=1e-12, l2=0.02, w=w, epochs=2, shuffle=False
    )
    data = network.read(X, Y, w)
    whole = network.objective(net().theta, *data, 0.02)
    assert run.history["loss"] == pytest.approx(
        np.full(2, whole.loss + whole.penalty), rel=1e-9
    )
    assert run.history["penalty"] == pytest.approx(np.full(2, whole.penalty), rel=1e-9)
    norms = []
    for part, share in (
        (slice(0, 25), 1.0),
        (slice(25, 50), 1.0),
        (slice(50, 60), 0.4),
    ):
        batch = [table[part] for table in data]
        g = network.sums(net().theta, *batch)[1] / (w.mean() * 25)
        g += share * 0.02 * net().theta * network.penalised
        norms.append(np.linalg.norm(g))
    assert run.history["gradient_norm"] == pytest.approx(
        np.full(2, np.mean(norms)), rel=1e-9
    )


def test_moving_minibatch_history_is_measured_before_each_update():
    """An epoch's loss is summed batch by batch, each before its update.

    Weights are replayed one update at a time.
    """
    network, run = fit(
        batch_size=25, shuffle=False, epochs=3, dropout_schedule="constant", l1=0.01
    )
    theta = net().theta
    data = network.read(X, Y)
    update = 0
    for row in run.history:
        total = 0.0
        for part in (slice(0, 25), slice(25, 50), slice(50, 60)):
            batch = [table[part] for table in data]
            ctx = Context(True, 0, update)
            share = len(batch[0]) / 25
            piece = network.objective(
                theta, *batch, 0.0, 0.01, ctx=ctx, total=25.0, share=share
            )
            total += (piece.loss + piece.penalty) * 25 / 60
            theta = theta - 0.5 * piece.g
            update = update + 1
        assert row["loss"] == pytest.approx(total, rel=1e-12)


def test_learning_rate_column_is_the_last_updates_rate():
    _, run = fit(batch_size=30, schedule="inverse_time:rate=0.5", epochs=4)
    # epochs done before each epoch's second update
    last = np.array([0.5, 1.5, 2.5, 3.5])
    np.testing.assert_allclose(
        run.history["learning_rate"], 0.5 / (1.0 + 0.5 * last), rtol=1e-13
    )


def test_validation_columns_are_computed_with_the_weights_after_the_epoch():
    weights = []
    remember = [lambda network, run: weights.append(run.theta)]
    network, run = fit(validation=(X2, Y2), score=accuracy, callbacks=remember, l2=0.1)
    for row, theta in zip(run.history, weights, strict=True):
        loss = network.objective(theta, *network.read(X2, Y2)).loss
        # without penalty
        assert row["validation_loss"] == pytest.approx(loss, rel=1e-12)
        assert row["validation_score"] == accuracy(
            network.predict(X2, theta), np.eye(2)[Y2]
        )
        assert np.isnan(row["train_score"])  # nobody looks at it
    weights.clear()
    network, run = fit(score=accuracy, callbacks=remember)
    for row, theta in zip(run.history, weights, strict=True):
        assert row["train_score"] == accuracy(network.predict(X, theta), np.eye(2)[Y])


def test_the_training_score_gets_the_rows_weights():
    seen = []

    def score(y_hat, y, w, X):
        seen.append(w)
        return 0.0

    w = np.random.default_rng(0).uniform(0.5, 1.5, size=(len(X), 2))
    network = Network.dense([2, 3, 2], loss="squared_error")
    train(network, X, np.eye(2)[Y], w=w, score=score, epochs=1)
    assert np.array_equal(seen[0], w.mean(axis=1))


def test_history_outlives_its_first_table():
    _, run = fit(epochs=100)
    assert len(run.history) == 100
    assert run.history["epoch"].tolist() == list(range(1, 101))


# The table itself


def test_rows_are_added_filled_in_and_cut():
    history = History()
    history.append(epoch=[1, 2], update=[3, 6], rows=[10, 20], loss=[0.5, 0.4])
    history.append(epoch=[3], update=9, rows=30, loss=0.3)
    history.set(validation_loss=0.7)
    assert len(history) == 3
    assert history["loss"].tolist() == [0.5, 0.4, 0.3]
    assert history["validation_loss"][-1] == 0.7
    assert np.isnan(history["validation_loss"][:2]).all()
    assert [row["update"] for row in history] == [3, 6, 9]
    history.cut(1)
    assert [row["loss"] for row in history] == [0.5]
    history.append(epoch=[2], update=[6], rows=[20])
    assert np.isnan(history["loss"][-1])


def test_its_memory_grows_with_its_rows_and_seldom():
    history = History()
    tables = set()
    for epoch in range(1, 2001):
        history.append(epoch=[epoch], update=epoch, rows=epoch)
        table = history["loss"].base
        assert len(table) <= 3 * epoch + 16
        tables.add(len(table))
    assert len(tables) < 8
    assert history["epoch"].tolist() == list(range(1, 2001))


def test_a_history_says_how_long_it_is():
    assert repr(fit(epochs=3)[1].history) == "History(3 epochs)"
