"""Properties of any fit: symmetries, degenerate data, settings, order of calls."""

import dataclasses
import pickle
import re
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, UndefinedMetricWarning
from sklearn.model_selection import KFold

from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.initializers import INITIALIZERS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.rules import COMPONENT
from halfmoon.components.schedules import SCHEDULES
from halfmoon.estimators.parameters import InvalidParameterError
from halfmoon.estimators.request import resolve
from halfmoon.training.solvers import SOLVERS
from small import COLUMNS, LABELS, NAMES, X, one_thread, theta, unfinished

pytestmark = one_thread


N = 30


ROWS = X[:N]


TWO = NAMES[:N]


VALUES = X[:N, 0] ** 2 - X[:N, 1]


THREE = np.digitize(X[:N, 0], [0.0, 1.0])


few = settings(max_examples=25)


many = settings(max_examples=150)


DESCENT = {
    "solver": "sgd",
    "batch_size": "auto",
    "learning_rate_init": 0.1,
    "max_iter": 15,
}


NEWTON = {"solver": "lbfgs", "max_iter": 6}


methods = st.sampled_from([DESCENT, NEWTON])


numbers = st.integers(0, 2**31)


def model(made, **options):
    usual = {
        "hidden_layer_sizes": (4,),
        "activation": "tanh",
        "random_state": 0,
        "alpha": 0.5,
        "engine": "numpy",
    }
    return made(**{**usual, **options})


def close(one, other, rtol=1e-6):
    np.testing.assert_allclose(theta(one), theta(other), rtol=rtol, atol=1e-8)


# Symmetries


@few
@given(
    method=methods,
    seed=numbers,
    weights=st.sampled_from([None, {"full": 2.5, "new": 1.0}, "balanced"]),
)
@unfinished
def test_a_row_of_weight_w_is_the_row_w_times_for_classes(method, seed, weights):
    times = np.random.default_rng(seed).integers(0, 4, N)
    assume(len(set(TWO[times > 0])) == 2)
    rows = np.repeat(np.arange(N), times)
    options = {**method, "class_weight": weights}
    weighted = model(MLPClassifier, **options).fit(ROWS, TWO, times)
    counted = model(MLPClassifier, **options).fit(ROWS[rows], TWO[rows])
    close(weighted, counted)
    np.testing.assert_allclose(weighted.loss_curve_, counted.loss_curve_, rtol=1e-6)


@few
@given(
    method=methods,
    seed=numbers,
    options=st.sampled_from(
        [{}, {"normalize_y": True}, {"loss": "huber:delta=0.3"}, {"loss": "quantiles"}]
    ),
)
@unfinished
def test_a_row_of_weight_w_is_the_row_w_times_for_values(method, seed, options):
    times = np.random.default_rng(seed).integers(0, 4, N)
    rows = np.repeat(np.arange(N), times)
    weighted = model(MLPRegressor, **method, **options).fit(ROWS, VALUES, times)
    counted = model(MLPRegressor, **method, **options).fit(ROWS[rows], VALUES[rows])
    close(weighted, counted)
    assert weighted.score(ROWS, VALUES, times) == pytest.approx(
        counted.score(ROWS[rows], VALUES[rows]), rel=1e-6
    )


@few
@given(
    method=methods,
    seed=numbers,
    data=st.sampled_from(
        [
            (MLPClassifier, TWO),
            (MLPClassifier, THREE),
            (MLPClassifier, LABELS[:N]),
            (MLPClassifier, COLUMNS[:N]),
            (MLPRegressor, VALUES),
        ]
    ),
)
@unfinished
def test_the_order_of_the_rows_does_not_matter_to_a_full_batch(method, seed, data):
    made, y = data
    order = np.random.default_rng(seed).permutation(N)
    w = 0.5 + np.arange(N) % 3
    one = model(made, **method).fit(ROWS, y, w)
    other = model(made, **method).fit(ROWS[order], y[order], w[order])
    close(one, other)
    np.testing.assert_allclose(one.loss_curve_, other.loss_curve_, rtol=1e-7)


