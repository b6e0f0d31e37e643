"""Metadata routing: every input of fit may be asked for."""

import numpy as np
import pytest
import sklearn
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.model_selection import GroupKFold, KFold, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon import MLPClassifier, MLPRegressor, datasets
from small import NAMES, X, Y, one_thread, out_of_epochs, small, theta

pytestmark = one_thread


WAVE_120 = datasets.make("wave", 120, 0.1, 0)


DATA = {MLPClassifier: (X, NAMES), MLPRegressor: WAVE_120}


each_class = pytest.mark.parametrize(
    "cls", [MLPClassifier, MLPRegressor], ids=lambda cls: cls.__name__
)


@pytest.fixture
def routed():
    """Metadata goes where it is asked for."""
    with sklearn.config_context(enable_metadata_routing=True):
        yield


# Metadata routing


def test_every_input_of_fit_may_be_asked_for(routed):
    requests = MLPClassifier().get_metadata_routing()
    of_fit = {
        "sample_weight",
        "X_val",
        "y_val",
        "sample_weight_val",
        "groups",
        "coefs_init",
        "intercepts_init",
    }
    of_pass = {"sample_weight", "classes", "X_val", "y_val", "sample_weight_val"}
    assert requests.fit.requests == dict.fromkeys(of_fit)
    assert requests.partial_fit.requests == dict.fromkeys(of_pass)
    assert MLPRegressor().get_metadata_routing().partial_fit.requests == dict.fromkeys(
        of_pass - {"classes"}
    )
    assert requests.score.requests == {"sample_weight": None}


@out_of_epochs
@each_class
def test_validation_rows_go_through_a_pipeline(routed, cls):
    rows, truth = DATA[cls]
    weights = np.arange(90) % 4 + 1.0
    model = small(cls).set_fit_request(sample_weight=True, X_val=True, y_val=True)
    scaler = StandardScaler().set_fit_request(sample_weight=False)
    pipe = Pipeline([("scale", scaler), ("model", model)], transform_input=["X_val"])
    pipe.fit(
        rows[:90], truth[:90], sample_weight=weights, X_val=rows[90:], y_val=truth[90:]
    )
    scaler = StandardScaler().fit(rows[:90])
    learn = scaler.transform(rows[:90])
    held = scaler.transform(rows[90:])
    by_hand = small(cls).fit(learn, truth[:90], weights, X_val=held, y_val=truth[90:])
    assert by_hand.validation_scores_ == pipe[-1].validation_scores_
    assert np.array_equal(theta(pipe[-1]), theta(by_hand))


@out_of_epochs
def test_groups_reach_both_the_folds_and_each_fit(routed):
    reached = []

    class Watched(GroupKFold):
        def split(self, X, y=None, groups=None):
            reached.append(groups)
            return super().split(X, y, groups)

    groups = np.arange(120) % 10
    model = small(
        MLPRegressor, early_stopping=True, validation_fraction=Watched(4)
    ).set_fit_request(groups=True)
    cross_validate(model, *WAVE_120, cv=GroupKFold(5), params={"groups": groups})
    # 2 of the 10 are held out by the fold
    assert [len(set(given)) for given in reached] == [8] * 5
    assert sorted(
        group for given in reached for group in set(groups) - set(given)
    ) == list(range(10))


@out_of_epochs
def test_weights_reach_fits_and_scores_of_a_cross_validation(routed):
    weights = np.where(Y == 1, 5.0, 1.0)
    model = (
        small(MLPClassifier)
        .set_fit_request(sample_weight=True)
        .set_score_request(sample_weight=True)
    )
    found = cross_validate(
        model,
        X,
        NAMES,
        cv=KFold(3),
        params={"sample_weight": weights},
        return_estimator=True,
    )
    for (learn, test), fitted, score in zip(
        KFold(3).split(X), found["estimator"], found["test_score"], strict=True
    ):
        by_hand = small(MLPClassifier).fit(X[learn], NAMES[learn], weights[learn])
        assert np.array_equal(theta(fitted), theta(by_hand))
        assert score == by_hand.score(X[test], NAMES[test], weights[test])


def test_metadata_that_nobody_asked_for_are_refused(routed):
    with pytest.raises(
        UnsetMetadataPassedError,
        match=r"\[X_val, y_val\] are passed but are not explicitly set",
    ):
        make_pipeline(StandardScaler(), small(MLPRegressor)).fit(
            *WAVE_120, X_val=WAVE_120[0], y_val=WAVE_120[1]
        )
