"""Importance as scikit-learn's, dependence by a loop, and the worst rows."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance

from halfmoon.report import explaining

RNG = np.random.default_rng(0)
N = 600
X = RNG.normal(size=(N, 3))
Y = 2.0 * X[:, 0] + np.sin(3.0 * X[:, 1]) + 0.3 * RNG.normal(size=N)
TABLE = {name: X[:, j] for j, name in enumerate("abc")}
SMALL = explaining.rows_of(TABLE, np.arange(200))


@pytest.fixture(scope="module")
def forest():
    return RandomForestRegressor(20, max_depth=5, random_state=0).fit(X, Y)


@pytest.fixture(scope="module")
def predict(forest):
    def of_table(table):
        return forest.predict(np.column_stack([table[name] for name in "abc"]))[:, None]

    return of_table


def squares(predicted, rows):
    return (predicted[:, 0] - Y[rows]) ** 2


@pytest.mark.parametrize("root", [False, True])
def test_importance_is_scikit_learns(forest, predict, root):
    found = explaining.importances(
        TABLE, list("abc"), predict, squares, root, np.random.default_rng(0), 9_000
    )
    scoring = "neg_root_mean_squared_error" if root else "neg_mean_squared_error"
    expected = permutation_importance(
        forest, X, Y, scoring=scoring, n_repeats=20, random_state=0
    )
    assert [one.column for one in found] == ["a", "b", "c"]
    for one, mean, spread in zip(
        found, expected.importances_mean, expected.importances_std, strict=True
    ):
        assert one.value == pytest.approx(mean, abs=3.0 * spread)
        assert one.low < mean < one.high
        assert one.low <= one.value <= one.high


def test_the_interval_of_an_importance_is_over_rows(predict):
    """Another sample of rows gives an importance that lies within it."""
    inside = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        rows = rng.choice(N, 150, replace=False)

        def lost(predicted, part, rows=rows):
            return squares(predicted, rows[part])

        part = explaining.rows_of(TABLE, rows)
        (one,) = explaining.importances(part, ["a"], predict, lost, False, rng, 9_000)
        (whole,) = explaining.importances(
            TABLE, ["a"], predict, squares, False, rng, 9_000
        )
        inside += one.low <= whole.value <= one.high
    assert inside >= 8


def test_a_column_that_is_not_used_has_none(predict):
    table = {**TABLE, "d": RNG.normal(size=N)}
    rng = np.random.default_rng(0)
    (found,) = explaining.importances(table, ["d"], predict, squares, True, rng, 9_000)
    assert found.value == pytest.approx(0.0, abs=1e-12)


def test_a_model_without_errors_is_no_trouble():
    """The root of nothing has no slope, and no number is infinite."""

    def perfect(table):
        return table["a"][:, None]

    def lost(predicted, rows):
        return (predicted[:, 0] - TABLE["a"][rows]) ** 2

    rng = np.random.default_rng(0)
    (found,) = explaining.importances(TABLE, ["a"], perfect, lost, True, rng, 9_000)
    assert np.isfinite([found.low, found.value, found.high]).all()


def test_fewer_rows_are_predicted_where_there_is_less_time():
    counted = []

    def predict(table):
        counted.append(len(table["a"]))
        return table["a"][:, None]

    rng = np.random.default_rng(0)
    for predictions in (9_000, 1_200, 30):
        counted.clear()
        explaining.importances(
            TABLE, ["a", "b"], predict, squares, True, rng, predictions
        )
        rows = min(N, max(explaining.FEWEST, predictions // 6))
        assert counted == [rows, 3 * rows, 3 * rows]


def depends(name, kind, parsed, predict, raw=None, table=SMALL):
    raw = parsed if raw is None else raw
    return explaining.dependence(name, kind, parsed, raw, table, predict, ("y",), [0])


def test_dependence_is_the_mean_of_predictions(forest, predict):
    found = depends("b", "number", X[:, 1], predict)
    expected = []
    for value in found.values:
        rows = X[:200].copy()
        rows[:, 1] = value
        expected.append(forest.predict(rows).mean())
    assert found.responses[0] == pytest.approx(expected)
    assert len(found.values) == explaining.GRID
    assert set(found.values) <= set(X[:, 1])
    assert np.diff(found.values).min() > 0.0
    assert sum(found.shares) == pytest.approx(1.0)


def test_a_number_with_few_values_shows_all_of_them():
    parsed = np.array([3.0, 1.0, np.nan, 1.0, 2.0, 1.0])
    found = depends(
        "n", "number", parsed, lambda table: table["n"][:, None], table={"n": parsed}
    )
    assert found.values == (1.0, 2.0, 3.0)
    assert found.responses[0] == (1.0, 2.0, 3.0)
    assert found.shares == pytest.approx((3 / 6, 1 / 6, 1 / 6))


def test_categories_dates_and_texts_of_numbers_are_cells():
    texts = np.array(["b", "a", "b", None, "c", "b", "a"], dtype=object)

    def lengths(table):
        return np.array([[float(len(cell))] for cell in table["x"]])

    found = depends("x", "category", texts, lengths, table={"x": texts[:2]})
    assert found.values == ("b", "a", "c")
    assert found.shares == pytest.approx((3 / 7, 2 / 7, 1 / 7))

    prices = np.array(["£1.50", "£20", "£3"], dtype=object)
    parsed = np.array([1.5, 20.0, 3.0])
    found = depends("x", "number", parsed, lengths, prices, {"x": prices})
    assert found.values == (1.5, 3.0, 20.0)
    assert found.responses[0] == (5.0, 2.0, 3.0)  # the cells were set

    days = np.array(["2020-01-05", "2020-01-03"], dtype="datetime64[s]")

    def day(table):
        return table["x"].astype("datetime64[D]").astype(float)[:, None]

    found = depends("x", "date", days, day, table={"x": days})
    assert found.values == ("2020-01-03", "2020-01-05")
    assert np.diff(found.responses[0]).tolist() == [2.0]

    yes = np.array(["yes", "no"], dtype=object)
    found = depends("x", "yes/no", np.array([1.0, 0.0]), lengths, yes, {"x": yes})
    assert found.values == ("no", "yes")


def test_an_empty_column_has_no_dependence(predict):
    assert depends("b", "number", np.full(5, np.nan), predict) is None


def test_the_worst_rows_come_first():
    table = {
        "day": np.array(["2020-01-05", "NaT", "2020-01-03"], dtype="datetime64[s]"),
        "size": np.array([1.0, np.nan, 2.5]),
        "name": np.array(["Ann", None, "Bo"], dtype=object),
    }
    errors = np.array([0.5, -3.0, 0.0])
    names = ["1", "2", "3"]
    found = explaining.worst(
        table, errors, names, names, [None] * 3, np.array([7, 8, 9])
    )
    assert [one.row for one in found] == [8, 7]
    assert found[0].cells == {"day": "", "size": "", "name": ""}
    assert found[1].cells == {"day": "2020-01-05", "size": "1", "name": "Ann"}
    assert found[1].probability is None
    many = explaining.worst(
        {"x": X[:, 0]}, X[:, 0], [""] * N, [""] * N, np.ones(N), np.arange(N)
    )
    worst = [abs(one.error) for one in many]
    assert worst == sorted(np.abs(X[:, 0]), reverse=True)[: explaining.WORST]
