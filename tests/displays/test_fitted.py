"""The network in an estimator is found, and its inputs and outputs are named."""

import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.displays.fitted import read_fitted
from pictures import X2, X4, fit, flowers, y2


def brief(**options):
    return MLPClassifier((2,), solver="lbfgs", max_iter=2, random_state=0, **options)


def test_a_pipeline_names_the_inputs_and_classes_name_the_outputs(iris):
    fitted = read_fitted(iris, "coefs_")
    assert fitted.model is iris[-1]
    assert list(fitted.steps_before.named_steps) == ["standardscaler"]
    assert fitted.inputs == ["x0", "x1", "x2", "x3"]
    assert fitted.outputs == ["setosa", "versicolor", "virginica"]


def test_a_search_gives_its_best_estimator():
    pipeline = make_pipeline(StandardScaler(), brief())
    search = GridSearchCV(pipeline, {"mlpclassifier__alpha": [1.0]}, cv=2)
    fit(search, X4, flowers)
    assert read_fitted(search, "coefs_").model is search.best_estimator_[-1]


def test_one_output_is_the_second_classs_and_a_regressors_are_numbered():
    assert read_fitted(fit(brief(), X2, y2), "coefs_").outputs == ["1"]
    regressor = MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs", max_iter=2)
    assert read_fitted(fit(regressor, X2, y2), "coefs_").outputs == ["prediction"]
    fit(regressor, X2, X2)
    names = ["prediction 0", "prediction 1"]
    assert read_fitted(regressor, "coefs_").outputs == names


def test_without_the_attribute_it_says_what_to_give():
    with pytest.raises(
        ValueError, match=r"StandardScaler has no coefs_; give a fitted"
    ):
        read_fitted(StandardScaler().fit(X2), "coefs_")