@few
@given(method=methods, seed=numbers, average=st.sampled_from([None, 0.9]))
@unfinished
def test_the_order_of_hidden_units_does_not_matter(method, seed, average):
    """Units start in another order, and stay so: a fit does not look at their
    places.
    """
    average = average if method is DESCENT else None
    rng = np.random.default_rng(seed)
    coefs = [rng.normal(size=(2, 4)), rng.normal(size=(4, 1))]
    biases = [rng.normal(size=4), rng.normal(size=1)]
    order = rng.permutation(4)
    one = model(MLPClassifier, **method, average=average)
    one.fit(ROWS, TWO, coefs_init=coefs, intercepts_init=biases)
    other = model(MLPClassifier, **method, average=average)
    moved = [coefs[0][:, order], coefs[1][order]], [biases[0][order], biases[1]]
    other.fit(ROWS, TWO, coefs_init=moved[0], intercepts_init=moved[1])
    np.testing.assert_allclose(
        one.coefs_[0][:, order], other.coefs_[0], rtol=1e-6, atol=1e-9
    )
    np.testing.assert_allclose(
        one.predict_proba(ROWS), other.predict_proba(ROWS), rtol=1e-6
    )


@few
@given(method=methods, seed=numbers)
@unfinished
def test_the_order_of_the_columns_does_not_matter(method, seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(N, 5))
    order = rng.permutation(5)
    coefs = [rng.normal(size=(5, 4)), rng.normal(size=(4, 3))]
    one = model(MLPClassifier, **method).fit(rows, THREE, coefs_init=coefs)
    other = model(MLPClassifier, **method)
    other.fit(rows[:, order], THREE, coefs_init=[coefs[0][order], coefs[1]])
    np.testing.assert_allclose(
        one.coefs_[0][order], other.coefs_[0], rtol=1e-5, atol=1e-8
    )


@few
@given(
    names=st.one_of(
        st.lists(st.integers(-(2**40), 2**40), min_size=3, max_size=3, unique=True),
        st.lists(st.text(min_size=1, max_size=8), min_size=3, max_size=3, unique=True),
        st.lists(
            st.floats(-1e6, 1e6).map(round).map(float),
            min_size=3,
            max_size=3,
            unique=True,
        ),
    ),
    count=st.sampled_from([2, 3]),
)
@unfinished
def test_the_names_of_the_classes_do_not_matter(names, count):
    """In their order; and they come back."""
    names = np.array(sorted(names)[:count])
    assume(len(set(names.tolist())) == count)
    codes = THREE if count == 3 else (THREE > 1).astype(int)
    one = model(MLPClassifier, **DESCENT).fit(ROWS, codes)
    other = model(MLPClassifier, **DESCENT).fit(ROWS, names[codes])
    assert np.array_equal(theta(one), theta(other))
    assert np.array_equal(names[one.predict(ROWS)], other.predict(ROWS))
    assert other.classes_.tolist() == names.tolist()


