"""Several networks on one table, each judged by the rows that it has not learned."""

import dataclasses

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.preprocessing import scale

from fits import press_ctrl_c
from halfmoon.estimators.ensemble import (
    Data,
    cross_entropy,
    mean_probabilities,
    mean_values,
    network_of,
    out_of_fold,
    temperature,
    train_members,
)
from halfmoon.estimators.folds import cut
from halfmoon.estimators.recipe import recipe_for
from halfmoon.training import loop

SMALL = {"members": 3, "hidden": (8,), "epochs": 6, "patience": 3}


@pytest.fixture(scope="module")
def cancer():
    X, t = load_breast_cancer(return_X_y=True)
    w = np.random.default_rng(0).uniform(0.5, 2.0, len(t))
    return Data(scale(X).astype(np.float32), t, w)


@pytest.fixture(scope="module")
def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return Data(scale(X).astype(np.float32), scale(y), np.ones(len(y)))


def recipe(data, classes=True, **changes):
    found = recipe_for(3, len(data.t), classes)
    return dataclasses.replace(found, **(SMALL | changes))


def trained(data, classes=True, n_threads=1, progress=None, deadline=None, **changes):
    one = recipe(data, classes, **changes)
    k = 2 if classes else 1
    loss = "softmax_cross_entropy" if classes else "squared_error"

    def build(seed):
        return network_of(one, data.Z.shape[1], k, loss, seed)

    parts = cut(data.t, one, classes=classes).held_out
    return train_members(data, parts, one, build, 0, n_threads, progress, deadline)


@pytest.fixture(scope="module")
def members(cancer):
    return trained(cancer)[0]


# Members


def test_the_kept_epoch_is_the_one_that_predicts_the_held_out_rows_best(
    cancer, members
):
    for one in members:
        losses = one.run.history["validation_loss"]
        Z, t, w = cancer.part(one.held_out)
        p = softmax(one.network.raw_predict(Z).astype(float), axis=1)
        found = log_loss(t, p, sample_weight=w)
        assert found == pytest.approx(losses.min(), rel=1e-5)


def test_of_values_too(diabetes):
    members, _ = trained(diabetes, classes=False)
    for one in members:
        Z, t, _ = diabetes.part(one.held_out)
        found = mean_squared_error(t, one.network.predict(Z))
        lowest = one.run.history["validation_loss"].min()
        assert found == pytest.approx(2.0 * lowest, rel=1e-4)


def test_a_refined_epoch_has_the_lowest_loss_at_its_best_temperature(cancer):
    members, _ = trained(cancer, refines=True, epochs=20, learning_rate=0.1)
    for one in members:
        Z, t, w = cancer.part(one.held_out)
        z = one.network.raw_predict(Z).astype(float)

        def loss(log_T, z=z, t=t, w=w):
            return log_loss(t, softmax(z / np.exp(log_T), axis=1), sample_weight=w)

        best = minimize_scalar(loss, bounds=(np.log(0.7), np.log(3)), method="bounded")
        found = one.run.history["validation_loss"].min()
        assert found == pytest.approx(best.fun, rel=0.02)


def test_a_member_scales_its_inputs_and_is_compiled(cancer, members):
    labels = [layer.label for layer in members[0].network.layers]
    assert labels == ["Scaling 1", "Dense 2", "Dropout", "Dense 3"]
    assert members[0].network.layers[0].rate_factor == recipe(cancer).scaling > 1.0
    assert members[0].run.engine == "compiled"


def test_threads_change_no_bit(cancer, members):
    others, _ = trained(cancer, n_threads=2)
    for one, other in zip(members, others, strict=True):
        assert np.array_equal(one.network.theta, other.network.theta)


def test_members_differ(members):
    first, second, _ = (one.network.theta for one in members)
    assert not np.allclose(first, second)


def test_each_member_has_first_weights_of_its_own(cancer):
    one = recipe(cancer, epochs=1)
    seeds = []

    def build(seed):
        seeds.append(seed)
        return network_of(one, cancer.Z.shape[1], 2, "softmax_cross_entropy", seed)

    parts = cut(cancer.t, one, classes=True).held_out
    train_members(cancer, parts, one, build, 5, 1)
    assert seeds == [5, 6, 7]


