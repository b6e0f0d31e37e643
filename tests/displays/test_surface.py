"""Surfaces show leads, ties, values and rows."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.displays import (
    DecisionSurfaceDisplay,
    WeightsDisplay,
)
from halfmoon.displays.plane import Plane
from halfmoon.displays.style import COLOURS
from pictures import IRIS, X2, X4, XD, ax, fit, flowers, y2, yd


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
    plane = Plane(X4, (2, 1), "neighbours", None)
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
    table = {"length": X4[:, 2], "kind": ["u", "v", "v"] * 50, "width": X4[:, 3]}
    X = frames.table(table) if kind == "pyarrow" else frames.DataFrame(table)
    known = (
        (OneHotEncoder(sparse_output=False), ["kind"]),
        (StandardScaler(), ["length", "width"]),
    )
    columns = make_column_transformer(*known)
    try:
        columns.fit(X)
    except TypeError:
        pytest.skip(f"this scikit-learn's ColumnTransformer reads no frames of {kind}")
    model = make_pipeline(
        columns, MLPClassifier((4,), solver="lbfgs", max_iter=20, random_state=0)
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
    ("message", "options"),
    [
        (
            (
                r"features must be two different columns of numbers, by "
                r"index or name \(x0, x1\); got \(0, 7\)"
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
def test_what_a_surface_refuses(moons, message, options):
    with pytest.raises(ValueError, match=message):
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
