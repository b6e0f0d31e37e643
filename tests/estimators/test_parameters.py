"""What parameters may be: each rule is kept by name, and those that have no effect are
told.
"""

import re
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from halfmoon import MLPClassifier
from halfmoon.components.optimizers import Momentum
from small import X, Y, classifier, one_thread, regressor, short, theta, unfinished

pytestmark = one_thread

# What is refused


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (
            classifier(activation="rely"),
            "'activation' parameter of MLPClassifier .* Did you mean 'relu'",
        ),
        (
            classifier(activation=["relu", "tanh"]),
            "'activation' parameter .* list of 1",
        ),
        (classifier(activation=["rely"]), "Did you mean 'relu'"),
        (classifier(solver="adan"), "'solver' parameter .* Did you mean 'adam'"),
        (classifier(solver="adam:beta3=1"), "Adam has no setting 'beta3=1'"),
        (classifier(solver="adam:beta1=2"), r"beta1 must be a number in \[0, 1\)"),
        (
            classifier(solver=3),
            "'solver' parameter .* must be a name .* or an instance",
        ),
        (short(learning_rate="cosin"), "Did you mean 'cosine'"),
        (short(learning_rate="adaptiv"), "'learning_rate' parameter"),
        (short(initializer="he_norm"), "Did you mean 'he_normal'"),
        (classifier(loss="log_los"), "Did you mean 'log_loss'"),
        (regressor(loss="squared_erro"), "Did you mean 'squared_error'"),
        (short(batch_size=0), "'batch_size' parameter"),
        (short(batch_size=2.5), "'batch_size' parameter"),
        (short(learning_rate_init=-1.0), "'learning_rate_init' parameter"),
        (short(learning_rate_init="automatic"), "'learning_rate_init' parameter"),
        (classifier(alpha=-1.0), "'alpha' parameter"),
        (classifier(alpha=float("nan")), "'alpha' parameter"),
        (classifier(hidden_layer_sizes=(0,)), "'hidden_layer_sizes' parameter"),
        (classifier(hidden_layer_sizes=(2.5,)), "'hidden_layer_sizes' parameter"),
        (classifier(hidden_layer_sizes="5"), "'hidden_layer_sizes' parameter"),
        (classifier(max_iter=0), "'max_iter' parameter"),
        (classifier(max_iter=True), "'max_iter' parameter"),
        (classifier(tol=-1e-3), "'tol' parameter"),
        (
            classifier(shuffle="yes"),
            (
                "'shuffle' parameter of MLPClassifier must be True or False. Got 'yes' "
                "instead"
            ),
        ),
        (classifier(random_state=-1), "'random_state' parameter"),
        (classifier(random_state=2**32), "'random_state' parameter"),
        (classifier(verbose=-1), "'verbose' parameter"),
        (short(n_iter_no_change=0), "'n_iter_no_change' parameter"),
        (short(n_iter_no_change=1.5), "'n_iter_no_change' parameter"),
        (short(momentum=1.0), r"'momentum' parameter .* a number in \[0, 1\)"),
        (short(beta_1=1.0), "'beta_1' parameter"),
        (short(epsilon=0.0), "'epsilon' parameter"),
        (short(dropout=1.0), "'dropout' parameter"),
        (short(dropout=[0.0, 1.0]), "'dropout' parameter"),
        (short(dropout=[0.1, 0.1, 0.1]), "'dropout' parameter .* list of 2"),
        (short(clip=0.0), "'clip' parameter"),
        (short(average=1.0), "'average' parameter"),
        (short(decay=-0.1), "'decay' parameter"),
        (short(l1=-0.1), "'l1' parameter"),
        (short(max_seconds=0), "'max_seconds' parameter"),
        (short(engine="fast"), "'engine' parameter .* 'auto', 'compiled' or 'numpy'"),
        (short(n_threads=0), "'n_threads' parameter"),
        (regressor(normalize_y="yes"), "'normalize_y' parameter"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(model, says):
    with pytest.raises(ValueError, match=says):
        model.fit(X, Y)
    assert not hasattr(model, "network_")


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"l1": 0.1}, "l1"),
        ({"clip": 1.0}, "clip"),
        ({"decay": 0.1}, "decay"),
        ({"average": 0.9}, "average"),
    ],
    ids=str,
)
def test_what_lbfgs_cannot_obey_is_refused(options, name):
    with pytest.raises(
        ValueError,
        match=f"does not use {name}; leave it out, or train with an optimizer",
    ):
        classifier(**options).fit(X, Y)
    with pytest.raises(
        ValueError, match="A solver such as L-BFGS cannot work with dropout"
    ):
        classifier(dropout=0.2).fit(X, Y)


