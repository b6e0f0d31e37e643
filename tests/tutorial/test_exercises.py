"""Section 8's measurements: small ones, against plain NumPy and known numbers."""

import itertools

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.datasets import make_gaussian_quantiles, make_moons
from sklearn.metrics import log_loss

from halfmoon import datasets
from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.tutorial.exercises import activations, annealing, classes, minibatches
from halfmoon.tutorial.experiment import Experiment, build, descend, full_loss

DATA = datasets.make("moons", 40, 0.2, 0)


@pytest.fixture
def experiment():
    return Experiment(quick=True)


# Minibatches


def test_the_losses_are_those_after_so_many_passes(experiment):
    training = minibatches.Training(experiment, DATA, 10, 0.5)
    losses = training.watch(np.array([1, 5, 8]))
    for passes, loss in zip((1, 5, 8), losses, strict=True):
        assert training.watch(np.array([passes])) == [loss]
    network = experiment.network()
    descend(network, *DATA, 0.5, batch_size=10, seed=0, epochs=8)
    assert full_loss(network, *DATA) == loss


def course(passes_to_low, milliseconds):
    return minibatches.Course(1, 1.0, [1], [0.1], passes_to_low, milliseconds)


@pytest.mark.parametrize("full_batch_gets_there", [True, False])
def test_minibatches_are_faster_only_than_a_run_that_ends(full_batch_gets_there):
    full = course(90, 9.0) if full_batch_gets_there else course(None, None)
    many = [full, course(9, 2.0), course(4, 1.0), course(3, 3.0)]
    claims = minibatches.find_claims(many, many)
    assert claims["fewer_passes_on_many"] is full_batch_gets_there
    assert claims["less_time_on_many"] is full_batch_gets_there


def test_another_order_of_the_points_is_another_run(experiment):
    passes = np.array([3])
    for size, is_same in ((10, False), (40, True)):
        training = minibatches.Training(experiment, DATA, size, 0.5)
        first, second = (training.watch(passes, order) for order in (0, 1))
        assert (first == pytest.approx(second, rel=1e-9)) is is_same


def test_the_rate_is_that_of_the_lowest_mean_loss(experiment):
    course = minibatches.follow(experiment, DATA, 10, 12)
    first = np.arange(1, minibatches.FIRST_PASSES + 1)
    means = {
        rate: minibatches.Training(experiment, DATA, 10, rate).watch(first).mean()
        for rate in minibatches.RATES
    }
    assert course.rate == min(means, key=means.get)
    assert course.passes.tolist() == list(range(1, 13))


@pytest.mark.parametrize("limit", [10.0, 0.0])
def test_a_low_loss_has_its_passes_and_their_time(experiment, monkeypatch, limit):
    monkeypatch.setattr(minibatches, "LOW", limit)
    course = minibatches.follow(experiment, DATA, 10, 12)
    if limit == 0.0:
        assert (course.passes_to_low, course.milliseconds) == (None, None)
    else:
        assert course.passes_to_low == 1
        assert course.milliseconds > 0.0


# Annealing


def test_a_straight_line_falls_from_one_to_zero(experiment):
    options = {"schedule": annealing.Straight(), "epochs": 8}
    run = descend(experiment.network(), *DATA, 2.0, **options)
    assert run.history["learning_rate"] == pytest.approx(2.0 - np.arange(8) / 4.0)


def test_every_schedule_and_ours_are_there():
    schedules = annealing.schedules_for(500)
    assert [*schedules][:-1] == [*annealing.SCHEDULES]
    assert [*schedules][-1] == annealing.OURS


# Activations


@pytest.mark.parametrize("name", activations.FORGOTTEN)
def test_only_the_slope_is_forgotten(name):
    forgotten = activations.FORGOTTEN[name]
    known = activations.ACTIVATIONS.make(name)
    z = np.linspace(-2.0, 2.0, 9)
    a = known.f(z)
    assert forgotten.f(z).tolist() == a.tolist()
    assert forgotten.df(z, a) == pytest.approx(1.0 - a**2)
    for act, is_right in ((known, True), (forgotten, False)):
        assert check_gradients(build([2, 3, 2], act), *DATA).ok is is_right


# Classes


def test_the_rings_are_those_of_the_program(experiment):
    np.random.seed(0)
    X, y = make_gaussian_quantiles(n_samples=200, cov=0.4)
    own = classes.data_sets(experiment)["rings"].data
    assert own[0].tolist() == X.tolist()
    assert own[1].tolist() == y.tolist()


def test_three_data_sets_have_three_classes(experiment):
    for points in classes.data_sets(experiment).values():
        for X, y in points:
            assert X.shape == (len(y), 2)
            assert np.bincount(y).min() > 0.3 * len(y)
            assert len(np.bincount(y)) == 3


# What the page tells, against plain NumPy

SEEDS = (0, 1)  # of a quick run


