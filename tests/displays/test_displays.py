"""Displays draw the numbers of the fit, keep what they drew, and draw only where they
are told.
"""

import itertools
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from scipy.sparse import csr_array
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold, validation_curve
from sklearn.neural_network import MLPClassifier as SklearnMLP
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from halfmoon import MLPClassifier, MLPRegressor, datasets
from halfmoon.displays import (
    DecisionSurfaceDisplay,
    HiddenUnitsDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    SweepDisplay,
    WeightsDisplay,
)
from halfmoon.displays.plots import COLOURS
from halfmoon.displays.slices import Slice

mpl.use("Agg")
X2, y2 = datasets.make("moons", n=120, noise=0.2, seed=0)
IRIS = load_iris()
X4 = IRIS.data
flowers = IRIS.target_names[IRIS.target]
XD, yd = load_diabetes(return_X_y=True)
XD = XD[:150, :5]
yd = yd[:150]


def fit(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


def ax():
    return Figure().subplots()


@pytest.fixture(scope="module")
def moons():
    """Two inputs, one output, three tanh units, validated."""
    model = MLPClassifier(
        (3,),
        "tanh",
        learning_rate_init=0.05,
        early_stopping=True,
        max_iter=30,
        random_state=0,
    )
    return fit(model, X2, y2)


@pytest.fixture(scope="module")
def iris():
    """A pipeline, four inputs, string labels, two hidden layers, no validation data."""
    model = MLPClassifier(
        (20, 5), "relu", learning_rate_init=0.02, max_iter=30, random_state=0
    )
    return fit(make_pipeline(StandardScaler(), model), X4, flowers)


@pytest.fixture(scope="module")
def values():
    model = MLPRegressor(
        hidden_layer_sizes=(5,),
        activation="tanh",
        solver="lbfgs",
        max_iter=50,
        random_state=0,
    )
    return fit(make_pipeline(StandardScaler(), model), XD, yd)


@pytest.fixture(scope="module")
def search():
    """Two sizes and two seeds with every penalty, and one grid without `alpha`."""
    grid = [
        {
            "hidden_layer_sizes": [(2,), (3, 3)],
            "random_state": [0, 1],
            "alpha": [1e-3, 1.0],
        }
    ]
    grid.append({"hidden_layer_sizes": [(4,)], "random_state": [0]})
    model = MLPClassifier(activation="tanh", solver="lbfgs", max_iter=10)
    return fit(GridSearchCV(model, grid, cv=3, return_train_score=True), X2, y2)


# Where is drawn, and what is refused

DRAW = {
    "loss": lambda one, at: LossCurveDisplay.from_estimator(one, ax=at),
    "weights": lambda one, at: WeightsDisplay.from_estimator(one, ax=at),
    "network": lambda one, at: NetworkDisplay.from_estimator(one, ax=at),
    "maps": lambda one, at: HiddenUnitsDisplay.from_estimator(one, X2, y2, ax=at),
    "rows": lambda one, at: HiddenUnitsDisplay.from_estimator(one, X4, flowers, ax=at),
    "surface": lambda one, at: DecisionSurfaceDisplay.from_estimator(
        one, X2, y2, grid_resolution=20, ax=at
    ),
}
TWO = {"loss", "weights", "network", "maps", "surface"}
FOUR = {"loss", "weights", "network", "rows"}


@pytest.mark.parametrize(
    ("kind", "name"),
    [*((k, "moons") for k in sorted(TWO)), *((k, "iris") for k in sorted(FOUR))],
)
def test_a_display_stays_within_the_ax_it_is_given(kind, name, request):
    figure = Figure(figsize=(12, 8))
    axes = figure.subplots(2, 2)
    place = axes[0, 0].get_position()
    display = DRAW[kind](request.getfixturevalue(name), axes[0, 0])
    assert display.ax_ is axes[0, 0]
    assert display.figure_ is figure
    assert not any(
        one.has_data() or one.get_title() or one.get_xlabel()
        for one in axes.ravel()[1:]
    )
    panels = [one.get_position() for one in getattr(display, "axes_", [])]
    assert not any(
        one.overlaps(other) for one, other in itertools.combinations(panels, 2)
    )
    for one in set(figure.axes) - set(axes.ravel()[1:]):
        box = one.get_position()
        assert box.x0 >= place.x0 - 1e-9
        assert box.x1 <= place.x1 + 0.01
        assert box.y0 >= place.y0 - 1e-9
        assert box.y1 <= place.y1 + 1e-9
    figure.canvas.draw()


def test_an_ax_without_a_grid_is_divided_too(iris):
    figure = Figure()
    display = WeightsDisplay.from_estimator(
        iris, ax=figure.add_axes((0.5, 0.5, 0.4, 0.4))
    )
    assert len(display.axes_) == 3
    for one in display.axes_:
        assert one.get_position().x0 >= 0.5 - 1e-9
        assert one.get_position().y0 >= 0.5 - 1e-9


def test_without_an_ax_there_is_a_new_figure_and_a_display_can_be_drawn_again(moons):
    from matplotlib import pyplot

    display = NetworkDisplay.from_estimator(moons)
    assert display.figure_.number in pyplot.get_fignums()
    pyplot.close(display.figure_)
    again = ax()
    assert display.plot(again) is display
    assert display.ax_ is again
    assert not pyplot.get_fignums()


@pytest.mark.parametrize("kind", sorted(DRAW))
def test_before_a_fit_there_is_nothing_to_draw(kind):
    for model in (MLPClassifier(), make_pipeline(StandardScaler(), MLPClassifier())):
        with pytest.raises(NotFittedError):
            DRAW[kind](model, ax())
    with pytest.raises(NotFittedError):
        SweepDisplay.from_search(GridSearchCV(MLPClassifier(), {}), "alpha", ax=ax())


@pytest.mark.parametrize("kind", ["loss", "weights", "network", "maps"])
def test_only_networks_have_an_inside(kind):
    with pytest.raises(
        ValueError, match=r"LogisticRegression has no .*; give a fitted MLPClassifier"
    ):
        DRAW[kind](LogisticRegression().fit(X2, y2), ax())


# Learning curves


@pytest.mark.parametrize(
    ("by", "column"),
    [("epoch", "epoch"), ("updates", "update"), ("rows", "rows"), ("seconds",) * 2],
)
def test_learning_curves_are_the_history(moons, by, column):
    display = LossCurveDisplay.from_estimator(moons, by=by, ax=ax(), linewidth=3.0)
    history = moons.history_
    assert set(display.lines_) == {
        "loss",
        "validation_loss",
        "train_score",
        "validation_score",
    }
    for name, line in display.lines_.items():
        np.testing.assert_array_equal(line.get_xdata(), history[column])
        np.testing.assert_array_equal(line.get_ydata(), history[name])
        assert line.get_linewidth() == 3.0
        assert line.axes is display.axes_["score" in name]
        assert line.get_color() == COLOURS["validation" in name]
    assert [line.get_xdata()[0] for line in display.best_lines_] == [
        history[column][moons.best_epoch_ - 1]
    ] * 2
    words = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert words == ["training", "validation", f"best epoch: {moons.best_epoch_}"]


def test_without_validation_data_there_is_one_line_and_no_best_epoch(iris):
    display = LossCurveDisplay.from_estimator(iris, log=True, ax=ax())
    assert list(display.lines_) == ["loss"]
    assert display.best_lines_ == []
    assert display.ax_.get_yscale() == "log"
    assert display.axes_ == [display.ax_]


def test_what_learning_curves_refuse(moons):
    display = LossCurveDisplay.from_estimator(moons, ax=ax())
    with pytest.raises(
        ValueError, match="by must be one of epoch, updates, rows, seconds"
    ):
        display.plot(ax(), by="hours")
    columns = {
        name: moons.history_[name]
        for name in ("epoch", "train_score", "validation_score", "validation_loss")
    }
    with pytest.raises(
        ValueError, match="log=True needs losses above 0, and the smallest is -1"
    ):
        LossCurveDisplay(history=columns | {"loss": columns["epoch"] - 2.0}).plot(
            ax(), log=True
        )
    with pytest.raises(ValueError, match="the history not empty"):
        LossCurveDisplay(
            history={name: np.zeros(0) for name in (*columns, "loss")}
        ).plot(ax())


# Weights


def test_weights_and_biases_are_drawn_as_they_are(iris):
    display = WeightsDisplay.from_estimator(iris, ax=ax())
    model = iris[-1]
    for layer, (W, b) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        np.testing.assert_array_equal(display.weights_[layer].get_array(), W)
        np.testing.assert_array_equal(display.biases_[layer].get_array(), b[None, :])
        low, high = display.weights_[layer].get_clim()
        assert high == -low == max(np.abs(W).max(), np.abs(b).max())
        assert display.biases_[layer].get_clim() == (low, high)
        top, end = display.axes_[layer].get_ylim()
        assert top > end  # the first input is on top
    first = display.axes_[0]
    last = display.axes_[-1]
    assert [text.get_text() for text in first.get_yticklabels()] == [
        "x0",
        "x1",
        "x2",
        "x3",
        "bias",
    ]
    assert [text.get_text() for text in last.get_xticklabels()] == [
        "setosa",
        "versicolor",
        "virginica",
    ]


def test_a_few_huge_weights_do_not_hide_thousands():
    W = np.random.default_rng(0).normal(size=(100, 64))
    W[3, 4] = 1000.0
    names = [f"column {i} with a very long name" for i in range(100)]
    display = WeightsDisplay(
        coefs=[W], intercepts=[W[0]], inputs=names, outputs=["y"] * 64
    ).plot(ax())
    assert display.weights_[0].get_clim()[1] < 5.0
    assert display.colorbars_[0].extend == "both"
    labels = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert len(labels) <= 17
    assert max(map(len, labels)) <= 22


def test_weights_of_scikit_learns_own_network():
    model = fit(SklearnMLP((4,), max_iter=3, random_state=0), X2, y2)
    display = WeightsDisplay.from_estimator(model, ax=ax(), cmap="PiYG")
    np.testing.assert_array_equal(display.weights_[1].get_array(), model.coefs_[1])
    assert display.weights_[0].cmap.name == "PiYG"
    assert (
        len(NetworkDisplay.from_estimator(model, ax=ax()).links_[0].get_segments()) == 8
    )


# The diagram


def test_links_join_the_right_units_and_show_size_and_sign(iris):
    display = NetworkDisplay.from_estimator(iris, ax=ax(), width=4.0)
    coefs = iris[-1].coefs_
    shown = [np.arange(4), np.array([*range(11), 19]), np.arange(5), np.arange(3)]
    largest = max(
        np.abs(W[np.ix_(*ends)]).max()
        for W, ends in zip(coefs, itertools.pairwise(shown), strict=True)
    )
    for level, (links, ends) in enumerate(
        zip(display.links_, itertools.pairwise(shown), strict=True)
    ):
        below, above = (display.units_[level + i].get_offsets() for i in (0, 1))
        segments = links.get_segments()
        widths = links.get_linewidths()
        colours = links.get_colors()
        assert len(segments) == len(ends[0]) * len(ends[1])
        for (start, end), width, colour in zip(segments, widths, colours, strict=True):
            i = int(np.abs(below - start).sum(axis=1).argmin())
            j = int(np.abs(above - end).sum(axis=1).argmin())
            weight = coefs[level][ends[0][i], ends[1][j]]
            assert width == pytest.approx(0.2 + 4.0 * abs(weight) / largest)
            assert to_hex(colour).upper() == COLOURS[int(weight < 0.0)]
        assert (np.diff(widths) >= 0.0).all()  # the largest on top


def test_what_is_left_out_of_a_diagram_is_said(iris, moons):
    # one output speaks for the second class
    assert NetworkDisplay.from_estimator(moons, ax=ax()).outputs == ["1"]
    display = NetworkDisplay.from_estimator(iris, ax=ax())
    words = [text.get_text() for text in display.ax_.texts]
    assert [word for word in words if "more" in word] == ["⋮ 8 more"]
    assert {
        "4 inputs",
        "hidden layer 1\n20 units",
        "3 outputs",
        "x3",
        "versicolor",
    } <= set(words)
    heights = display.units_[1].get_offsets()[:, 1]
    assert heights[-2] - heights[-1] == 2.0 * (heights[0] - heights[1])
    few = display.plot(ax(), most=3)
    # one more than `most` needs no dots
    assert [len(units.get_offsets()) for units in few.units_] == [4, 3, 3, 3]
    with pytest.raises(ValueError, match="most must be at least 3"):
        display.plot(ax(), most=2)


# Hidden units


def test_maps_are_what_the_units_answer(moons):
    display = HiddenUnitsDisplay.from_estimator(moons, X2, y2, ax=ax())
    u, v = (np.linspace(X2[:, i].min(), X2[:, i].max(), 80) for i in (0, 1))
    W = moons.coefs_[0]
    b = moons.intercepts_[0]
    for unit, image in enumerate(display.images_):
        expected = [
            [np.tanh(x * W[0, unit] + y * W[1, unit] + b[unit]) for x in u] for y in v
        ]
        np.testing.assert_allclose(image.get_array(), expected, atol=1e-6)
        assert image.origin == "lower"
        left, right, bottom, top = image.get_extent()
        assert right - left == top - bottom == pytest.approx(1.0)
    counts = [len(points.get_offsets()) for points in display.points_]
    assert counts == [3 * (y2 == c).sum() for c in (0, 1)]
    first = (X2[y2 == 0][0] - X2.min(axis=0)) / np.ptp(X2, axis=0)
    np.testing.assert_allclose(display.points_[0].get_offsets()[0], first)
    assert "-" in display.ax_.get_xlabel()


def test_rows_are_sorted_by_class_and_units_by_rows(iris):
    shuffled = np.random.default_rng(0).permutation(len(X4))
    display = HiddenUnitsDisplay.from_estimator(
        iris, X4[shuffled], flowers[shuffled], layer=2, ax=ax()
    )
    a = iris[:-1].transform(X4[shuffled])
    for W, b in zip(iris[-1].coefs_[:2], iris[-1].intercepts_[:2], strict=True):
        a = np.maximum(a @ W + b, 0.0)
    rows = [
        i
        for name in IRIS.target_names
        for i, own in enumerate(flowers[shuffled])
        if own == name
    ]
    np.testing.assert_allclose(
        display.images_[0].get_array(), a[rows].T[display.order_], atol=1e-6
    )
    assert sorted(display.order_) == list(range(5))
    assert [text.get_text() for text in display.ax_.get_xticklabels()] == list(
        IRIS.target_names
    )
    alive = (a > 0.0).mean(axis=0)
    np.testing.assert_allclose(
        [one.get_width() for one in display.bars_],
        100.0 * (1.0 - alive[display.order_]),
    )


def test_dead_and_saturated_units_stand_out(iris):
    from copy import deepcopy

    model = fit(
        MLPClassifier((4,), "relu", solver="lbfgs", max_iter=5, random_state=0), X2, y2
    )
    model.intercepts_[0][1] = -100.0
    labels = [
        text.get_text()
        for text in HiddenUnitsDisplay.from_estimator(model, X2, ax=ax()).texts_
    ]
    assert labels[1] == "1 (flat)"
    wide = deepcopy(iris)
    wide[-1].intercepts_[0][7] = -1000.0
    display = HiddenUnitsDisplay.from_estimator(wide, X4, ax=ax())
    assert display.flat[7] == 1.0
    assert to_hex(display.bars_[7].get_facecolor()).upper() == COLOURS[1]
    assert (
        to_hex(display.bars_[int(display.flat.argmin())].get_facecolor()).upper()
        == COLOURS[5]
    )
    tanh = fit(
        MLPClassifier((3,), "tanh", solver="lbfgs", max_iter=5, random_state=0), X2, y2
    )
    tanh.coefs_[0][:, 1:] = 0.0
    # slopes 0.0066 and 0.0036, where the steepest is 1
    tanh.intercepts_[0][1:] = [3.2, 3.5]
    assert list(HiddenUnitsDisplay.from_estimator(tanh, X2, ax=ax()).flat[1:]) == [
        0.0,
        1.0,
    ]


def test_sparse_rows_show_the_same_units():
    X = np.where(np.arange(360).reshape(120, 3) % 3, 0.0, X2[:, :1])
    model = fit(
        MLPClassifier((4,), "tanh", solver="lbfgs", max_iter=3, random_state=0),
        csr_array(X),
        y2,
    )
    drawn = [
        HiddenUnitsDisplay.from_estimator(model, each, y2, ax=ax()).images_[0]
        for each in (X, csr_array(X))
    ]
    np.testing.assert_allclose(drawn[0].get_array(), drawn[1].get_array(), atol=1e-6)


def test_what_hidden_units_refuse(moons):
    with pytest.raises(
        ValueError, match=r"layer must be from 1 to 1, the hidden layers.*; got 2"
    ):
        HiddenUnitsDisplay.from_estimator(moons, X2, layer=2, ax=ax())
    with pytest.raises(ValueError, match=r"y have shape \(120,\); got 1 and \(5,\)"):
        HiddenUnitsDisplay.from_estimator(moons, X2, y2[:5], ax=ax())


def test_a_target_of_many_values_is_split_at_its_median(moons):
    display = HiddenUnitsDisplay.from_estimator(moons, X2, X2[:, 0], ax=ax())
    assert [len(points.get_offsets()) for points in display.points_] == [3 * 60, 3 * 60]
    assert "median" not in display.ax_.get_legend().get_texts()[0].get_text()


# Slices


@pytest.mark.parametrize("k", [1, 7, None])
def test_the_other_columns_follow_the_data(k):
    """Against loops over rows: standardised distances, the k nearest, their weights."""
    X = np.random.default_rng(0).normal(size=(196, 4)) * [1.0, 10.0, 0.1, 5.0] + 3.0
    points = np.array([[3.0, 3.0], [3.05, 2.0], [2.5, 9.0], X[7, [2, 0]]])
    got = Slice(X, (2, 0), "neighbours", k).at(points)
    np.testing.assert_array_equal(np.column_stack([got[2], got[0]]), points)
    k = k or 14  # the square root of 196
    for n, point in enumerate(points):
        away = [
            np.hypot(*((row[[2, 0]] - point) / X[:, [2, 0]].std(axis=0))) for row in X
        ]
        near = sorted(range(len(X)), key=away.__getitem__)[:k]
        furthest = away[near[-1]] * (1.0 + 1e-9) or 1.0
        weight = [(1.0 - (away[i] / furthest) ** 3) ** 3 for i in near]
        for column in (1, 3):
            mean = sum(
                w * X[i, column] for w, i in zip(weight, near, strict=True)
            ) / sum(weight)
            assert got[column][n] == pytest.approx(mean, rel=1e-6)


def test_medians_are_the_same_everywhere_and_categories_take_the_most_frequent():
    kinds = np.array(["a", "b", "b"] * 50, dtype=object)
    X = np.column_stack([X4.astype(object), kinds])
    rest = Slice(X, (0, 1), "median", None).at(X4[:9, :2])
    np.testing.assert_array_equal(rest[3], np.full(9, np.median(X4[:, 3])))
    assert list(rest[4]) == ["b"] * 9
    X[:, 4] = np.where(X4[:, 0] > 6.0, "long", "short")
    follows = Slice(X, (0, 1), "neighbours", 9).at(np.array([[4.5, 3.0], [7.5, 3.0]]))
    assert list(follows[4]) == ["short", "long"]
    assert follows[2][0] < follows[2][1]


def test_the_distance_from_the_slice_is_in_standard_deviations():
    plane = Slice(X4, (0, 1), "median", None)
    expected = [
        np.sqrt(
            np.mean(
                [((row[i] - np.median(X4[:, i])) / X4[:, i].std()) ** 2 for i in (2, 3)]
            )
        )
        for row in X4
    ]
    np.testing.assert_allclose(plane.distance(), expected)
    assert (Slice(X2, (0, 1), "neighbours", None).distance() == 0.0).all()
    kinds = np.column_stack([X2, np.where(np.arange(120) == 7, "odd", "even")]).astype(
        object
    )
    assert list(np.flatnonzero(Slice(kinds, (0, 1), "median", None).distance())) == [7]


def test_the_gap_is_the_way_to_the_nearest_row():
    points = np.array([[0.0, 0.0], [9.0, -9.0]])
    expected = [
        min(np.hypot(*((row - point) / X2.std(axis=0))) for row in X2)
        for point in points
    ]
    np.testing.assert_allclose(
        Slice(X2, (0, 1), "neighbours", None).gap(points), expected
    )


# Surfaces


def surface(model, X, y=None, **options):
    return DecisionSurfaceDisplay.from_estimator(
        model, X, y, **{"grid_resolution": 25, "ax": ax(), **options}
    )


def test_two_classes_show_lead_tie_and_rows(moons):
    display = surface(moons, X2, y2, display_labels=["upper", "lower"])
    grid = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    p = moons.predict_proba(grid)
    np.testing.assert_allclose(
        display.surface_.get_array().ravel(), p[:, 1] - p[:, 0], atol=1e-6
    )
    (tie,) = display.boundary_
    at = np.concatenate([path.vertices for path in tie.get_paths()])
    np.testing.assert_allclose(moons.predict_proba(at)[:, 0], 0.5, atol=0.03)
    for c, points in enumerate(display.points_):
        np.testing.assert_array_equal(points.get_offsets(), X2[y2 == c])
        assert to_hex(points.get_facecolor()[0]).upper() == COLOURS[c]
        assert (points.get_alpha() == 1.0).all()
    words = [text.get_text() for text in display.legend_.get_texts()]
    assert words == ["upper", "lower", "no row near"]
    low = display.surface_.cmap(0.0)
    high = display.surface_.cmap(1.0)
    assert low[2] > low[0]  # blue where class 0 leads, orange where class 1 does
    assert high[0] > high[2]


def test_four_columns_three_classes_and_string_labels(iris):
    display = surface(iris, X4, flowers, features=(2, 1))
    plane = Slice(X4, (2, 1), "neighbours", None)
    rows = plane.table(np.column_stack([display.xx0.ravel(), display.xx1.ravel()]))
    np.testing.assert_array_equal(rows[:, 2], display.xx0.ravel())
    p = iris.predict_proba(rows)
    for c, mesh in enumerate(display.surface_):
        wins = p.argmax(axis=1) == c
        lead = p[:, c] - np.delete(p, c, axis=1).max(axis=1)
        drawn = mesh.get_array().ravel()
        np.testing.assert_array_equal(~np.ma.getmaskarray(drawn), wins)
        np.testing.assert_allclose(drawn[wins], lead[wins], atol=1e-6)
    for c, points in enumerate(display.points_):
        own = flowers == IRIS.target_names[c]
        np.testing.assert_array_equal(points.get_offsets(), X4[own][:, [2, 1]])
        order = np.argsort(plane.distance()[own])
        assert (np.diff(points.get_alpha()[order]) <= 0.0).all()
        assert np.ptp(points.get_alpha()) > 0.01
    words = [text.get_text() for text in display.legend_.get_texts()]
    assert words[:3] == list(IRIS.target_names)
    assert words[3:7] == [
        "other columns:\nmeans of 12 near rows",
        "row on the slice",
        "1 s.d. off",
        "2 s.d. off",
    ]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("x2", "x1")


def test_a_regressor_has_a_colour_bar_for_surface_and_rows(values):
    display = surface(
        values,
        XD,
        yd,
        features=(2, 3),
        others="median",
        target_name="progression (points)",
    )
    rows = np.tile(np.median(XD, axis=0), (25 * 25, 1))
    rows[:, 2] = display.xx0.ravel()
    rows[:, 3] = display.xx1.ravel()
    np.testing.assert_allclose(
        display.surface_.get_array().ravel(), values.predict(rows), rtol=1e-5
    )
    (points,) = display.points_
    np.testing.assert_array_equal(points.get_array(), yd)
    assert points.norm is display.surface_.norm
    assert points.norm.vmax == max(yd.max(), display.response.max())
    assert display.colorbar_.ax.get_ylabel() == "progression (points)"


def test_regions_without_rows_are_hatched(moons):
    display = surface(moons, X2, reach=0.4)
    assert display.hatched_.hatches == ["////"]
    within = np.s_[1:-1, 1:-1]  # corners lie on the path
    grid = np.column_stack([display.xx0[within].ravel(), display.xx1[within].ravel()])
    hatched = display.hatched_.get_paths()[0].contains_points(grid)
    np.testing.assert_array_equal(hatched, display.gap_[within].ravel() > 0.4)
    assert 0.05 < hatched.mean() < 0.6
    # no hatching, no entry
    assert surface(moons, X2, reach=99.0).legend_.get_texts()[-1].get_text() == "1"


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_frames_reach_the_model_as_they_came(kind):
    frames = pytest.importorskip(kind)
    columns = {"length": X4[:, 2], "kind": ["u", "v", "v"] * 50, "width": X4[:, 3]}
    X = frames.table(columns) if kind == "pyarrow" else frames.DataFrame(columns)
    known = (
        (OneHotEncoder(sparse_output=False), ["kind"]),
        (StandardScaler(), ["length", "width"]),
    )
    model = make_pipeline(
        make_column_transformer(*known),
        MLPClassifier((4,), solver="lbfgs", max_iter=20, random_state=0),
    )
    display = surface(fit(model, X, flowers), X, flowers, features=("width", "length"))
    assert display.ax_.get_xlabel() == "width"
    np.testing.assert_array_equal(display.points_[2].get_offsets(), X4[100:][:, [3, 2]])
    by_place = surface(model, X, features=(2, 0))
    np.testing.assert_array_equal(by_place.response, display.response)
    names = WeightsDisplay.from_estimator(model, ax=ax()).inputs
    assert names == [
        "onehotencoder__kind_u",
        "onehotencoder__kind_v",
        "standardscaler__length",
        "standardscaler__width",
    ]


def test_a_frame_may_have_numbers_for_names():
    pandas = pytest.importorskip("pandas")
    model = LogisticRegression(max_iter=500).fit(pandas.DataFrame(X4), flowers)
    assert (
        surface(
            model, pandas.DataFrame(X4), flowers, features=("1", 3)
        ).ax_.get_xlabel()
        == "1"
    )


def test_any_estimator_has_a_surface():
    machine = LinearSVC().fit(X2, y2)
    display = surface(machine, X2, y2)
    grid = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    np.testing.assert_allclose(
        display.surface_.get_array().ravel(), machine.decision_function(grid)
    )
    tree = DecisionTreeClassifier().fit(X4, flowers)
    regions = surface(tree, X4, features=(2, 3), response_method="predict")
    assert set(np.unique(regions.response)) == {-1.0, 1.0}
    assert regions.points_ == []
    assert (
        len(surface(KMeans(3, random_state=0).fit(X4), X4, features=(0, 1)).surface_)
        == 3
    )
    with pytest.raises(ValueError, match="nothing that predicts"):
        surface(StandardScaler().fit(X2), X2)
    assert surface(
        IsolationForest(n_estimators=10, random_state=0).fit(X2), X2
    ).classes == [-1, 1]
    assert surface(LinearRegression().fit(XD, yd), XD).colorbar_ is not None
    with pytest.raises(
        ValueError,
        match=r"what LinearSVC has \(decision_function, predict\); got 'predict_proba'",
    ):
        surface(machine, X2, response_method="predict_proba")


@pytest.mark.parametrize(
    ("told", "options"),
    [
        (
            (
                r"features must be two different columns of numbers, by "
                r"place or name \(x0, x1\); got \(0, 7\)"
            ),
            {"features": (0, 7)},
        ),
        ("features must be two different", {"features": ("x0", "x0")}),
        ("others must be 'neighbours' or 'median'", {"others": "mean"}),
        (
            "neighbours from 1 to the number of rows, 120; got 'neighbours' and 121",
            {"neighbours": 121},
        ),
        ("grid_resolution must be at least 2; got 1", {"grid_resolution": 1}),
        (
            (
                r"must be 'auto' or what MLPClassifier has \(predict_proba, "
                r"predict\); got 'proba'"
            ),
            {"response_method": "proba"},
        ),
        (
            r"y must be 120 values, of the classes \[.*0.*1.*\]; got shape \(9,\)",
            {"y": y2[:9]},
        ),
        (
            r"y must be 120 values, of the classes .* such as \[0 7\]",
            {"y": np.where(y2 == 1, 7, 0)},
        ),
        ("at least 2 rows and 2 columns", {"X": X2[:, :1]}),
        (
            "X has missing or infinite values in x1",
            {"X": np.where(X2 > [9.0, 1.0], np.nan, X2)},
        ),
    ],
)
def test_what_a_surface_refuses(moons, told, options):
    with pytest.raises(ValueError, match=told):
        surface(moons, options.pop("X", X2), options.pop("y", y2), **options)


def test_a_surface_has_one_output_and_one_label():
    several = fit(
        MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs", max_iter=3), X2, X2
    )
    with pytest.raises(ValueError, match="this regressor has 2; fit one for each"):
        surface(several, X2)
    # labels, or columns of classes
    for columns in ([y2, 1 - y2, y2], [y2, 2 * y2, 1 + y2]):
        labels = fit(
            MLPClassifier((2,), solver="lbfgs", max_iter=3),
            X2,
            np.column_stack(columns),
        )
        with pytest.raises(ValueError, match="one label a row"):
            surface(labels, X2)


# Sweeps


def test_a_search_is_drawn_by_one_parameter_over_all_the_others(search):
    display = SweepDisplay.from_search(search, "hidden_layer_sizes", ax=ax())
    results = search.cv_results_
    assert display.values == [(2,), (3, 3), (4,)]
    assert [text.get_text() for text in display.ax_.get_xticklabels()] == [
        "2",
        "3, 3",
        "4",
    ]
    for label, part in (("training", "train"), ("validation", "test")):
        scores = [
            [
                results[f"split{s}_{part}_score"][i]
                for i, tried in enumerate(results["params"])
                for s in range(3)
                if tried["hidden_layer_sizes"] == size
            ]
            for size in display.values
        ]
        assert list(map(len, scores)) == [12, 12, 3]
        np.testing.assert_allclose(
            display.lines_[label].get_ydata(), [np.mean(each) for each in scores]
        )
        edges = display.bands_[label].get_paths()[0].vertices
        for x, each in enumerate(scores):
            heights = edges[edges[:, 0] == x, 1]
            assert heights.min() == pytest.approx(np.mean(each) - np.std(each))
            assert heights.max() == pytest.approx(np.mean(each) + np.std(each))
    means = display.lines_["validation"].get_ydata()
    assert display.best_ == display.values[int(means.argmax())]
    assert display.best_point_.get_ydata()[0] == means.max()


def test_numbers_have_an_axis_of_numbers(search):
    display = SweepDisplay.from_search(search, "alpha", ax=ax())
    np.testing.assert_array_equal(
        display.lines_["validation"].get_xdata(), [1e-3, 1.0]
    )  # the grid without it is left out
    assert display.ax_.get_xscale() == "log"
    assert (
        SweepDisplay.from_search(search, "random_state", ax=ax()).ax_.get_xscale()
        == "linear"
    )


def test_a_sweep_cross_validates_the_estimator():
    pipeline = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0))
    options = {
        "param_name": "decisiontreeclassifier__max_depth",
        "param_range": [3, 1, 2],
        "cv": StratifiedKFold(4),
    }
    display = SweepDisplay.from_estimator(
        pipeline, X4, flowers, scoring="balanced_accuracy", ax=ax(), **options
    )
    train, test = validation_curve(
        pipeline, X4, flowers, scoring="balanced_accuracy", **options
    )
    np.testing.assert_array_equal(
        display.lines_["training"].get_ydata(), train.mean(axis=1)[[1, 2, 0]]
    )
    np.testing.assert_array_equal(
        display.lines_["validation"].get_ydata(), test.mean(axis=1)[[1, 2, 0]]
    )
    assert display.best_ == [3, 1, 2][int(test.mean(axis=1).argmax())]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == (
        "max_depth",
        "balanced accuracy",
    )


def test_the_best_value_is_marked_where_it_stands():
    display = SweepDisplay(
        values=[(1,), (2, 2), "x"], test_scores=[[0.1], [0.8, 1.0], [0.5]]
    ).plot(ax())
    assert display.best_ == (2, 2)
    np.testing.assert_allclose(display.best_point_.get_xydata(), [[1.0, 0.9]])
    assert list(display.lines_) == ["validation"]
    assert "best: 2, 2" in display.ax_.get_legend().get_texts()[-1].get_text()


def test_what_a_sweep_refuses(search):
    with pytest.raises(
        ValueError, match=r"no param_size; give one of .*hidden_layer_sizes"
    ):
        SweepDisplay.from_search(search, "size", ax=ax())
    with pytest.raises(ValueError, match="no mean_test_f1; give one of score"):
        SweepDisplay.from_search(search, "alpha", metric="f1", ax=ax())
    with pytest.raises(ValueError, match="No value has a finite score"):
        SweepDisplay(values=[1, 2], test_scores=[[np.nan], [np.nan]]).plot(ax())
