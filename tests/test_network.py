"""A network's dtype, sums, batches and symmetries, and the data it refuses."""

import inspect
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.engines import reference
from halfmoon.engines.contract import Problem, State
from halfmoon.layers import Context, Dense, Dropout
from halfmoon.network import Network
from halfmoon.training.train import train

TRAIN = Context(training=True, seed=1, update=2)
LAM = 0.03
L1 = 0.01


def truth(loss, n, columns, rng):
    """Random y of the kind that a loss reads, as a table."""
    return {
        "classes": np.eye(columns)[rng.integers(0, columns, n)],
        "labels": rng.integers(0, 2, (n, columns)).astype(float),
        "counts": rng.poisson(2.0, (n, columns)).astype(float),
        "real": rng.normal(size=(n, columns)),
    }[LOSSES.make(loss).target]


def example(
    loss="softmax_cross_entropy", hidden=("tanh",), n=7, seed=0, columns=2, **options
):
    """A network with three inputs, random parameters, and data for it as (X, y, w)."""
    rng = np.random.default_rng(seed)
    k = LOSSES.make(loss).outputs(columns)
    network = Network.dense(
        [3, *[4] * len(hidden), k], list(hidden), loss, seed=seed, **options
    )
    network.theta = network.theta + (0.1 * rng.normal(size=network.size)).astype(
        network.dtype
    )
    data = (
        rng.normal(size=(n, 3)),
        truth(loss, n, columns, rng),
        rng.uniform(0.2, 3.0, n),
    )
    return network, network.read(*data)


def problem(network, data, batch_size, **options):
    return Problem(
        network,
        *data,
        optimizer=OPTIMIZERS.make("gd"),
        batch_size=batch_size,
        **options,
    )