def descended(sizes, data, f, df, rate, passes, seed):
    """Descent in plain NumPy, for any layers: gives loss and raw predictions.

    `rate` is a function of the update.
    """
    X, y = data
    rng = np.random.RandomState(seed)
    Ws = [rng.randn(n, k) / np.sqrt(n) for n, k in itertools.pairwise(sizes)]
    bs = [np.zeros(k) for k in sizes[1:]]
    lam = 0.00005

    def forward(X):
        kept = [X]
        for W, b in zip(Ws[:-1], bs[:-1], strict=True):
            kept.append(f(kept[-1] @ W + b))
        return kept, kept[-1] @ Ws[-1] + bs[-1]

    for t in range(passes):
        kept, z = forward(X)
        delta = (softmax(z, axis=1) - np.eye(sizes[-1])[y]) / len(y)
        for i in reversed(range(len(Ws))):
            dW = kept[i].T @ delta + lam * Ws[i]
            db = delta.sum(axis=0)
            if i > 0:
                delta = delta @ Ws[i].T * df(kept[i])
            Ws[i] = Ws[i] - rate(t) * dW
            bs[i] = bs[i] - rate(t) * db
    penalty = lam / 2.0 * sum((W**2).sum() for W in Ws)
    loss = log_loss(y, softmax(forward(X)[1], axis=1)) + penalty
    return loss, lambda X: forward(X)[1]


def tanh_slope(a):
    return 1.0 - a**2


def one(t):
    return 1.0


def found(sizes, seed_data, new, f, df, passes):
    """The loss and the accuracy on new points, from each seed, sorted."""
    X_new, y_new = new
    losses = []
    shares = []
    for seed in SEEDS:
        loss, predict = descended(sizes, seed_data, f, df, one, passes, seed)
        losses.append(loss)
        shares.append(np.mean(predict(X_new).argmax(axis=1) == y_new))
    return {"loss": sorted(losses), "accuracy_new": sorted(shares)}


def assert_told(told, found, rel=1e-5):
    """Lowest, median and highest of two seeds.

    Where steps are at the edge of stability, rounding changes more than the last digits
    of a loss.
    """
    low, high = found["loss"]
    assert told["loss"] == pytest.approx([low, (low + high) / 2.0, high], rel=rel)
    low, high = found["accuracy_new"]
    spanned = [low, (low + high) / 2.0, high]
    assert told["accuracy_new"] == pytest.approx(spanned, abs=0.001)


def moons(n, seed):
    return make_moons(n, noise=0.2, random_state=seed)


def spiral(n, arms, turns, seed):
    rng = np.random.RandomState(seed)
    y = np.arange(n) % arms
    r = np.sqrt(rng.uniform(0.02, 1.0, n))
    t = 2.0 * np.pi * (y / arms + turns * r)
    X = np.column_stack([r * np.cos(t), r * np.sin(t)])
    return X + 0.03 * rng.standard_normal(X.shape), y


@pytest.mark.parametrize(
    ("name", "f", "df", "rel"),
    [
        ("tanh", np.tanh, tanh_slope, 1e-3),
        ("logistic", expit, lambda a: a * (1.0 - a), 1e-5),
        ("identity", lambda z: z, lambda a: 1.0, 1e-5),
    ],
)
def test_activations_reach_what_plain_numpy_reaches(results, name, f, df, rel):
    told = results["activations"]["reached"][name]
    data = (moons(200, 0), moons(2_000, 10_000))
    assert_told(told, found([2, 3, 2], *data, f, df, 1_000), rel)


def test_the_forgotten_slope_misleads_plain_numpy_too(results):
    data = (moons(200, 0), moons(2_000, 10_000))
    reached = found([2, 3, 2], *data, expit, tanh_slope, 1_000)
    low, high = results["activations"]["forgotten"]["logistic"][::2]
    assert [low, high] == pytest.approx(reached["accuracy_new"], abs=0.001)


def test_three_classes_are_told_apart_as_plain_numpy_does(results):
    told = results["classes"]["reached"]["spiral"]["10"]
    data = (spiral(200, 3, 1.0, 0), spiral(3_000, 3, 1.0, 10_000))
    assert_told(told, found([2, 10, 3], *data, np.tanh, tanh_slope, 1_000))


def test_four_layers_reach_what_plain_numpy_reaches(results):
    told = results["depth"]["reached"]["moons"]["3 and 3"]
    assert told["parameters"] == 2 * 3 + 3 + 3 * 3 + 3 + 3 * 2 + 2
    data = (moons(200, 0), moons(2_000, 10_000))
    assert_told(told, found([2, 3, 3, 2], *data, np.tanh, tanh_slope, 1_000), 0.03)


def test_a_falling_rate_ends_where_plain_numpy_does(results):
    passes = results["annealing"]["full_passes"]
    settings = (np.tanh, tanh_slope, lambda t: 2.0 * (1.0 - t / passes), passes, 0)
    loss, _ = descended([2, 3, 2], moons(200, 0), *settings)
    assert results["annealing"]["full_annealed"] == pytest.approx(loss, rel=1e-4)


def test_the_answers_that_a_reader_can_check(results):
    assert results["minibatches"]["updates_of_other_batch"] == 7
    assert results["activations"]["slope_of_logistic_at_0"] == 0.25
    assert results["classes"]["parameters"] == 2 * 10 + 10 + 10 * 3 + 3
    assert results["depth"]["parameters_of_exercise"] == 173
    assert results["annealing"]["rate_after_three_quarters"] == 0.5
