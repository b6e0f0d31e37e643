"""Every loss in the registry: link, value and dz, and the truth as each reads it."""

from dataclasses import dataclass, fields

import numpy as np
import pytest

import cases
from cases import of_cases, with_settings
from formulas import evaluate
from halfmoon import Network, check_gradients, train
from halfmoon.components.losses import (
    LOSSES,
    Loss,
    Pinball,
    Quantiles,
    SoftmaxCrossEntropy,
    encode,
)
from small import MOONS_X, MOONS_Y

CASES = with_settings(LOSSES, cases.LOSSES)
THREE = "softmax_cross_entropy:sizes=3/2/4"
each_name = pytest.mark.parametrize("name", LOSSES)
each_case = pytest.mark.parametrize(("name", "h"), CASES, ids=str)
each_dtype = pytest.mark.parametrize(
    "dtype", [np.float64, np.float32], ids=["float64", "float32"]
)
N = 7
COLUMNS = 3


def truth(loss, rng, n=N):
    """y (n, 3) such as the loss reads it.

    Several class variables have as many columns as classes. In the first rows classes
    and labels are outright, then there are shares.
    """
    if loss.target == "classes":
        return np.hstack(
            [
                distributions(C, rng, n)
                for C in getattr(loss, "sizes", None) or (COLUMNS,)
            ]
        )
    if loss.target == "labels":
        y = rng.uniform(size=(n, COLUMNS))
        y[: n // 2] = rng.randint(2, size=(n // 2, COLUMNS))
        return y
    if loss.target == "counts":
        return rng.poisson(2.0, (n, COLUMNS)).astype(np.float64)
    return rng.standard_normal((n, COLUMNS))


def distributions(C, rng, n):
    y = rng.dirichlet([1.0] * C, n)
    y[: n // 2] = np.eye(C)[rng.randint(C, size=n // 2)]
    return y


def example(name, h, scale=1.5):
    """A loss with random scores z and truth y."""
    loss = LOSSES[name](**h)
    rng = np.random.RandomState(3)
    y = truth(loss, rng)
    return loss, scale * rng.standard_normal((N, loss.outputs(COLUMNS))), y


def perfect(loss, y):
    """Scores that say exactly what outright truth says, as nearly as scores can."""
    if loss.target in ("classes", "labels"):
        return 1e4 * (2.0 * y - 1.0)
    if loss.target == "counts":
        return np.log(y)
    z = np.repeat(y, loss.outputs(1), axis=1)
    # no step up from one quantile to the next
    z[:, [i for i in range(z.shape[1]) if i % loss.outputs(1)]] = -1e4
    return z


# ---- dz is the derivative of value


@each_case
def test_dz_is_the_slope_of_value(name, h):
    loss, z, y = example(name, h)
    step = 1e-5
    difference = np.empty_like(z)
    for j in range(z.shape[1]):
        up = z.copy()
        down = z.copy()
        up[:, j] += step
        down[:, j] -= step
        difference[:, j] = (loss.value(up, y) - loss.value(down, y)).sum(axis=1) / (
            2 * step
        )
    np.testing.assert_allclose(loss.dz(z, y), difference, rtol=1e-8, atol=1e-9)


@each_case
def test_far_out_dz_is_still_the_slope_of_value(name, h):
    """dz is the slope of a chord of length 2, at raw predictions of some hundreds.

    There every loss is straight, or nearly so.
    """
    loss, z, y = example(name, h, scale=300.0)
    z = z[(np.abs(z) > 40.0).all(axis=1)]
    y = y[: len(z)]
    assert len(z) >= 1
    for j in range(z.shape[1]):
        up = z.copy()
        down = z.copy()
        up[:, j] += 1e-3
        down[:, j] -= 1e-3
        difference = (loss.value(up, y) - loss.value(down, y)).sum(axis=1) / 2e-3
        np.testing.assert_allclose(
            loss.dz(z, y)[:, j], difference, rtol=1e-4, atol=1e-6
        )


@pytest.mark.parametrize(("name", "h"), of_cases(CASES, cases.LOSSES), ids=str)
def test_link_value_and_dz_equal_the_textbooks(name, h):
    loss, z, y = example(name, h)
    case = cases.LOSSES[name]
    rows = list(zip(z.tolist(), y.tolist(), strict=True))
    values = [case.value(*row, **h) for row in rows]
    np.testing.assert_allclose(
        loss.link(z), [case.link(row, **h) for row in z.tolist()], rtol=1e-13
    )
    np.testing.assert_allclose(loss.value(z, y), values, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(
        loss.dz(z, y), [case.dz(*row, **h) for row in rows], rtol=1e-11, atol=1e-14
    )


@each_case
def test_its_equations_are_what_is_computed(name, h):
    """Printed formulas, evaluated as they stand."""
    loss, z, y = example(name, h)
    if name == "quantiles":
        found = quantiles_equations(loss, z, y)
    else:
        found = equations(loss, z, y)
    np.testing.assert_allclose(found["y_hat"], loss.link(z), rtol=1e-12)
    np.testing.assert_allclose(found["l"], loss.value(z, y), rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(found["dz"], loss.dz(z, y), rtol=1e-9, atol=1e-13)


def equations(loss, z, y):
    """y_hat, l and dz by the loss's own formulas; t is the truth, smoothed."""
    sizes = loss.classes(z.shape[1])
    group = np.repeat(np.arange(len(sizes)), sizes)
    one_of_each = np.unique(group, return_index=True)[1]
    functions = {
        "sum_(c in g)": lambda table: np.stack(
            [table[:, group == g].sum(axis=1) for g in group], axis=1
        ),
        "sum_g": lambda table: table[:, one_of_each].sum(axis=1, keepdims=True),
    }
    if loss.target == "counts":
        functions["log"] = lambda x: np.log(np.where(x > 0.0, x, 1.0))
    settings = {field.name: getattr(loss, field.name) for field in fields(loss)}
    names = settings | {"z": z, "y": y, "C": z.shape[1], "C_g": np.take(sizes, group)}
    found = {equation.name: equation.formula for equation in loss.equations}
    for name in ("y_hat", "t", "l", "dz"):
        if name in found:
            names[name] = evaluate(found[name], functions, **names)
    return names


def quantiles_equations(loss, z, y):
    """The same for several quantiles: level by level, as the formulas have q."""
    found = {equation.name: equation.formula for equation in loss.equations}
    first, rest = found["y_hat"].split(",  y_hat_q = ")
    total, each = found["dz"].split(",  dz_q = ")
    of_one = {equation.name: equation.formula for equation in Pinball().equations}

    def pinball(z, y, level):
        return evaluate(of_one["l"], z=z, y=y, level=level)

    n = len(loss.levels)
    y_hat = np.empty_like(z)
    dz = np.empty_like(z)
    value = 0.0
    for column in range(y.shape[1]):
        truth = y[:, column]
        at = slice(column * n, column * n + n)
        r = []
        for q, level in enumerate(loss.levels):
            names = {"z_1": z[:, at][:, 0], "z_q": z[:, at][:, q]}
            if q == 0:
                y_hat[:, at.start] = evaluate(first, **names)
            else:
                below = y_hat[:, at.start + q - 1]
                y_hat[:, at.start + q] = evaluate(
                    rest, **names, **{"y_hat_(q-1)": below}
                )
            now = {"z": y_hat[:, at.start + q], "y": truth, "level": level}
            r.append(evaluate(of_one["dz"], **now))
            value = value + evaluate(
                found["l"].removeprefix("sum_q "),
                {"pinball": pinball},
                y_hat_q=now["z"],
                y=truth,
                level_q=level,
            )
        above = np.cumsum(r[::-1], axis=0)[::-1]
        dz[:, at.start] = evaluate(total, {"sum_q": lambda r: r}, r_q=above[0])
        for q in range(1, n):
            functions = {"sum_(p >= q)": lambda r: r}
            dz[:, at.start + q] = evaluate(
                each, functions, z_q=z[:, at.start + q], r_p=above[q]
            )
    return {"y_hat": y_hat, "l": value[:, None], "dz": dz}


def test_every_built_in_loss_has_a_case():
    built_in = {
        name
        for name, block in LOSSES.items()
        if block.__module__.startswith("halfmoon.components.losses.")
    }
    assert built_in == set(cases.LOSSES)


# ---- what a prediction looks like


def parted(table, h):
    """The table's columns, one table for each class variable."""
    return np.split(table, np.cumsum(h.get("sizes", table.shape[1:]))[:-1], axis=1)


@each_case
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_the_link_gives_what_the_target_may_be(name, h, scale):
    loss, z, _ = example(name, h, scale)
    y_hat = loss.link(z)
    assert y_hat.shape == z.shape
    assert np.isfinite(y_hat).all()
    if loss.target == "classes":
        np.testing.assert_allclose(
            [p.sum(axis=1) for p in parted(y_hat, h)], 1.0, rtol=1e-12
        )
    if loss.target in ("classes", "labels"):
        assert (y_hat <= 1.0).all()
    if loss.target != "real":
        assert (y_hat >= 0.0).all()


@each_case
def test_the_link_rises_with_the_score(name, h):
    loss, z, _ = example(name, h)
    for j in range(z.shape[1]):
        up = z.copy()
        up[:, j] += 0.1
        assert (loss.link(up)[:, j] > loss.link(z)[:, j]).all()


@pytest.mark.parametrize("h", [h for name, h in CASES if name == "quantiles"], ids=str)
def test_quantiles_never_cross(h):
    loss, z, _ = example("quantiles", h, 1e3)
    y_hat = loss.link(z).reshape(N, COLUMNS, -1)
    assert (np.diff(y_hat, axis=-1) >= 0.0).all()


@each_case
def test_a_column_has_one_score_or_one_for_each_level_or_class(name, h):
    expected = {
        "quantiles": 7 * len(h.get("levels", "123")),
        "softmax_cross_entropy": sum(h.get("sizes", [7])),
    }
    assert LOSSES[name](**h).outputs(7) == expected.get(name, 7)


# ---- the value


@each_case
@each_dtype
def test_scores_of_ten_thousand_stay_finite(name, h, dtype):
    loss, z, y = example(name, h)
    for far in (np.full_like(z, 1e4), np.full_like(z, -1e4), 1e4 * np.sign(z)):
        assert np.isfinite(loss.value(far.astype(dtype), y.astype(dtype))).all()
        assert np.isfinite(loss.dz(far.astype(dtype), y.astype(dtype))).all()


@each_case
@each_dtype
def test_dtype_and_shape_are_kept(name, h, dtype):
    loss, z, y = (
        part.astype(dtype) if isinstance(part, np.ndarray) else part
        for part in example(name, h)
    )
    assert (loss.link(z).dtype, loss.link(z).shape) == (dtype, z.shape)
    assert (loss.dz(z, y).dtype, loss.dz(z, y).shape) == (dtype, z.shape)
    assert loss.value(z, y).dtype == dtype
    assert loss.value(z, y).shape in (z.shape, (N, 1))


@each_case
def test_float32_is_float64_rounded(name, h):
    loss, z, y = example(name, h)
    single = z.astype(np.float32), y.astype(np.float32)
    double = [part.astype(np.float64) for part in single]
    np.testing.assert_allclose(
        loss.value(*single), loss.value(*double), rtol=1e-5, atol=5e-6
    )
    np.testing.assert_allclose(loss.dz(*single), loss.dz(*double), rtol=1e-5, atol=1e-6)


@each_case
def test_the_value_is_never_negative(name, h):
    loss, z, y = example(name, h)
    assert (loss.value(z, y) >= 0.0).all()


@each_case
@each_dtype
def test_perfection_costs_nothing_and_pulls_nowhere(name, h, dtype):
    loss, _, y = example(name, {k: v for k, v in h.items() if k != "smoothing"})
    y = np.maximum(y[: N // 2], 1.0 if loss.target == "counts" else -np.inf).astype(
        dtype
    )
    z = perfect(loss, y).astype(dtype)
    noise = 30 * np.finfo(dtype).eps
    np.testing.assert_allclose(
        loss.link(z).reshape(*y.shape, -1).mean(axis=-1), y, rtol=noise, atol=noise
    )
    np.testing.assert_allclose(loss.value(z, y), 0.0, atol=noise)
    # at its kink a pinball's slope is between -level and 1 - level
    if name not in ("pinball", "quantiles"):
        np.testing.assert_allclose(loss.dz(z, y), 0.0, atol=noise)


@each_case
def test_the_value_is_least_at_perfection(name, h):
    """Also with smoothing, where perfection is predicting the smoothed truth."""
    loss = LOSSES[name](**h)
    rng = np.random.RandomState(1)
    y = truth(loss, rng, 400)
    smoothing = h.get("smoothing", 0.0)
    if loss.target == "classes":
        sizes = h.get("sizes", COLUMNS)
        t = (1 - smoothing) * y + smoothing / np.repeat(sizes, sizes)
        best = np.log(np.clip(t, 1e-300, 1.0))
    elif loss.target == "labels":
        t = (1 - smoothing) * y + smoothing / 2
        t = np.clip(t, 1e-300, 1.0)
        best = np.log(t) - np.log(np.maximum(1 - t, 1e-300))
    elif loss.target == "counts":
        best = np.log(np.maximum(y, 1e-300))
    else:
        best = perfect(loss, y)
    least = loss.value(best, y)
    for size in (0.01, 1.0, 10.0):
        elsewhere = best + size * rng.standard_normal(best.shape)
        assert (loss.value(elsewhere, y) >= least - 1e-12).all()


@pytest.mark.parametrize(
    ("name", "h"), [case for case in CASES if case[0] != "quantiles"], ids=str
)
def test_the_value_is_convex_in_the_score(name, h):
    """The value is convex for all losses but several quantiles at once.

    Their steps bend under the pinballs.
    """
    loss, z, y = example(name, h)
    other = np.random.RandomState(9).standard_normal(z.shape)
    middle = loss.value((z + other) / 2, y)
    assert (middle <= (loss.value(z, y) + loss.value(other, y)) / 2 + 1e-12).all()


@each_case
def test_rows_do_not_know_of_each_other(name, h):
    loss, z, y = example(name, h)
    np.testing.assert_array_equal(loss.value(z[2:3], y[2:3]), loss.value(z, y)[2:3])
    np.testing.assert_array_equal(loss.dz(z[2:3], y[2:3]), loss.dz(z, y)[2:3])


@each_case
def test_a_leading_axis_changes_nothing(name, h):
    loss, z, y = example(name, h)
    z2 = np.stack([z, z[::-1]])
    y2 = np.stack([y, y[::-1]])
    for function in (loss.value, loss.dz):
        np.testing.assert_array_equal(
            function(z2, y2), [function(z, y), function(z, y)[::-1]]
        )
    np.testing.assert_array_equal(loss.link(z2)[1], loss.link(z)[::-1])


@each_case
def test_the_inputs_are_left_alone(name, h):
    loss, z, y = example(name, h)
    kept = z.copy(), y.copy()
    loss.link(z), loss.value(z, y), loss.dz(z, y)
    np.testing.assert_array_equal(z, kept[0])
    np.testing.assert_array_equal(y, kept[1])


@each_case
def test_nan_scores_are_not_hidden(name, h):
    loss, z, y = example(name, h)
    z[1] = np.nan
    for table in (loss.value(z, y), loss.dz(z, y), loss.link(z)):
        np.testing.assert_array_equal(np.isnan(table).all(axis=1), np.arange(N) == 1)
        np.testing.assert_array_equal(np.isnan(table).any(axis=1), np.arange(N) == 1)


# ---- single losses


def test_softmax_does_not_care_where_the_scores_start():
    loss, z, y = example("softmax_cross_entropy", {})
    np.testing.assert_allclose(loss.value(z + 1000.0, y), loss.value(z, y), rtol=1e-11)
    np.testing.assert_allclose(loss.dz(z, y).sum(axis=1), 0.0, atol=1e-15)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_one_class_variable_among_several_is_softmax_to_the_bit(smoothing):
    one, z, y = example("softmax_cross_entropy", {"smoothing": smoothing})
    for sizes in (None, (COLUMNS,)):
        several = SoftmaxCrossEntropy(smoothing, sizes)
        np.testing.assert_array_equal(several.link(z), one.link(z))
        np.testing.assert_array_equal(several.value(z, y), one.value(z, y))
        np.testing.assert_array_equal(several.dz(z, y), one.dz(z, y))


def test_each_class_variable_has_its_own_softmax():
    loss, z, y = example(
        "softmax_cross_entropy", {"sizes": (3, 2, 4), "smoothing": 0.2}
    )
    one = LOSSES.make("softmax_cross_entropy:smoothing=0.2")
    parts = [slice(0, 3), slice(3, 5), slice(5, 9)]
    values = [one.value(z[:, part], y[:, part]) for part in parts]
    np.testing.assert_allclose(loss.value(z, y), sum(values), rtol=1e-14)
    for part in parts:
        np.testing.assert_array_equal(loss.link(z)[:, part], one.link(z[:, part]))
        np.testing.assert_array_equal(
            loss.dz(z, y)[:, part], one.dz(z[:, part], y[:, part])
        )
        elsewhere = np.delete(np.arange(9), part)
        # a constant for the scores of one variable
        shifted = z + 1000.0 * np.isin(np.arange(9), np.arange(9)[part])
        np.testing.assert_array_equal(
            loss.dz(shifted, y)[:, elsewhere], loss.dz(z, y)[:, elsewhere]
        )
        np.testing.assert_allclose(loss.value(shifted, y), loss.value(z, y), rtol=1e-11)


def test_two_variables_of_equal_chances_cost_the_logarithm_of_all_pairs():
    loss = SoftmaxCrossEntropy(sizes=(3, 4))
    y = encode(loss, [[2, 3]], 7, np.float64)
    np.testing.assert_allclose(
        loss.value(np.zeros((1, 7)), y), [[np.log(12)]], rtol=1e-15
    )


@pytest.mark.parametrize(
    "sizes", [(), (1, 3), (0,), (-2, 4), (2.5, 3), (3, True), ("3", "2"), 5, "abc"]
)
def test_each_class_variable_has_two_classes_or_more(sizes):
    with pytest.raises(
        ValueError, match=r"sizes must be None, or integers in \[2, inf\)"
    ):
        SoftmaxCrossEntropy(sizes=sizes)


def test_sizes_can_be_a_list_of_numpys_integers():
    assert SoftmaxCrossEntropy(sizes=[np.int64(3), np.int64(2)]) == SoftmaxCrossEntropy(
        sizes=(3, 2)
    )


def test_scores_that_do_not_fit_the_sizes_are_refused_in_words():
    loss = SoftmaxCrossEntropy(sizes=(3, 2, 4))
    for k in (1, 8, 10):
        for call in (loss.link, lambda z: loss.value(z, z), lambda z: loss.dz(z, z)):
            message = f"sizes=3/2/4 needs 9 raw predictions; the network gives {k}"
            with pytest.raises(ValueError, match=message):
                call(np.zeros((5, k)))


def test_softmax_of_two_classes_is_the_logistic_of_the_difference():
    softmax = LOSSES.make("softmax_cross_entropy")
    logistic = LOSSES.make("logistic_cross_entropy")
    z = np.array([[0.3, -1.2], [2.0, 5.0]])
    y = np.array([[1.0, 0.0], [1.0, 0.0]])
    np.testing.assert_allclose(
        softmax.value(z, y), logistic.value(z[:, :1] - z[:, 1:], y[:, :1]), rtol=1e-13
    )


def test_a_huge_delta_makes_huber_the_squared_error_and_a_tiny_one_the_absolute():
    z, y = np.random.RandomState(0).standard_normal((2, 9, 2))
    squared = LOSSES.make("squared_error")
    absolute = LOSSES.make("absolute_error")
    huber = LOSSES["huber"]
    np.testing.assert_allclose(
        huber(delta=1e6).value(z, y), squared.value(z, y), rtol=1e-12
    )
    np.testing.assert_allclose(
        huber(delta=1e-9).value(z, y) / 1e-9, absolute.value(z, y), rtol=1e-6
    )


def test_pinball_at_one_half_is_half_the_absolute_error():
    z, y = np.random.RandomState(0).standard_normal((2, 9, 2))
    np.testing.assert_allclose(
        2 * LOSSES.make("pinball").value(z, y),
        LOSSES.make("absolute_error").value(z, y),
    )


@pytest.mark.parametrize("level", [0.1, 0.5, 0.83])
def test_the_constant_that_costs_least_is_the_quantile(level):
    y = np.random.RandomState(0).standard_normal((2001, 1))
    grid = np.linspace(-3, 3, 1201)
    pinball = LOSSES["pinball"](level=level)
    cost = [pinball.value(np.full_like(y, z), y).mean() for z in grid]
    assert grid[np.argmin(cost)] == pytest.approx(np.quantile(y, level), abs=0.005)


def test_poisson_is_half_the_deviance():
    """2 (y log(y / mu) - (y - mu)), at rates and counts written out by hand."""
    z = np.log([[2.0, 0.5, 3.0]])
    y = np.array([[4.0, 0.0, 3.0]])
    half = [4 * np.log(2) - 2, 0.5, 0.0]
    np.testing.assert_allclose(LOSSES.make("poisson").value(z, y), [half], atol=1e-15)


def test_poisson_goes_on_as_a_tangent_without_a_jump():
    poisson = LOSSES.make("poisson")
    y = np.array([[3.0]])
    below = np.array([[30.0 - 1e-9]])
    above = np.array([[30.0 + 1e-9]])
    for function in (poisson.value, poisson.dz):
        np.testing.assert_allclose(function(below, y), function(above, y), rtol=1e-8)
    assert poisson.link(np.array([[31.0]]))[0, 0] == pytest.approx(2 * np.exp(30.0))


def test_each_column_of_several_has_its_own_quantiles():
    loss, z, y = example("quantiles", {})
    one_by_one = [
        loss.value(z[:, 3 * c : 3 * c + 3], y[:, c : c + 1]) for c in range(COLUMNS)
    ]
    np.testing.assert_allclose(loss.value(z, y), sum(one_by_one), rtol=1e-13)


@pytest.mark.parametrize(
    "levels", [(0.5, 0.1), (0.5, 0.5), (), (0.0, 0.5), (0.5, 1.0), (0.5, np.nan)]
)
def test_levels_must_increase_between_0_and_1(levels):
    with pytest.raises(
        ValueError, match=r"levels must be numbers in \(0, 1\), increasing"
    ):
        Quantiles(levels=levels)


def test_a_single_level_is_taken_or_refused_in_words():
    try:
        outputs = Quantiles(levels=0.5).outputs(1)
    except ValueError:
        outputs = 1  # refused: as good
    assert outputs == 1


def test_a_loss_that_defines_nothing_says_what_is_missing():
    for call, missing in [
        (lambda: Loss().link(0), r"link\(z\)"),
        (lambda: Loss().value(0, 0), r"value\(z, y\)"),
        (lambda: Loss().dz(0, 0), r"dz\(z, y\)"),
    ]:
        with pytest.raises(NotImplementedError, match=f"define {missing}"):
            call()


# ---- encode


@each_dtype
def test_class_numbers_become_one_hot_rows(dtype):
    table = encode(LOSSES.make("softmax_cross_entropy"), [2, 0, 1, 2], 3, dtype)
    assert table.dtype == dtype
    np.testing.assert_array_equal(table, [[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    np.testing.assert_array_equal(
        encode(LOSSES.make("softmax_cross_entropy"), [2.0, 0.0, 1.0, 2.0], 3, dtype),
        table,
    )


def test_distributions_over_the_classes_stay():
    y = [[0.2, 0.8], [1.0, 0.0]]
    np.testing.assert_array_equal(
        encode(LOSSES.make("softmax_cross_entropy"), y, 2, np.float64), y
    )


@each_dtype
def test_class_numbers_of_several_variables_become_one_hot_rows_side_by_side(dtype):
    loss = SoftmaxCrossEntropy(sizes=(3, 2))
    table = encode(loss, [[2, 0], [0, 1]], 5, dtype)
    assert table.dtype == dtype
    np.testing.assert_array_equal(table, [[0, 0, 1, 1, 0], [1, 0, 0, 0, 1]])
    np.testing.assert_array_equal(encode(loss, table, 5, dtype), table)
    np.testing.assert_array_equal(
        encode(loss, [[2.0, 0.0], [0.0, 1.0]], 5, dtype), table
    )


@pytest.mark.parametrize(
    "loss", ["softmax_cross_entropy", "softmax_cross_entropy:sizes=3"]
)
def test_class_numbers_of_one_variable_may_be_flat_or_a_column(loss):
    flat, column = (
        encode(LOSSES.make(loss), y, 3, np.float64) for y in ([2, 0], [[2], [0]])
    )
    np.testing.assert_array_equal(flat, [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(column, flat)


@pytest.mark.parametrize(
    "name", [name for name in LOSSES if LOSSES[name].target != "classes"]
)
def test_one_column_may_be_given_flat(name):
    loss = LOSSES.make(name)
    table = encode(loss, [0, 1, 1], loss.outputs(1), np.float32)
    assert table.dtype == np.float32
    np.testing.assert_array_equal(table, [[0], [1], [1]])


@each_case
def test_truth_that_fits_is_handed_on_as_a_copy(name, h):
    loss, z, y = example(name, h)
    table = encode(loss, y, z.shape[1], np.float64)
    np.testing.assert_array_equal(table, y)
    assert not np.shares_memory(table, y)


@pytest.mark.parametrize(
    ("name", "y", "k", "message"),
    [
        (
            "softmax_cross_entropy",
            [0, 1, 2],
            2,
            "class numbers 0 to 1; got values from 0 to 2",
        ),
        ("softmax_cross_entropy", [0, -1], 2, "class numbers"),
        ("softmax_cross_entropy", [0, 0.5], 2, "class numbers"),
        ("softmax_cross_entropy", [[0.5, 0.4]], 2, "distribution"),
        ("softmax_cross_entropy", [[1.5, -0.5]], 2, r"lie in \[0, 1\]"),
        (
            "softmax_cross_entropy",
            [[1.0, 0.0, 0.0]],
            2,
            "does not fit a network of 2 outputs",
        ),
        ("softmax_cross_entropy", [0, 1], 1, "class numbers 0 to 0"),
        ("softmax_cross_entropy", [0, 2], 2, "class numbers 0 to 1"),
        (
            THREE,
            [0, 1],
            9,
            (
                "does not fit a network of 9 outputs with "
                "softmax_cross_entropy:sizes=3/2/4"
            ),
        ),
        (THREE, [[0, 1, 4]], 9, "class numbers 0 to 3; got values from 4 to 4"),
        (THREE, [[0, 0.5, 1]], 9, "class numbers 0 to 1"),
        (THREE, [[0, 0, 1, 1, 0, 1, 0, 0]], 9, "does not fit a network of 9 outputs"),
        (
            THREE,
            [[0, 0, 1, 1, 0, 1, 0, 0, 0]],
            8,
            "needs 9 raw predictions; the network gives 8",
        ),
        (
            THREE,
            [[0, 1, 1, 1, 0, 0, 0, 0, 0]],
            9,
            "distribution over the 3/2/4 classes",
        ),
        (
            THREE,
            [[0, 0, 1, 0.5, 0.4, 1, 0, 0, 0]],
            9,
            "distribution over the 3/2/4 classes",
        ),
        (THREE, [[0, 0, 1, 1.5, -0.5, 1, 0, 0, 0]], 9, r"lie in \[0, 1\]"),
        (THREE, [[[0, 1, 2]]], 9, "does not fit"),
        ("logistic_cross_entropy", [0, 2], 1, r"lie in \[0, 1\]"),
        ("logistic_cross_entropy", [[0, -0.1]], 2, r"lie in \[0, 1\]"),
        ("poisson", [3, -1], 1, r"lie in \[0, inf\]"),
        ("squared_error", [1.0, np.nan], 1, "1 values that are NaN or infinite"),
        ("squared_error", [1.0, np.inf], 1, "1 values that are NaN or infinite"),
        ("squared_error", [1.0, 2.0], 2, "does not fit a network of 2 outputs"),
        ("squared_error", [[[1.0]]], 1, "does not fit"),
        (
            "quantiles",
            [1.0, 2.0],
            1,
            "does not fit a network of 1 outputs with quantiles",
        ),
    ],
)
def test_truth_that_does_not_fit_is_refused_in_words(name, y, k, message):
    with pytest.raises(ValueError, match=message):
        encode(LOSSES.make(name), y, k, np.float64)


def test_class_numbers_that_are_nan_are_refused_in_words():
    with pytest.raises(ValueError, match="NaN"):
        encode(LOSSES.make("softmax_cross_entropy"), [0.0, np.nan], 2, np.float64)


@pytest.mark.parametrize("name", ["softmax_cross_entropy", "squared_error"])
def test_words_for_truth_are_refused_in_words(name):
    with pytest.raises(ValueError, match="y "):
        encode(
            LOSSES.make(name),
            ["spam", "ham"],
            2 if name.startswith("soft") else 1,
            np.float64,
        )


def test_a_loss_that_forgets_to_keep_its_axis_is_refused():
    @dataclass(frozen=True)
    class Flat(Loss):
        """l = sum (z - y)^2."""

        def link(self, z):
            return z

        def value(self, z, y):
            return ((z - y) ** 2).sum(axis=1)

        def dz(self, z, y):
            return 2.0 * (z - y)

    with pytest.raises(ValueError, match="keepdims"):
        train(Network.dense([2, 3, 1], loss=Flat()), MOONS_X, MOONS_Y)
    with pytest.raises(ValueError, match="keepdims"):
        check_gradients(Flat())


@pytest.mark.parametrize(
    ("name", "classes", "values"),
    [
        ("softmax_cross_entropy", True, False),
        ("logistic_cross_entropy", True, False),
        ("squared_error", True, True),
        ("huber", True, True),
        ("poisson", False, False),
        ("quantiles", False, False),
    ],
)
def test_a_loss_says_which_task_it_suits(name, classes, values):
    loss = LOSSES.make(name)
    assert loss.suits("classification") == classes
    assert loss.suits("regression") == values