@pytest.mark.parametrize("n_threads", [1, 2])
def test_after_ctrl_c_the_members_so_far_stay(cancer, n_threads):
    pressed = []

    def progress(number, run):
        if number == 1 and run.epoch == 2 and not pressed:
            pressed.append(number)
            press_ctrl_c()

    members, stopped = trained(cancer, True, n_threads, progress, members=8)
    assert stopped == "interrupted"
    assert 2 <= len(members) < 8
    assert all(np.isfinite(one.network.theta).all() for one in members)


def test_ctrl_c_ends_a_long_epoch(cancer, monkeypatch):
    """The first member keeps what it has learned of its first epoch."""
    chunks = []

    def chunk(*args):
        chunks.append(args)
        if len(chunks) == 2:
            press_ctrl_c()
        return run_chunk(*args)

    run_chunk = loop.run_chunk
    monkeypatch.setattr(loop, "run_chunk", chunk)
    members, stopped = trained(cancer, members=8, batch_size=1)
    assert stopped == "interrupted"
    (first,) = members
    assert first.run.epoch == 0
    assert 0 < first.run.t < len(cancer.t) * 7 // 8
    assert np.isfinite(first.network.theta).all()


def test_a_later_member_without_an_epoch_is_left_out(cancer, monkeypatch):
    told = []

    def progress(number, run):
        told.append(number)

    def chunk(*args):
        if len(told) == 2:  # the first one's epoch, and its end
            told.append("interrupted")
            press_ctrl_c()
        return run_chunk(*args)

    run_chunk = loop.run_chunk
    monkeypatch.setattr(loop, "run_chunk", chunk)
    members, stopped = trained(cancer, progress=progress, epochs=1, batch_size=1)
    assert told[2] == "interrupted"
    assert stopped == "interrupted"
    assert len(members) == 1


# Temperature, and the mean


@pytest.mark.parametrize("T", [0.5, 1.0, 3.0])
def test_cross_entropy_is_that_of_the_divided_raw_predictions(T):
    rng = np.random.default_rng(1)
    z = rng.normal(size=(50, 4)) * 3.0
    t = rng.integers(0, 4, 50)
    w = rng.uniform(0.5, 2.0, 50)
    expected = log_loss(t, softmax(z / T, axis=1), sample_weight=w, labels=range(4))
    assert cross_entropy(z, t, w, T) == pytest.approx(expected)


def test_the_temperature_is_half_the_way_to_the_best(cancer, members):
    z = np.vstack([one.network.raw_predict(cancer.Z[one.held_out]) for one in members])
    rows = np.concatenate([one.held_out for one in members])

    def loss(log_T):
        p = softmax(z.astype(float) / np.exp(log_T), axis=1)
        return log_loss(cancer.t[rows], p, sample_weight=cancer.w[rows])

    best = minimize_scalar(loss, bounds=(-0.7, 1.5), method="bounded").x
    held, found = out_of_fold(members, cancer)
    assert np.array_equal(held, rows)
    T = temperature(found, cancer.t[held], cancer.w[held])
    assert np.log(T) == pytest.approx(best / 2, abs=0.02)


@pytest.mark.parametrize("best", [0.6, 1.0, 2.5])
def test_a_temperature_far_from_1_is_half_the_way_too(best):
    """Classes are drawn with the probabilities of z / best: no other T is better."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(20_000, 3)) * 2.0
    t = (softmax(z / best, axis=1).cumsum(axis=1) < rng.random((len(z), 1))).sum(axis=1)
    T = temperature(z, t, np.ones(len(z)))
    assert np.log(T) == pytest.approx(np.log(best) / 2.0, abs=0.05)


def test_predictions_are_means(cancer, members, diabetes):
    networks = [one.network for one in members]
    Z = cancer.Z[:20]
    each = [softmax(one.raw_predict(Z).astype(float) / 1.3, axis=1) for one in networks]
    p = mean_probabilities(networks, Z, 1.3)
    assert p == pytest.approx(np.mean(each, axis=0))
    assert p.sum(axis=1) == pytest.approx(1.0)
    values = [one.network for one in trained(diabetes, classes=False)[0]]
    expected = np.mean([one.predict(diabetes.Z) for one in values], axis=0)
    assert mean_values(values, diabetes.Z) == pytest.approx(expected, rel=1e-5)
