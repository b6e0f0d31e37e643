"""What public programs do with scikit-learn's MLPs, done with ours."""

import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import RFE, SequentialFeatureSelector
from sklearn.impute import SimpleImputer
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, confusion_matrix, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    cross_val_predict,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils import estimator_html_repr

from halfmoon import MLPClassifier, MLPRegressor
from small import IRIS, LABELS, NAMES, WAVE, X, Y, one_thread

pytestmark = [
    one_thread,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

QUICK = {"hidden_layer_sizes": (5,), "learning_rate_init": 0.05, "random_state": 0}


def classifier(**options):
    return MLPClassifier(**{**QUICK, "max_iter": 10, **options})


def regressor(**options):
    return MLPRegressor(**{**QUICK, "max_iter": 10, **options})


PAIR = [("a", classifier()), ("b", LogisticRegression())]


def test_a_pipeline_is_told_its_parameters_by_their_long_names():
    pipe = make_pipeline(StandardScaler(), classifier())
    pipe.set_params(mlpclassifier__alpha=0.5, mlpclassifier__activation="tanh")
    weights = np.ones(120)
    pipe.fit(X, NAMES, mlpclassifier__sample_weight=weights)
    assert pipe[-1].alpha == 0.5
    assert pipe.score(X, NAMES) > 0.7
    assert pipe[:-1].transform(X).shape == (120, 2)
    assert "mlpclassifier" in estimator_html_repr(pipe)


def test_columns_of_a_frame_are_prepared_one_by_one():
    table = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "town": NAMES})
    table.loc[3, "a"] = np.nan
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(), MinMaxScaler()), ["a", "b"]),
        (OneHotEncoder(sparse_output=False), ["town"]),
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    pipe = make_pipeline(columns, classifier()).fit(table, Y)
    assert pipe[-1].feature_names_in_.tolist() == ["a", "b", "town_full", "town_new"]
    assert pipe.predict_proba(table).shape == (120, 2)


def search(kind, grid, **options):
    return kind(classifier(), grid, cv=StratifiedKFold(3), **options).fit(X, NAMES)


@pytest.mark.parametrize(
    "made",
    [
        lambda grid: search(GridSearchCV, grid, scoring="f1_macro"),
        lambda grid: search(
            RandomizedSearchCV, grid, n_iter=2, random_state=0, error_score="raise"
        ),
    ],
    ids=["grid", "random"],
)
def test_a_search_over_layers_activations_and_penalties(made):
    found = made(
        {
            "hidden_layer_sizes": [(3,), (4, 3)],
            "activation": ["tanh", "relu"],
            "alpha": [1e-4, 0.05],
        }
    )
    assert np.isfinite(found.cv_results_["mean_test_score"]).all()
    assert found.best_estimator_.predict(X).shape == (120,)


def test_a_search_that_halves_gives_epochs_as_its_resource():
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    found = HalvingGridSearchCV(
        classifier(),
        {"alpha": [1e-4, 0.1, 10.0]},
        resource="max_iter",
        min_resources=2,
        max_resources=8,
        cv=2,
    ).fit(X, Y)
    assert found.best_estimator_.n_iter_ <= 8


def test_curves_and_predictions_across_folds():
    sizes, train, test = learning_curve(classifier(), X, Y, cv=3, train_sizes=[0.5, 1])
    assert train.shape == test.shape == (len(sizes), 3)
    folds = [
        learning_curve(classifier(), X, Y, cv=3, exploit_incremental_learning=True)
    ]
    assert np.isfinite(folds[0][2]).all()
    scores = validation_curve(
        classifier(), X, Y, param_name="alpha", param_range=[0.1, 1.0], cv=3
    )
    assert np.isfinite(scores).all()
    proba = cross_val_predict(classifier(), X, NAMES, cv=3, method="predict_proba")
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    fitted = cross_validate(
        classifier(),
        X,
        Y,
        cv=3,
        scoring=["accuracy", "roc_auc", "neg_log_loss"],
        return_estimator=True,
        error_score="raise",
    )
    assert len(fitted["estimator"]) == 3
    predicted = cross_val_predict(classifier(), X, NAMES, cv=3)
    assert confusion_matrix(NAMES, predicted).sum() == 120
    assert "macro avg" in classification_report(NAMES, predicted)