@pytest.mark.parametrize(
    ("w", "says"),
    [
        (np.ones(3), r"sample_weight must have shape \(120,\)"),
        (np.ones((120, 1)), r"sample_weight must have shape \(120,\)"),
        (np.zeros(120), "at least one non-zero"),
        (-np.ones(120), "weights of at least 0"),
        (np.full(120, np.nan), "finite weights"),
        (np.full(120, np.inf), "finite weights"),
    ],
    ids=["short", "column", "zero", "negative", "nan", "infinite"],
)
def test_bad_sample_weights_are_refused(w, says):
    with pytest.raises(ValueError, match=says):
        classifier().fit(X, Y, sample_weight=w)


@pytest.mark.parametrize("count", [10**6, 2**63, 10**30, np.inf], ids=repr)
@unfinished
def test_patience_may_be_as_long_as_one_likes(count):
    for options in (
        {},
        {"early_stopping": True},
        {"solver": "sgd", "learning_rate": "adaptive"},
    ):
        assert short(**options, n_iter_no_change=count).fit(X, Y).n_iter_ == 6


# Parameters that have no effect are told

IDLE = [
    ({"solver": "lbfgs"}, "batch_size", 32, "solvers that make many updates"),
    ({"solver": "lbfgs"}, "shuffle", False, "solvers that make many updates"),
    ({"solver": "lbfgs"}, "learning_rate", "cosine", "solvers that make many updates"),
    ({"solver": "lbfgs"}, "learning_rate_init", 0.1, "solvers that make many updates"),
    ({"solver": "lbfgs"}, "beta_1", 0.5, "solver='adam'"),
    ({"solver": "sgd"}, "beta_2", 0.5, "solver='adam'"),
    ({"solver": "sgd"}, "epsilon", 1e-3, "solver='adam'"),
    ({"solver": "adam"}, "momentum", 0.5, "solver='sgd'"),
    ({"solver": "adam"}, "nesterovs_momentum", False, "solver='sgd'"),
    ({"solver": "adam"}, "max_fun", 10, "solver='lbfgs'"),
    ({"solver": "adam"}, "power_t", 0.2, "learning_rate='invscaling'"),
    ({"solver": "momentum"}, "momentum", 0.5, "solver='sgd'"),
    ({"solver": Momentum()}, "momentum", 0.5, "solver='sgd'"),
    ({"solver": "adam"}, "learning_rate", "invscaling", "solver='sgd'"),
    ({"solver": "adamw"}, "learning_rate", "adaptive", "solver='sgd'"),
]


@pytest.mark.parametrize(
    ("others", "name", "value", "owner"), IDLE, ids=lambda value: str(value)[:20]
)
@unfinished
def test_parameters_without_effect_are_told_and_change_nothing(
    others, name, value, owner
):
    usual = MLPClassifier((8,), max_iter=6, random_state=0, **others)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        usual.fit(X, Y)
    changed = clone(usual).set_params(**{name: value})
    with pytest.warns(
        UserWarning,
        match=rf"^{name}={value!r} has no effect .*; it is for {re.escape(owner)}",
    ):
        changed.fit(X, Y)
    assert np.array_equal(theta(changed), theta(usual))


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", "invscaling"), ("learning_rate", "adaptive"), ("momentum", 0.5)],
)
@unfinished
def test_parameters_with_effect_are_not_told(name, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        short(solver="sgd", **{name: value}).fit(X, Y)


def test_a_batch_larger_than_the_data_is_clipped_with_a_warning():
    with pytest.warns(
        UserWarning, match="larger than sample size. It is going to be clipped"
    ):
        clipped = short(batch_size=500, max_iter=50, tol=10.0).fit(X, Y)
    assert np.array_equal(
        theta(clipped), theta(short(batch_size=120, max_iter=50, tol=10.0).fit(X, Y))
    )