@few
@given(
    method=methods, seed=numbers, made=st.sampled_from([MLPClassifier, MLPRegressor])
)
@unfinished
def test_float32_is_float64_with_fewer_digits(method, seed, made):
    rows = np.random.default_rng(seed).normal(size=(N, 3)).astype(np.float32)
    y = TWO if made is MLPClassifier else VALUES
    method = {**method, "max_iter": 5}
    small = model(made, **method).fit(rows, y)
    large = model(made, **method).fit(rows.astype(np.float64), y)
    assert (theta(small).dtype, theta(large).dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(theta(small), theta(large), rtol=1e-2, atol=1e-3)


@few
@given(shift=st.floats(-1e3, 1e3), scale=st.floats(1e-3, 1e3), method=methods)
@unfinished
def test_normalised_values_may_be_shifted_and_scaled(shift, scale, method):
    one = model(MLPRegressor, **method, normalize_y=True).fit(ROWS, VALUES)
    other = model(MLPRegressor, **method, normalize_y=True).fit(
        ROWS, shift + scale * VALUES
    )
    np.testing.assert_allclose(
        shift + scale * one.predict(ROWS),
        other.predict(ROWS),
        rtol=1e-5,
        atol=1e-6 * (abs(shift) + scale),
    )


# Values that are not finite, or huge


@few
@given(
    data=st.data(), form=st.sampled_from(["array", "frame", "csr", "csc", "float32"])
)
@unfinished
def test_columns_that_are_not_finite_are_named(data, form):
    columns = data.draw(st.sets(st.integers(0, 4), min_size=1))
    bad = np.random.default_rng(0).normal(size=(N, 5))
    good = bad.copy()
    for column in columns:
        bad[data.draw(st.integers(0, N - 1)), column] = data.draw(
            st.sampled_from([np.nan, np.inf, -np.inf])
        )
    make = {
        "array": np.asarray,
        "frame": lambda rows: pd.DataFrame(rows, columns=list("abcde")),
        "csr": scipy.sparse.csr_array,
        "csc": scipy.sparse.csc_matrix,
        "float32": lambda rows: rows.astype(np.float32),
    }[form]
    names = ["abcde"[j] if form == "frame" else str(j) for j in sorted(columns)]
    listed = ", ".join(names)
    told = rf"X contains NaN or infinity in columns {listed}; remove or fill them\."
    one = model(MLPClassifier, **DESCENT)
    with pytest.raises(ValueError, match=told):
        one.fit(make(bad), TWO)
    with pytest.raises(ValueError, match=told.replace("X ", "X_val ")):
        one.fit(make(good), TWO, X_val=make(bad), y_val=TWO)
    one.fit(make(good), TWO)
    for ask in (
        one.predict,
        one.predict_proba,
        one.predict_log_proba,
        one.hidden_activations,
    ):
        with pytest.raises(ValueError, match=told):
            ask(make(bad))


INNER = (
    r"broadcast|reshape|unpack|has no attribute|not subscriptable|unexpected keyword|"
    r"Settings:|operands|ufunc"
)


def assert_sensible(error):
    """An error is a sentence about what was given, not a complaint from deep inside."""
    text = str(error)
    assert type(error) in (ValueError, InvalidParameterError), repr(error)
    assert "\n" not in text, text
    assert len(text.split()) > 3, text
    assert not re.search(INNER, text), text


KNOWN = (  # warnings that tell a user something
    "Training diverged",
    "Got `batch_size` less than 1 or larger",
    "has no effect in this fit",
    "A column-vector y",
)


def attempt(one, *data):
    """The fitted estimator, with finite predictions; or None after a sensible error.
    NumPy's warnings are errors.
    """
    refused = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in (ConvergenceWarning, UndefinedMetricWarning):
            warnings.simplefilter("ignore", kind)
        for told in KNOWN:
            warnings.filterwarnings("ignore", f".*{told}")
        try:
            one.fit(*data)
        except ValueError as error:
            refused = error
        if refused is None:
            predicted = [one.predict(data[0])]
            if isinstance(one, MLPClassifier):
                proba = one.predict_proba(data[0])
                predicted += proba if isinstance(proba, list) else [proba]
            for part in predicted:
                assert np.asarray(part).dtype.kind != "f" or np.isfinite(part).all()
            event("fitted")
            return one
    event(re.sub(r"[\d.]+", "#", str(refused))[:90])
    assert_sensible(refused)
    return None


exponents = st.integers(-320, 308)


each_method = st.sampled_from([DESCENT, NEWTON, {"solver": "adam", "max_iter": 5}])


@many
@given(
    what=st.sampled_from(["X", "y", "column", "row", "weights", "alpha"]),
    exponent=exponents,
    method=each_method,
    made=st.sampled_from([MLPClassifier, MLPRegressor]),
    dtype=st.sampled_from([np.float64, np.float32]),
    options=st.fixed_dictionaries(
        {"activation": st.sampled_from(["relu", "tanh", "identity"])}
    ),
)
@example("weights", -311, DESCENT, MLPClassifier, np.float64, {"activation": "relu"})
@example("weights", -6, DESCENT, MLPClassifier, np.float32, {"activation": "relu"})
@example("weights", 38, DESCENT, MLPClassifier, np.float32, {"activation": "relu"})
@example("weights", 39, DESCENT, MLPClassifier, np.float32, {"activation": "relu"})
@example("y", 29, NEWTON, MLPRegressor, np.float32, {"activation": "relu"})
@unfinished
def test_values_of_any_size_are_learned_or_refused_in_a_sentence(
    what, exponent, method, made, dtype, options
):
    scale = float(f"1e{exponent}")
    rows = ROWS.copy()
    y = TWO if made is MLPClassifier else VALUES.copy()
    w = np.ones(N)
    with np.errstate(over="ignore"):
        if what == "X":
            rows *= scale
        elif what == "column":
            rows[:, 1] *= scale
        elif what == "row":
            rows[3] *= scale
        elif what == "weights":
            w *= scale
        elif what == "alpha":
            options = {**options, "alpha": scale}
        elif made is MLPRegressor:
            y *= scale
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = rows.astype(dtype)
    fitted = attempt(model(made, **method, **options), rows, y, w)
    assert fitted is not None or not 1e-30 < scale < 1e8


@few
@given(
    exponent=st.integers(-320, 308), method=each_method, columns=st.sampled_from([1, 2])
)
@example(154, DESCENT, 1)
@example(300, DESCENT, 2)
@unfinished
def test_normalised_values_of_any_size_are_learned_or_refused_in_a_sentence(
    exponent, method, columns
):
    with np.errstate(over="ignore"):
        y = np.column_stack([VALUES] * columns)[:, ::-1].squeeze() * float(
            f"1e{exponent}"
        )
    fitted = attempt(model(MLPRegressor, **method, normalize_y=True), ROWS, y)
    assert fitted is not None or abs(exponent) > 100


# Small and degenerate data


@many
@given(
    n=st.sampled_from([1, 2, 3, 7]),
    d=st.sampled_from([1, 2, 5]),
    constant=st.sampled_from(["none", "one column", "all columns", "zero"]),
    y=st.sampled_from(["one", "two", "three", "labels", "value", "constant", "values"]),
    method=each_method,
    options=st.sampled_from(
        [
            {},
            {"hidden_layer_sizes": ()},
            {"early_stopping": True},
            {"normalize_y": True},
            {"class_weight": "balanced"},
            {"learning_rate_init": "auto"},
            {"dropout": 0.5},
        ]
    ),
)
@unfinished
def test_few_rows_few_columns_and_constant_ones(n, d, constant, y, method, options):
    rows = np.random.default_rng(n + d).normal(size=(n, d))
    if constant in ("all columns", "zero"):
        rows[:] = 3.0 if constant == "all columns" else 0.0
    elif constant == "one column":
        rows[:, 0] = 7.0
    kinds = {
        "one": np.full(n, "only"),
        "two": np.arange(n) % 2,
        "three": np.arange(n) % 3,
        "labels": np.column_stack([np.arange(n) % 2, np.ones(n, int)]),
        "value": np.arange(n) / 2.0,
        "constant": np.full(n, 4.0),
        "values": np.column_stack([np.arange(n), -np.arange(n)]) / 2.0,
    }
    made = MLPRegressor if y in ("value", "constant", "values") else MLPClassifier
    assume(set(options) <= {field.name for field in dataclasses.fields(made)})
    fitted = attempt(model(made, **{**method, **options}), rows, kinds[y])
    mayfail = {"early_stopping", "learning_rate_init", "dropout"} & set(options)
    assert fitted is not None or mayfail
    if fitted is not None and y == "one":
        assert (fitted.predict(rows) == "only").all()
    if fitted is not None and n == 1 and made is MLPRegressor:
        assert np.shape(fitted.predict(rows)) == np.shape(kinds[y])


# All settings, valid and not

REGISTRIES = {
    "activation": [*ACTIVATIONS],
    "solver": [*OPTIMIZERS, *SOLVERS, "sgd"],
    "learning_rate": [*SCHEDULES, "invscaling", "adaptive"],
    "initializer": [*INITIALIZERS, "auto"],
    "loss": [*LOSSES, "log_loss", "log_loss:smoothing=0.1", "quantiles:levels=0.2/0.8"],
}


SMALL = {
    "max_iter": (1, 6),
    "hidden_layer_sizes": (1, 6),
    "batch_size": (1, 40),
    "n_threads": (1, 3),
    "verbose": (0, 0),
}


WORDS = {  # what a rule names in words
    "None": None,
    "infinity": np.inf,
    "a RandomState": np.random.RandomState(0),
    "a splitter": KFold(3),
    "the name of a scorer": "max_error",
    "a function": lambda estimator, rows, y: float(len(y)),
    "a dict": {"full": 2.0},
}


def interval(name, rule):
    """Numbers that obey the interval in a rule, its ends included where it includes
    them.
    """
    kind, left, low, high, right = re.search(
        r"(integer|number)s? in ([\[(])(\S+), (\S+)([\])])", rule
    ).groups()
    if kind == "integer":
        first, last = SMALL.get(
            name, (int(low), min(int(high), 50) if high != "inf" else 50)
        )
        return st.integers(first, last)
    least = float(low) if name != "max_seconds" else 0.05
    most = min(float(high), 10.0 if name == "learning_rate_init" else 1e6)
    return st.one_of(
        st.floats(
            least,
            most,
            exclude_min=left == "(" and least == float(low),
            exclude_max=right == ")",
        ),
        st.just(least)
        if left == "["
        else st.just(min(least + 0.05, 0.5 * (least + most))),
    )


def obeying(field):
    """Values that obey a parameter's rule, read off the rule."""
    rule = str(field.metadata["rule"])
    if field.name == "verbose":
        return st.just(False)
    if rule.startswith(str(COMPONENT)):
        one = st.sampled_from(REGISTRIES[field.name])
    else:
        options = [
            st.just(eval(word)) for word in re.findall(r"'\w+'|True|False", rule)
        ]
        options += [st.just(value) for word, value in WORDS.items() if word in rule]
        if " in [" in rule or " in (" in rule:
            options.append(interval(field.name, rule))
        one = st.one_of(options)
    if rule.endswith("or a list of them"):
        return st.one_of(one, st.lists(one, max_size=2))
    return one


ODD = [
    -1,
    -0.5,
    float("nan"),
    "nonsense",
    "relu:slope=1",
    object(),
    {},
    [],
    [None],
    (),
    b"x",
    2.5,
    1j,
    np.array([0.5]),
]


ODD += [[[1]], True, np.inf, 10**30]


def breaking(field):
    """Values that break most parameters' rules."""
    return st.sampled_from(ODD)


def chosen(made, values, most):
    """A few parameters with values of their own; all others as they are."""
    fields = [
        field
        for field in dataclasses.fields(made)
        if field.name not in ("warm_start", "n_threads")
    ]
    names = st.lists(st.sampled_from(range(len(fields))), unique=True, max_size=most)
    return names.flatmap(
        lambda places: st.fixed_dictionaries(
            {fields[i].name: values(fields[i]) for i in places}
        )
    )


makers = st.sampled_from([MLPClassifier, MLPRegressor])


USUAL = {"hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0}


@pytest.mark.slow
@settings(max_examples=300)
@given(data=st.data(), made=makers)
@unfinished
def test_settings_that_obey_their_rules_fit_or_are_refused_in_a_sentence(data, made):
    options = data.draw(chosen(made, obeying, 6))
    if made is MLPClassifier:
        kinds = [TWO, THREE, LABELS[:N], COLUMNS[:N]]
    else:
        kinds = [VALUES, np.abs(np.c_[VALUES, VALUES])]
    y = data.draw(st.sampled_from(kinds)) if "class_weight" not in options else TWO
    one = made(**{**USUAL, "engine": "numpy", **options})
    assert not isinstance(_parameter_error(one), InvalidParameterError) or {
        "activation",
        "dropout",
    } & set(options)
    fitted = attempt(one, ROWS, y)
    if fitted is not None:
        assert fitted.n_iter_ <= one.max_iter
        assert len(fitted.loss_curve_) == fitted.n_iter_
        assert np.isfinite(fitted.score(ROWS, y))


def _parameter_error(one):
    """What is wrong with the parameters by themselves, if anything."""
    try:
        resolve(one)
    except ValueError as error:
        return error
    return None


@many
@given(data=st.data(), made=makers)
@unfinished
def test_settings_that_break_a_rule_are_refused_by_name_or_fit(data, made):
    """Values that no rule was made for; where a rule allows one after all, it must
    work.
    """
    options = data.draw(chosen(made, breaking, 2))
    if options.get("max_iter") in (True, 10**30):
        options = {**options, "max_iter": 2}
    assume(options.get("hidden_layer_sizes") != 10**30)
    one = made(**{**USUAL, **options})
    error = _parameter_error(one)
    if error is not None:
        assert isinstance(error, InvalidParameterError)
        assert any(
            f"{name!r} parameter of {made.__name__}" in str(error) for name in options
        )
        with pytest.raises(InvalidParameterError, match="parameter of"):
            one.fit(ROWS, TWO if made is MLPClassifier else VALUES)
    else:
        attempt(one, ROWS, TWO if made is MLPClassifier else VALUES)


@few
@given(data=st.data(), made=makers)
@unfinished
def test_any_settings_survive_set_params_and_clone(data, made):
    options = data.draw(chosen(made, obeying, 8))
    one = clone(made().set_params(**options))
    assert set(one.get_params()) == {field.name for field in dataclasses.fields(made)}
    assert repr(one).startswith(made.__name__)


SHORT = {"hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0}


# no user's words
INTERNAL = (
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
@settings(max_examples=200)
@given(
    moves=st.lists(st.sampled_from(sorted(MOVES)), min_size=2, max_size=12),
    made=st.sampled_from([MLPClassifier, MLPRegressor]),
)
@example(moves=["warm", "fit", "sgd", "fit huge rows", "fit"], made=MLPRegressor)
def test_any_order_of_fits_and_passes_leaves_a_consistent_estimator(moves, made):
    one = made(**{**SHORT, "engine": "numpy"})
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
        assert not re.search(INTERNAL, told)
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
    seconds = history["seconds"][np.isfinite(history["seconds"])]  # none from a pickle
    assert (np.diff(seconds) >= 0.0).all()
    assert one.best_epoch_ is None or 1 <= one.best_epoch_ <= len(history)
    assert one.validation_scores_ is None or len(one.validation_scores_) == len(
        one.loss_curve_
    )
