"""History: its columns, and what each of them measures."""

import pickle
from copy import copy

import numpy as np
import pytest

import naive
from fits import NAN, X2, Y2, X, Y, accuracy, fit, net
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


def test_history_outlives_its_first_buffer():
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


# Copies, pickles, and what is forgotten


def long_history(count):
    history = History()
    for epoch in range(1, count + 1):
        history.append(epoch=[epoch], update=3 * epoch, rows=9 * epoch, loss=1 / epoch)
    return history


def test_a_copy_goes_on_by_itself_and_so_does_what_it_was_made_of():
    one = long_history(5)
    other = copy(one)
    other.append(epoch=[6], update=18, rows=54, loss=2.0)
    other.set(validation_loss=3.0)
    assert (len(one), len(other)) == (5, 6)
    one.append(epoch=[6], update=18, rows=54, loss=4.0)
    assert (one["loss"][-1], other["loss"][-1]) == (4.0, 2.0)
    assert np.isnan(one["validation_loss"][-1])
    assert other["validation_loss"][-1] == 3.0


def test_rows_that_are_forgotten_are_counted():
    history = long_history(30)
    history.keep_last(10)
    assert (len(history), history.total) == (10, 30)
    assert history["epoch"].tolist() == list(range(21, 31))
    assert history.since("epoch", 25).tolist() == [26, 27, 28, 29, 30]
    assert history.since("epoch", 5).tolist() == history["epoch"].tolist()
    history.append(epoch=[31], update=93, rows=279)
    history.cut(29)
    assert history["epoch"].tolist() == list(range(21, 30))
    again = pickle.loads(pickle.dumps(history))
    assert (again.total, again["epoch"].tolist()) == (29, history["epoch"].tolist())


def test_memory_of_endless_passes_is_bounded():
    history = History()
    for epoch in range(1, 2001):
        history.append(epoch=[epoch], update=epoch, rows=epoch)
        history.keep_last(50)
        assert len(history["loss"].base) < 300
    assert history.total == 2000


def test_a_pickle_holds_what_is_used_and_no_times():
    """Not the room to grow, which is old memory; nor columns that say little."""
    history = long_history(100)
    history.set(seconds=1.5)
    text = pickle.dumps(history)
    assert len(text) < 8 * 100 + 1000  # one column
    again = pickle.loads(text)
    for name in SCHEMA.names:
        assert again[name].dtype == history[name].dtype
        if name != "seconds":
            assert np.array_equal(again[name], history[name], equal_nan=True), name
    assert np.isnan(again["seconds"]).all()
    later = pickle.loads(text)
    later.set(seconds=9.0)
    assert pickle.dumps(later) == text


@pytest.mark.parametrize(
    "losses", [[], [2.0], [2.0, 2.0], [2.0, 1.0, 2.0], [NAN, NAN], [NAN, 1.0], [np.inf]]
)
def test_any_column_comes_back_from_a_pickle(losses):
    history = History()
    for epoch, loss in enumerate(losses, start=1):
        history.append(epoch=[epoch], update=epoch**2, rows=7, loss=loss)
    again = pickle.loads(pickle.dumps(history))
    assert again["update"].tolist() == history["update"].tolist()
    assert again["rows"].tolist() == history["rows"].tolist()
    assert np.array_equal(again["loss"], losses, equal_nan=True)
    again.append(epoch=[9], update=81, rows=7, loss=0.5)
    assert again["loss"][-1] == 0.5


def test_a_column_that_is_none_is_answered_with_those_there_are():
    history = fit(epochs=2)[1].history
    with pytest.raises(KeyError, match=r"There is no column 'losses'; .*'loss'"):
        history["losses"]