@pytest.mark.parametrize("loss", naive.LOSSES)
@pytest.mark.parametrize("hidden", [(), ("tanh",), ("logistic", "elu")], ids=len)
def test_objective_and_gradient_equal_scalar_loops(loss, hidden):
    network, (X, y, w) = example(loss, hidden)
    sizes = [3, *[4] * len(hidden), network.k]
    theta = network.theta.tolist()
    expected = naive.objective(
        sizes, hidden, loss, theta, X.tolist(), y.tolist(), w.tolist(), LAM, L1
    )
    part = network.objective(network.theta, X, y, w, LAM, L1)
    assert part.loss == pytest.approx(expected[0], rel=1e-12)
    assert part.penalty == pytest.approx(expected[1], rel=1e-12)
    np.testing.assert_allclose(part.g, expected[2], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("loss", ["logistic_cross_entropy", "squared_error", "poisson"])
def test_weights_of_single_outputs_equal_scalar_loops(loss):
    network, (X, y, _) = example(loss)
    w = np.random.default_rng(1).uniform(0.0, 2.0, (7, 2))
    expected = naive.sums(
        [3, 4, 2],
        ["tanh"],
        loss,
        network.theta.tolist(),
        X.tolist(),
        y.tolist(),
        w.tolist(),
    )
    loss_sum, g, weight = network.sums(network.theta, *network.read(X, y, w))
    assert (loss_sum, weight) == pytest.approx((expected[0], expected[2]), rel=1e-12)
    np.testing.assert_allclose(g, expected[1], rtol=1e-9, atol=1e-12)


def test_output_weights_that_are_equal_in_a_row_are_the_rows_weight():
    network, (X, y, w) = example("squared_error")
    rows = network.sums(network.theta, X, y, w)
    outputs = network.sums(network.theta, X, y, np.hstack([w, w]))
    for one, other in zip(rows, outputs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13)


# Layout


def test_weights_come_from_the_seed_layer_by_layer():
    first, again, other = (
        Network.dense([3, 4, 2], seed=seed).theta for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert (first != other).any()
    rng = np.random.RandomState(5)
    network = Network.dense(
        [3, 4, 2], initializer="tutorial", rng=np.random.RandomState(5)
    )
    for p, (d, k) in zip(network.views(network.theta), [(3, 4), (4, 2)], strict=True):
        assert np.array_equal(p.W, rng.randn(d, k) / np.sqrt(d))
        assert not p.b.any()


# dtype


def dtypes_inside(value):
    """The dtypes of all float arrays in closures, those of no dimension included."""
    if inspect.isfunction(value):
        inner = inspect.getclosurevars(value).nonlocals.values()
        return {dtype for held in inner for dtype in dtypes_inside(held)}
    if hasattr(value, "__dict__") and hasattr(value, "W"):
        return {array.dtype for array in vars(value).values()}
    if isinstance(value, np.ndarray | np.floating) and value.dtype.kind == "f":
        return {value.dtype}
    return set()


def spied(network, context, X, y, w):
    """The dtypes of what each backward receives and gives during one pass."""
    seen = set()
    z, tape = network.forward(network.theta, X, context)
    dtheta = np.empty_like(network.theta)
    da = w * network.loss.dz(z, y)
    for backward, dp in zip(
        reversed(tape), reversed(network.views(dtheta)), strict=True
    ):
        seen |= {da.dtype} | dtypes_inside(backward)
        da = backward(da, dp, True)
    return seen | {
        z.dtype,
        da.dtype,
        network.loss.value(z, y).dtype,
        network.loss.link(z).dtype,
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_intermediate_of_every_loss_keeps_the_dtype(loss, dtype):
    network, data = example(loss, dtype=dtype, dropout=[0.2, 0.3])
    assert spied(network, TRAIN, *data) == {np.dtype(dtype)}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_intermediate_of_every_activation_stays_float32(activation):
    network, data = example(
        hidden=(activation, activation), dtype=np.float32, dropout=0.3
    )
    assert spied(network, TRAIN, *data) == {np.dtype(np.float32)}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_gradients_slots_and_weights_stay_float32_in_training(optimizer):
    network, (X, y, w) = example("squared_error", dtype=np.float32, dropout=0.2)
    options = {
        "l2": 0.1,
        "l1": 0.1,
        "clip": 0.5,
        "decay": 0.1,
        "average": 0.9,
        "batch_size": 3,
        "schedule": "cosine",
    }
    run = train(
        network,
        X,
        y,
        w=w,
        optimizer=optimizer,
        epochs=3,
        learning_rate=0.01,
        validation=(X, y),
        **options,
    )
    left = [run.theta, run.average, run.best.weights, network.theta, *run.slots]
    assert {array.dtype for array in left} == {np.dtype(np.float32)}
    assert network.objective(network.theta, X, y, w, 0.1, 0.1).g.dtype == np.float32
    assert network.predict(X).dtype == np.float32


def test_float32_gradient_is_the_float64_gradient_rounded():
    wide, data = example("huber", hidden=("gelu", "mish"))
    narrow, _ = example("huber", hidden=("gelu", "mish"), dtype=np.float32)
    g = wide.objective(wide.theta, *data, LAM, L1).g
    small = [part.astype(np.float32) for part in data]
    np.testing.assert_allclose(
        narrow.objective(narrow.theta, *small, LAM, L1).g, g, rtol=1e-4, atol=1e-5
    )


def test_other_dtypes_are_refused():
    with pytest.raises(ValueError, match="float64 or float32"):
        Network.dense([2, 2], dtype=np.float16)


# Sums add


@given(st.data())
@settings(max_examples=40)
def test_sums_over_a_partition_of_the_rows_add_up(data):
    loss = data.draw(st.sampled_from(sorted(naive.LOSSES)))
    n = data.draw(st.integers(1, 20))
    share = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    network, (X, y, w) = example(loss, n=n, dropout=0.3)

    def part(rows):
        ctx = Context(True, 1, 2, rows)
        return network.sums(network.theta, X[rows], y[rows], w[rows], ctx)

    whole = part(np.arange(n))
    parts = [part(np.flatnonzero(share == s)) for s in np.unique(share)]
    for one, summands in zip(whole, zip(*parts, strict=True), strict=True):
        np.testing.assert_allclose(sum(summands), one, rtol=1e-10, atol=1e-12)


@given(st.data())
@settings(max_examples=40)
def test_an_epochs_batches_add_up_to_n_over_b_times_the_full_gradient(data):
    loss = data.draw(st.sampled_from(sorted(naive.LOSSES)))
    n = data.draw(st.integers(1, 25))
    b = data.draw(st.integers(1, 25))
    shuffle = data.draw(st.booleans())
    b = min(b, n)
    network, rows = example(loss, n=n)
    task = problem(network, rows, b, lam=LAM, l1=L1, shuffle=shuffle, seed=n)
    parts = [
        reference.gradient(task, State(network.theta, [], t=t))
        for t in range(task.per_epoch)
    ]
    full = network.objective(network.theta, *rows, LAM, L1)
    for name in ("loss", "penalty", "g"):
        total = sum(getattr(part, name) for part in parts)
        np.testing.assert_allclose(
            total, n / b * getattr(full, name), rtol=1e-10, atol=1e-12
        )


@given(
    n=st.integers(1, 60),
    b=st.integers(1, 60),
    epoch=st.integers(0, 5),
    shuffle=st.booleans(),
)
@settings(max_examples=40)
def test_an_epochs_batches_hold_every_row_once(n, b, epoch, shuffle):
    network, rows = example(n=n)
    task = problem(network, rows, min(b, n), shuffle=shuffle)
    updates = range(epoch * task.per_epoch, (epoch + 1) * task.per_epoch)
    batches = [np.arange(n)[task.batch(update)] for update in updates]
    assert sorted(np.concatenate(batches).tolist()) == list(range(n))
    assert {len(batch) for batch in batches[:-1]} <= {min(b, n)}


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_each_epochs_batches_are_cut_from_the_documented_shuffle(epoch):
    network, rows = example(n=20)
    task = problem(network, rows, 6, seed=9)
    batches = [
        task.batch(update).tolist() for update in range(4 * epoch, 4 * epoch + 4)
    ]
    order = naive.fisher_yates(naive.key(9, 1, epoch), 20)  # 1: the shuffles' path
    assert batches == [order[:6], order[6:12], order[12:18], order[18:]]


@given(st.data())
@settings(max_examples=40)
def test_whole_weights_count_rows(data):
    """A row of weight 2 is the row twice, and one of weight 0 is not there.

    Both in the objective and in the gradient.
    """
    loss = data.draw(st.sampled_from(sorted(naive.LOSSES)))
    times = np.array(
        data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=12).filter(any))
    )
    network, (X, y, _) = example(loss, n=len(times))
    repeated = np.repeat(np.arange(len(times)), times)
    weighted = network.objective(network.theta, *network.read(X, y, times), LAM, L1)
    counted = network.objective(
        network.theta, *network.read(X[repeated], y[repeated]), LAM, L1
    )
    for one, other in zip(weighted, counted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


# Symmetries


def test_the_order_of_the_rows_does_not_matter():
    network, (X, y, w) = example(n=20)
    order = np.random.default_rng(1).permutation(20)
    one = network.objective(network.theta, X, y, w, LAM, L1)
    other = network.objective(network.theta, X[order], y[order], w[order], LAM, L1)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)


def permuted(network, theta, order):
    """theta with the first hidden layer's units in another order."""
    moved = theta.copy()
    (below, above) = network.views(theta)
    (b, a) = network.views(moved)
    b.W[...] = below.W[:, order]
    b.b[...] = below.b[order]
    a.W[...] = above.W[order]
    return moved


def test_the_order_of_the_hidden_units_does_not_matter():
    network, rows = example()
    order = [2, 0, 3, 1]
    moved = permuted(network, network.theta, order)
    assert (moved != network.theta).any()
    one = network.objective(network.theta, *rows, LAM, L1)
    other = network.objective(moved, *rows, LAM, L1)
    assert (one.loss, one.penalty) == pytest.approx(
        (other.loss, other.penalty), rel=1e-13
    )
    np.testing.assert_allclose(
        other.g, permuted(network, one.g, order), rtol=1e-12, atol=1e-15
    )


def test_softmax_ignores_a_constant_added_to_all_scores():
    network, rows = example()
    shifted = network.theta.copy()
    shifted[-2:] += 5.0
    assert network.objective(shifted, *rows).loss == pytest.approx(
        network.objective(network.theta, *rows).loss
    )


# Penalty


def test_biases_are_not_penalised():
    network, rows = example()
    theta = network.theta.copy()
    for p in network.views(theta):
        p.W[...] = 0.0
    assert network.penalty(theta, 3.0, 2.0) == 0.0
    assert np.array_equal(
        network.objective(theta, *rows, 3.0, 2.0).g, network.objective(theta, *rows).g
    )


@given(lam=st.floats(0, 10), l1=st.floats(0, 10))
@settings(max_examples=20)
def test_penalty_does_not_depend_on_the_rows(lam, l1):
    network, (X, y, w) = example()
    one = network.objective(network.theta, X, y, w, lam, l1).penalty
    assert network.objective(network.theta, X[:2], y[:2], w[:2], lam, l1).penalty == one


# What is refused


class Frame:
    """The little of a DataFrame that names columns."""

    columns = ("age", "height", "weight")

    def __init__(self, rows):
        self.rows = rows

    def __array__(self, dtype=None, copy=None):
        return np.array(self.rows, dtype=dtype)


def read(
    X=((1, 2, 3), (4, 5, 6)),
    y=(0, 1),
    w=None,
    loss="softmax_cross_entropy",
    k=2,
    **options,
):
    return Network.dense([3, k], loss=loss, **options).read(X, y, w)


def test_bad_values_of_x_are_refused_with_their_columns():
    with pytest.raises(ValueError, match="columns 0, 2;"):
        read(X=[[np.nan, 2, 3], [4, 5, np.inf]])
    with pytest.raises(ValueError, match="columns height, weight;"):
        read(X=Frame([[1, np.nan, 3], [4, 5, -np.inf]]))


def test_x_beyond_float32_is_refused_with_its_column():
    with pytest.raises(ValueError, match=r"infinite \(in float32\) in columns 1;"):
        read(X=np.array([[1, 1e300, 3], [4, 5, 6]]), dtype=np.float32)


def test_y_and_w_beyond_float32_are_refused():
    with pytest.raises(ValueError, match="NaN or infinite"):
        read(y=[1e300, 1.0], loss="squared_error", k=1, dtype=np.float32)
    with pytest.raises(ValueError, match="finite weights"):
        read(w=[1e300, 1.0], dtype=np.float32)


@pytest.mark.parametrize("shape", [(2,), (2, 2), (2, 4), (0, 3), (1, 2, 3)])
def test_x_of_a_wrong_shape_is_refused(shape):
    with pytest.raises(
        ValueError, match=r"X must have shape \(n, 3\) with n at least 1"
    ):
        read(X=np.ones(shape))


@pytest.mark.parametrize(
    ("y", "says"),
    [
        ([0, 1, 1], "X has 2 rows but y has 3"),
        ([0, 2], "class numbers 0 to 1"),
        ([-1, 1], "class numbers 0 to 1"),
        ([0.5, 1], "class numbers 0 to 1"),
        ([0.0, np.nan], "class numbers 0 to 1|NaN"),
        (["a", "b"], "numbers"),
        ([[0.5, 0.6], [1, 0]], "distribution"),
        ([[1, 0, 0], [0, 1, 0]], "does not fit a network of 2 outputs"),
        ([["a"], ["b"]], "numbers"),
    ],
)
def test_classes_that_cannot_be_are_refused(y, says):
    with pytest.raises(ValueError, match=says):
        read(y=y)


@pytest.mark.parametrize(
    ("loss", "y", "says"),
    [
        ("squared_error", [np.nan, 1.0], "y holds 1 values that are NaN or infinite"),
        (
            "squared_error",
            [np.inf, -np.inf],
            "y holds 2 values that are NaN or infinite",
        ),
        (
            "squared_error",
            [[1.0, 2.0], [3.0, 4.0]],
            "does not fit a network of 1 outputs",
        ),
        ("logistic_cross_entropy", [0, 2], r"y must lie in \[0, 1\]"),
        ("poisson", [-1, 2], r"y must lie in \[0, inf\]"),
    ],
)
def test_values_that_cannot_be_are_refused(loss, y, says):
    with pytest.raises(ValueError, match=says):
        read(y=y, loss=loss, k=1)


@pytest.mark.parametrize(
    "w",
    [[1, -1], [0, 0], [np.nan, 1], [np.inf, 1], [1e308, 1e308], [1e-310, 1e-310]],
)
def test_weights_that_cannot_be_are_refused(w):
    with pytest.raises(ValueError, match="finite weights of at least 0, not all 0"):
        read(w=w)


@pytest.mark.parametrize("w", [2.0, [1], [1, 1, 1], [[1, 1], [1, 1]], [[[1], [1]]]])
def test_weights_of_a_wrong_shape_are_refused(w):
    with pytest.raises(ValueError, match=r"w must have shape \(2,\)"):
        read(w=w)


def test_dropout_below_the_first_weights_is_never_asked_for_da0():
    asked = []

    class Watched(Dropout):
        def forward(self, p, a0, ctx):
            a, backward = super().forward(p, a0, ctx)
            return a, lambda da, dp, need: asked.append(need) or backward(da, dp, need)

    class First(Dense):
        def forward(self, p, a0, ctx):
            a, backward = super().forward(p, a0, ctx)
            return a, lambda da, dp, need: asked.append(need) or backward(da, dp, need)

    network = Network([Watched(3, 0.2), First(3, 4, "tanh"), Dense(4, 2)])
    network.sums(network.theta, *read(), TRAIN)
    assert asked == [False]


def test_theta_is_kept_in_the_networks_own_form():
    network = Network.dense([2, 3, 2], dtype="float32")
    for form in (
        np.arange(17),
        np.arange(34.0)[::2] / 2,
        np.arange(17, dtype=">f8"),
        list(range(17)),
    ):
        network.theta = form
        assert network.theta.dtype == np.float32
        assert network.theta.flags.carray
        assert network.theta.tolist() == list(range(17))
    X = np.ones((3, 2))
    twice = np.stack([network.theta, 2 * network.theta], 1)
    assert np.array_equal(network.predict(X, twice[:, 0]), network.predict(X))
    for wrong in (np.zeros(16), np.zeros((17, 1)), 3.0, []):
        with pytest.raises(ValueError, match=r"theta must have shape \(17,\); got"):
            network.theta = wrong
        with pytest.raises(ValueError, match=r"theta must have shape \(17,\); got"):
            network.predict(X, wrong)


def test_seeds_may_be_numpys_and_have_a_range():
    assert (
        Network.dense([2, 3, 2], seed=np.int64(1)).theta
        == Network.dense([2, 3, 2], seed=1).theta
    ).all()
    for seed in (-1, 2**64):
        with pytest.raises(ValueError, match="seed"):
            Network.dense([2, 3, 2], seed=seed)


def test_a_walk_passes_through_every_layer_and_keeps_what_is_on_the_way():
    network = Network.dense([2, 3, 2], "tanh", dropout=0.5)
    theta = network.theta + 0.1
    rows = network.read_rows([[0.5, -1.0], [0.0, 2.0]])
    steps = list(network.walk(rows, theta))
    assert [step.layer.label for step in steps] == ["Dense 1", "Dropout", "Dense 2"]
    assert steps[0].a0 is rows
    for below, step in pairwise(steps):
        assert step.a0 is below.a
    np.testing.assert_array_equal(steps[-1].a, network.raw_predict(rows, theta))
    for step, p in zip(steps, network.views(theta), strict=True):
        assert vars(step.p).keys() == vars(p).keys()
        if step.layer.act is not None:
            np.testing.assert_array_equal(step.z, step.a0 @ p.W + p.b)
            np.testing.assert_array_equal(step.a, step.layer.act.f(step.z))


def test_a_walk_in_training_drops():
    network = Network.dense([2, 40, 2], dropout=0.5)
    rows = network.read_rows([[0.5, -1.0]])
    steps = list(network.walk(rows, ctx=Context(training=True)))
    assert steps[0].z.shape == (1, 40)
    assert (steps[1].a == 0.0).any()


def test_known_parameters_are_taken_and_none_are_drawn(monkeypatch):
    theta = np.arange(17.0)
    monkeypatch.setattr(Network, "initial", None)
    network = Network([Dense(2, 3, "tanh"), Dense(3, 2)], theta=theta)
    assert np.array_equal(network.theta, theta)
    with pytest.raises(ValueError, match=r"theta must have shape \(17,\); got \(16,\)"):
        Network([Dense(2, 3, "tanh"), Dense(3, 2)], theta=theta[1:])