@pytest.mark.parametrize(
    "ensemble",
    [
        CalibratedClassifierCV(classifier(), cv=3),
        CalibratedClassifierCV(classifier(), cv=2, method="isotonic", ensemble=False),
        VotingClassifier(
            [("a", classifier()), ("b", LogisticRegression())], voting="soft"
        ),
        BaggingClassifier(classifier(), n_estimators=3, random_state=0),
        AdaBoostClassifier(classifier(), n_estimators=2, random_state=0),
        StackingClassifier(PAIR, cv=2),
        OneVsRestClassifier(classifier()),
    ],
    ids=lambda ensemble: type(ensemble).__name__,
)
def test_ensembles_and_wrappers_of_classifiers(ensemble):
    model = clone(ensemble).fit(*IRIS)
    assert model.predict_proba(IRIS[0]).shape == (150, 3)
    assert set(model.predict(IRIS[0])) <= {0, 1, 2}


@pytest.mark.parametrize(
    "ensemble",
    [
        VotingRegressor([("a", regressor()), ("b", regressor(alpha=1.0))]),
        BaggingRegressor(regressor(), n_estimators=3, random_state=0),
        AdaBoostRegressor(regressor(), n_estimators=2, random_state=0),
        TransformedTargetRegressor(regressor(), transformer=StandardScaler()),
    ],
    ids=lambda ensemble: type(ensemble).__name__,
)
def test_ensembles_and_wrappers_of_regressors(ensemble):
    assert np.isfinite(clone(ensemble).fit(*WAVE).predict(WAVE[0])).all()


def test_rows_without_a_label_are_labelled_by_the_model_itself():
    model = SelfTrainingClassifier(classifier(), max_iter=2)
    some = np.where(np.arange(120) % 3 == 0, -1, Y)
    assert (model.fit(X, some).predict(X) >= 0).all()


@pytest.mark.parametrize("several", [MultiOutputClassifier, ClassifierChain])
def test_several_labels_one_by_one(several):
    assert several(classifier()).fit(X, LABELS).predict(X).shape == LABELS.shape


def test_what_an_input_is_worth():
    model = classifier(max_iter=50).fit(X, Y)
    found = permutation_importance(model, X, Y, n_repeats=3, random_state=0)
    assert (found.importances_mean > 0.0).all()
    curve = partial_dependence(model, X, [0], grid_resolution=5)
    assert curve["average"].shape == (1, 5)
    chosen = SequentialFeatureSelector(classifier(), n_features_to_select=1, cv=2)
    assert chosen.fit(X, Y).get_support().sum() == 1


def test_coefficients_of_one_row_are_what_rfe_wants_and_a_network_has_none():
    with pytest.raises(ValueError, match=r"coef_.*feature_importances_"):
        RFE(classifier(), n_features_to_select=1).fit(X, Y)


def test_a_model_is_dumped_compressed_and_loaded(tmp_path):
    model = make_pipeline(StandardScaler(), classifier()).fit(X, NAMES)
    joblib.dump(model, tmp_path / "model.joblib.gz", compress=("gzip", 3))
    again, once_more = (joblib.load(tmp_path / "model.joblib.gz") for _ in range(2))
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))
    assert joblib.hash(again[-1]) == joblib.hash(once_more[-1])


def test_a_loop_of_single_passes_draws_its_own_curve():
    model = classifier()
    scores = []
    for _ in range(5):
        model.partial_fit(X[:60], NAMES[:60], classes=np.unique(NAMES))
        scores.append(model.score(X[60:], NAMES[60:]))
    assert len(model.loss_curve_) == 5
    assert model.n_iter_ == 1  # of the last call, as scikit-learn counts
    assert scores[-1] >= scores[0]


def test_a_scorer_of_ones_own_and_a_loss_curve_in_a_frame():
    scorer = make_scorer(lambda y, y_hat: (y == y_hat).mean())
    model = classifier(early_stopping=True, scoring=scorer).fit(X, NAMES)
    frame = pd.DataFrame({"loss": model.loss_curve_, "score": model.validation_scores_})
    assert len(frame) == model.n_iter_
    assert frame["score"].max() == model.best_validation_score_


@pytest.mark.parametrize("made", [classifier, regressor])
def test_attributes_that_programs_print(made):
    model = made().fit(X, Y)
    assert model.n_layers_ == 3
    assert [W.shape for W in model.coefs_] == [(2, 5), (5, 1)]
    assert [b.shape for b in model.intercepts_] == [(5,), (1,)]
    assert sum(W.size for W in model.coefs_) == 15
    assert model.loss_ == model.loss_curve_[-1]
    assert (model.n_outputs_, model.n_features_in_) == (1, 2)


def test_warnings_are_hidden_by_their_category():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=ConvergenceWarning)
        classifier(max_iter=1).fit(X, Y)
