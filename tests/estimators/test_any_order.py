"""Fits, passes, edits and pickles in any order leave an estimator that is fitted and
agrees with itself.
"""

import pickle
import re
import warnings

import numpy as np
import pytest
import scipy.sparse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from halfmoon import MLPClassifier, MLPRegressor
from small import NAMES, X, one_thread, theta

pytestmark = one_thread

N = 30
ROWS = X[:N]
TWO = NAMES[:N]
VALUES = X[:N, 0] ** 2 - X[:N, 1]
USUAL = {"hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0}
# no user's words
INNER = (
    r"broadcast|reshape|unpack|not subscriptable|unexpected keyword|Settings:|operands|"
    r"ufunc"
)
OTHER = (X[N : N + 17], NAMES[N : N + 17], X[N : N + 17, 0])
MOVES = {
    "fit": lambda one, data: one.fit(*data),
    "fit other rows": lambda one, data: one.fit(
        OTHER[0], OTHER[1 if isinstance(one, MLPClassifier) else 2]
    ),
    "fit with validation": lambda one, data: one.fit(
        *data, X_val=data[0][:9], y_val=data[1][:9]
    ),
    "fit huge rows": lambda one, data: one.fit(1e150 * data[0], data[1]),
    "pass": lambda one, data: one.partial_fit(*data, **_classes(one)),
    "pass over other rows": lambda one, data: one.partial_fit(
        *OTHER[: 2 if _classes(one) else 1], *_rest(one)
    ),
    "pass with validation": lambda one, data: one.partial_fit(
        *data, **_classes(one), X_val=data[0], y_val=data[1]
    ),
    "edit": lambda one, data: setattr(one, "coefs_", [0.5 * W for W in one.coefs_]),
    "pickle": lambda one, data: pickle.loads(pickle.dumps(one)),
    "warm": lambda one, data: one.set_params(warm_start=True),
    "cold": lambda one, data: one.set_params(warm_start=False),
    "adam": lambda one, data: one.set_params(solver="adam", average=None),
    "sgd": lambda one, data: one.set_params(solver="sgd", average=0.9),
    "lbfgs": lambda one, data: one.set_params(solver="lbfgs", average=None),
    "batches": lambda one, data: one.set_params(batch_size=11),
    "early": lambda one, data: one.set_params(early_stopping=not one.early_stopping),
    "sparse": lambda one, data: one.fit(scipy.sparse.csr_array(data[0]), data[1]),
}


def _classes(one):
    return {"classes": ["full", "new"]} if isinstance(one, MLPClassifier) else {}


def _rest(one):
    return (None, ["full", "new"]) if isinstance(one, MLPClassifier) else (OTHER[2],)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    moves=st.lists(st.sampled_from(sorted(MOVES)), min_size=2, max_size=12),
    made=st.sampled_from([MLPClassifier, MLPRegressor]),
)
@example(moves=["warm", "fit", "sgd", "fit huge rows", "fit"], made=MLPRegressor)
def test_any_order_of_fits_and_passes_leaves_a_consistent_estimator(moves, made):
    one = made(**{**USUAL, "engine": "numpy"})
    data = (ROWS, TWO if made is MLPClassifier else VALUES)
    for move in moves:
        told = ""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                one = MOVES[move](one, data) or one
            except AttributeError as error:
                told = str(error)
                assert "partial_fit" in told or "no weights yet" in told
            except ValueError as error:
                told = str(error)
        assert not re.search(INNER, told)
        if hasattr(one, "network_"):
            assert_consistent(one)


def assert_consistent(one):
    """What a fitted estimator tells agrees with itself."""
    history = one.history_
    broken = one.stopped_ == "diverged"
    assert np.isfinite(theta(one)).all()
    assert np.isfinite(
        one.predict_proba(ROWS) if isinstance(one, MLPClassifier) else one.predict(ROWS)
    ).all()
    assert one.t_ == (history["rows"][-1] if len(history) else 0)
    assert len(one.loss_curve_) - len(history) in ((0, 1) if broken else (0,))
    assert history["epoch"].tolist() == list(range(1, len(history) + 1))
    assert (np.diff(history["rows"]) > 0).all()
    assert (np.diff(history["seconds"]) >= 0.0).all()
    assert one.best_epoch_ is None or 1 <= one.best_epoch_ <= len(history)
    assert one.validation_scores_ is None or len(one.validation_scores_) == len(
        one.loss_curve_
    )
