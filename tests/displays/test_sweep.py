"""Means, spreads and the best of a sweep."""

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold, validation_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from halfmoon.displays import (
    SweepDisplay,
)
from pictures import X4, ax, flowers


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
    # the grid without it is left out
    drawn = display.lines_["validation"].get_xdata()
    np.testing.assert_array_equal(drawn, [1e-3, 1.0])
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
