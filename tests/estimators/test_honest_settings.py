"""Settings are honest: each changes what it says and nothing else, or the fit says
that it cannot.
"""

import ast
import contextlib
import dataclasses
import inspect
import io
import re
import warnings
from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import sparse
from sklearn import neural_network
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ShuffleSplit
from sklearn.utils._param_validation import InvalidParameterError

from halfmoon import Activation, MLPClassifier, MLPRegressor, datasets
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.initializers import INITIALIZERS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.rules import COMPONENT
from halfmoon.components.schedules import SCHEDULES
from halfmoon.estimators.fields import ComponentOf
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import SOLVERS
from small import X, Y, one_thread, short, theta, unfinished

pytestmark = one_thread


ESTIMATORS = (MLPClassifier, MLPRegressor)


# those of tables have parameters of their own
SOURCES = sorted(
    path
    for path in (Path(__file__).parents[2] / "src/halfmoon/estimators").glob("*.py")
    if path.stem != "tabular"
)


POINTS, CLASSES = datasets.make("moons", 150, 0.2, 0)


# 62 of one class, 58 of the other: "balanced" has something to do
POINTS = POINTS[:120]


CLASSES = CLASSES[:120]


DATA = {
    MLPClassifier: (POINTS, CLASSES),
    MLPRegressor: datasets.make("wave", 120, 0.1, 0),
}


# worth more than one thread
LARGE = np.random.default_rng(0).normal(size=(1000, 50)).astype(np.float32)


def parameters_of(kind: type) -> dict[str, Any]:
    return kind().get_params()


FIELDS = {
    kind: {field.name: field for field in dataclasses.fields(kind)}
    for kind in ESTIMATORS
}


PARAMETERS = [(kind, name) for kind in ESTIMATORS for name in parameters_of(kind)]


# What each parameter changes


class Fitted(NamedTuple):
    """A fitted estimator and what its fit printed."""

    model: Any
    printed: str


SEEN: dict[str, Callable[[Fitted], Any]] = {
    "weights": lambda fitted: fitted.model.network_.theta.tobytes(),
    "printed": lambda fitted: fitted.printed,
    "epochs": lambda fitted: fitted.model.n_iter_,
    "end": lambda fitted: fitted.model.stopped_,
    "scores": lambda fitted: fitted.model.validation_scores_,
    "rows to learn from": lambda fitted: fitted.model.t_ // fitted.model.n_iter_,
    "engine": lambda fitted: fitted.model.engine_,
    "threads": lambda fitted: fitted.model.n_threads_,
}


@dataclasses.dataclass(frozen=True)
class Row:
    """With `base`, the value `to` of a parameter changes what is seen, and keeps what
    it has no say in.
    """

    to: Any
    changes: str = "weights"
    base: dict[str, Any] = dataclasses.field(default_factory=dict)
    keeps: str = ""
    fits: int = 1
    large: bool = False


SGD = {"solver": "sgd", "learning_rate_init": 0.1}


LBFGS = {"solver": "lbfgs"}


BOTH = {
    "hidden_layer_sizes": [Row((9,)), Row((6, 4)), Row(())],
    "activation": [Row("tanh"), Row("elu:alpha=0.5"), Row(["gelu"])],
    "solver": [Row("sgd"), Row("lbfgs", "engine"), Row("adamw:decay=0.1")],
    "alpha": [Row(2.0), Row(2.0, base=LBFGS)],
    "batch_size": [Row(7), Row("auto", base={"batch_size": 7})],
    "learning_rate": [
        Row("cosine"),
        Row("invscaling", base=SGD),
        Row("adaptive", base=SGD | {"tol": 9.0}),
    ],
    "learning_rate_init": [Row(0.1), Row("auto")],
    "power_t": [Row(0.9, base=SGD | {"learning_rate": "invscaling"})],
    "max_iter": [Row(5, "epochs"), Row(5, "epochs", LBFGS)],
    "shuffle": [Row(False, base={"batch_size": 32})],
    "random_state": [Row(1), Row(1, "scores", {"early_stopping": True})],
    "tol": [Row(9.0, "epochs", {"n_iter_no_change": 2}), Row(9.0, "epochs", LBFGS)],
    "verbose": [
        Row(True, "printed", keeps="weights"),
        Row(1, "printed", LBFGS, keeps="weights"),
    ],
    "warm_start": [Row(True, fits=2), Row(True, base=LBFGS, fits=2)],
    "momentum": [Row(0.5, base=SGD)],
    "nesterovs_momentum": [Row(False, base=SGD)],
    "early_stopping": [Row(True), Row(True, base=LBFGS)],
    "validation_fraction": [
        Row(0.4, "rows to learn from", {"early_stopping": True}),
        Row(
            ShuffleSplit(1, test_size=0.1, random_state=7),
            "scores",
            {"early_stopping": True, "scoring": "loss"},
        ),
    ],
    "beta_1": [Row(0.5)],
    "beta_2": [Row(0.5)],
    "epsilon": [Row(0.1)],
    "n_iter_no_change": [Row(2, "epochs", {"tol": 9.0})],
    "max_fun": [Row(3, "end", LBFGS)],
    "initializer": [Row("he_uniform"), Row("zeros")],
    "dropout": [Row(0.3), Row([0.2, 0.0])],
    "l1": [Row(0.1)],
    "clip": [Row(0.001, base=SGD)],
    "decay": [Row(0.5), Row(0.0, base={"solver": "adamw"})],
    "average": [Row(0.5)],
    "scoring": [
        Row("loss", "scores", {"early_stopping": True}),
        Row("neg_mean_squared_error", "scores", {"early_stopping": True}),
    ],
    "max_seconds": [Row(1e-9, "end"), Row(1e-9, "end", LBFGS)],
    "engine": [Row("numpy", "engine"), Row("compiled", "engine", {"engine": "numpy"})],
    "n_threads": [
        Row(2, "threads", {"n_threads": 1, "batch_size": 1000}, "weights", large=True)
    ],
}


OWN = {
    MLPClassifier: {
        "loss": [Row("softmax_cross_entropy"), Row("log_loss:smoothing=0.1")],
        "class_weight": [Row({0: 3.0}), Row("balanced")],
    },
    MLPRegressor: {
        "loss": [Row("absolute_error"), Row("poisson")],
        "normalize_y": [Row(True)],
    },
}


TABLE = {kind: BOTH | OWN[kind] for kind in ESTIMATORS}


ROWS = [
    pytest.param(kind, name, row, id=f"{kind.__name__}-{name}-{row.to}")
    for kind in ESTIMATORS
    for name, rows in TABLE[kind].items()
    for row in rows
]


def fitted(
    kind: type, options: dict[str, Any], fits: int = 1, large: bool = False
) -> Fitted:
    """A short fit, all its warnings aside."""
    usual = {
        "hidden_layer_sizes": (8,),
        "max_iter": 12,
        "learning_rate_init": 0.01,
        "random_state": 0,
    }
    X, y = DATA[kind]
    if large:
        X = LARGE
        y = (LARGE[:, 0] > 0.0).astype(int)
    y = np.abs(y) if kind is MLPRegressor else y  # so that they may be counts
    model = kind(**(usual | options))
    out = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(out):
        warnings.simplefilter("ignore")
        for _ in range(fits):
            model.fit(X, y)
    return Fitted(model, out.getvalue())


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_every_parameter_has_a_row_and_every_row_a_parameter(kind):
    assert sorted(TABLE[kind]) == sorted(parameters_of(kind))


@pytest.mark.parametrize(("kind", "name", "row"), ROWS)
def test_a_parameter_changes_what_it_says(kind, name, row):
    options = row.base | {"hidden_layer_sizes": (100,)} if row.large else row.base
    before, again, after = (
        fitted(kind, options | more, row.fits, row.large)
        for more in ({}, {}, {name: row.to})
    )
    see = SEEN[row.changes]
    assert see(before) == see(again), "the same settings twice, and not the same"
    assert see(before) != see(after)
    if row.keeps:
        assert SEEN[row.keeps](before) == SEEN[row.keeps](after)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_the_engine_changes_who_works_and_not_what_comes_out(kind):
    one, other = (
        fitted(kind, {"engine": engine}).model for engine in ("numpy", "compiled")
    )
    np.testing.assert_allclose(
        one.network_.theta, other.network_.theta, rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_without_random_state_each_fit_starts_elsewhere(kind):
    one, other = (fitted(kind, {"random_state": None}) for _ in range(2))
    assert SEEN["weights"](one) != SEEN["weights"](other)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_the_defaults_are_scikit_learns(kind):
    theirs = getattr(neural_network, kind.__name__)
    ours = {
        name: value
        for name, value in parameters_of(kind).items()
        if name in parameters_of(theirs)
    }
    assert ours == parameters_of(theirs)


# What cannot work says so, and what to do instead


@dataclasses.dataclass(frozen=True)
class Untranslatable(Activation):
    """a = z, by a function that only NumPy can run."""

    def f(self, z):
        return np.vectorize(float)(z)

    def df(self, z, a):
        return np.ones_like(z)


EVERY = np.ones(120)


COLUMNS = np.column_stack([CLASSES, np.arange(120) % 3])


CURE = re.compile(
    r"\b(use|pass|leave|set|keep|train with|change|remove|must be|must "
    r"hold|\w+ takes|need)\b"
)


def refused(
    says: str,
    kind: type = MLPClassifier,
    call: str = "fit",
    with_: Any = None,
    y: Any = None,
    **options: Any,
):
    """A call that must raise ValueError; `with_` are arguments of the call."""
    shown = ", ".join([*map(str, options.values()), *(with_ or {})])
    return pytest.param(
        kind,
        options,
        call,
        with_ or {},
        y,
        says,
        id=f"{call}-{'-'.join(options)}-{shown}"[:60],
    )


@pytest.mark.parametrize(
    ("kind", "options", "call", "arguments", "y", "says"),
    [
        # a solver has no updates to drop units from, to clip, to decay, to average
        refused("dropout", solver="lbfgs", dropout=0.1),
        refused("l1", solver="lbfgs", l1=0.1),
        refused("clip", solver="lbfgs", clip=1.0),
        refused("decay", solver="lbfgs", decay=0.1),
        refused("average", solver="lbfgs", average=0.9),
        refused("l1", MLPRegressor, solver="lbfgs:memory=5", l1=0.1),
        # nothing to score
        refused("scoring has no effect without validation rows", scoring="accuracy"),
        refused(
            "groups has no effect without validation rows", with_={"groups": EVERY}
        ),
        refused("sample_weight_val has no effect", with_={"sample_weight_val": EVERY}),
        refused(
            "sample_weight_val has no effect",
            early_stopping=True,
            with_={"sample_weight_val": EVERY},
        ),
        refused(
            "scoring has no effect",
            call="partial_fit",
            scoring="loss",
            with_={"classes": [0, 1]},
        ),
        refused("X_val and y_val belong together", with_={"X_val": POINTS}),
        refused("X_val and y_val belong together", with_={"y_val": CLASSES}),
        refused(
            "groups has no effect with X_val",
            with_={"X_val": POINTS, "y_val": CLASSES, "groups": EVERY},
        ),
        # what needs to see everything, pass by pass
        refused(
            "early_stopping=True",
            call="partial_fit",
            early_stopping=True,
            with_={"classes": [0, 1]},
        ),
        refused(
            "'balanced'",
            call="partial_fit",
            class_weight="balanced",
            with_={"classes": [0, 1]},
        ),
        refused(
            "'cosine'",
            call="partial_fit",
            learning_rate="cosine",
            with_={"classes": [0, 1]},
        ),
        refused(
            "'one_cycle'",
            call="partial_fit",
            learning_rate="one_cycle",
            with_={"classes": [0, 1]},
        ),
        refused(
            "'cosine:warmup=0.1'",
            MLPRegressor,
            call="partial_fit",
            learning_rate="cosine:warmup=0.1",
        ),
        # lists of another length
        refused(
            "'activation'.*list of 2", activation=["tanh"], hidden_layer_sizes=(3, 3)
        ),
        refused(
            "'activation'.*list of 1", activation=("tanh", "relu"), hidden_layer_sizes=3
        ),
        refused("dropout", dropout=[0.1], hidden_layer_sizes=(3,)),
        refused("dropout", dropout=[0.1, 0.1, 0.1], hidden_layer_sizes=(3,)),
        refused("class_weight", class_weight=[{0: 1.0}, {1: 1.0}]),
        refused("class_weight", class_weight=[{0: 1.0}], y=COLUMNS),
        refused("coefs_init", with_={"coefs_init": [np.ones((2, 5))]}),
        refused(
            "intercepts_init",
            with_={"intercepts_init": [np.full(100, np.nan), np.ones(1)]},
        ),
        # the compiled engine
        refused(
            "engine='compiled'.*sparse",
            engine="compiled",
            with_={"X": sparse.csr_array(POINTS)},
        ),
        refused(
            "engine='compiled'.*Untranslatable",
            engine="compiled",
            activation=Untranslatable(),
        ),
        # losses for other truths
        refused("loss='squared_error' does not fit", loss="squared_error"),
        refused(
            "loss='logistic_cross_entropy' does not fit",
            loss="logistic_cross_entropy",
            y=np.arange(120) % 3,
        ),
        refused("loss='log_loss' is for classes", MLPRegressor, loss="log_loss"),
        refused(
            "normalize_y=True cannot work with loss='poisson'",
            MLPRegressor,
            loss="poisson",
            normalize_y=True,
        ),
    ],
)
def test_what_cannot_work_raises_and_says_what_to_do_instead(
    kind, options, call, arguments, y, says
):
    X, truth = DATA[kind]
    given = {"X": X, "y": truth if y is None else y, **arguments}
    with pytest.raises(ValueError, match=says) as caught:
        getattr(kind(random_state=0, **options), call)(**given)
    assert CURE.search(str(caught.value)), caught.value


@pytest.mark.filterwarnings("ignore:learning_rate_init:UserWarning")
def test_a_solver_has_no_learning_rate_to_find():
    with pytest.raises(
        ValueError, match="learning_rate_init='auto' cannot work with solver='lbfgs'"
    ):
        MLPClassifier(solver="lbfgs", learning_rate_init="auto").fit(POINTS, CLASSES)


@pytest.mark.parametrize(
    ("options", "call", "arguments"),
    [
        ({"dropout": 0.3, "hidden_layer_sizes": ()}, "fit", {}),
        ({"n_threads": 2, "engine": "numpy"}, "fit", {}),
        ({"class_weight": ["balanced"]}, "partial_fit", {"classes": [0, 1]}),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_parameter_of_our_own_that_could_do_nothing_raises(options, call, arguments):
    with pytest.raises(ValueError, match=next(iter(options))):
        getattr(MLPClassifier(**options, max_iter=2), call)(
            POINTS, CLASSES, **arguments
        )


# scikit-learn's parameters that another solver would read


def read_by(name: str) -> set[str]:
    """The solvers that read a parameter, by scikit-learn's own documentation."""
    text = " ".join(neural_network.MLPRegressor.__doc__.split())
    about = re.search(rf" {name} : .*?(?= \w+ : |Attributes)", text)[0]
    named = re.search(r"Only (?:used|effective) when `{0,2}solver=([^.`]*)", about)
    return set(re.findall(r"'(\w+)'", named[1])) if named else {"sgd", "adam", "lbfgs"}


LIMITED = {
    name: read_by(name) for name in parameters_of(neural_network.MLPRegressor)
} | {"batch_size": {"sgd", "adam"}}


# another value than the default, and what else it would need to have an effect
OTHERS = {
    "learning_rate": [
        {"learning_rate": "invscaling"},
        {"learning_rate": "adaptive", "tol": 9.0},
    ],
    "learning_rate_init": [{"learning_rate_init": 0.1}],
    "power_t": [{"power_t": 0.9}],
    "shuffle": [{"shuffle": False}],
    "momentum": [{"momentum": 0.5}],
    "nesterovs_momentum": [{"nesterovs_momentum": False}],
    "beta_1": [{"beta_1": 0.5}],
    "beta_2": [{"beta_2": 0.5}],
    "epsilon": [{"epsilon": 0.1}],
    "n_iter_no_change": [{"n_iter_no_change": 1}],
    "max_fun": [{"max_fun": 3}],
    "batch_size": [{"batch_size": 7}],
}


IDLE = [
    (name, solver, options)
    for name, settings in OTHERS.items()
    for solver, options in product(("sgd", "adam", "lbfgs", "lion"), settings)
    if solver not in LIMITED[name]
    and not (solver == "lion" and "adam" in LIMITED[name] and "sgd" in LIMITED[name])
]


def test_the_parameters_of_one_solver_are_those_that_scikit_learn_documents():
    limited = {name for name, solvers in LIMITED.items() if len(solvers) < 3}
    # which works with every solver here
    assert limited - set(OTHERS) == {"early_stopping"}
    assert set(OTHERS) <= limited


@pytest.mark.parametrize(("name", "solver", "options"), IDLE)
def test_a_parameter_of_another_solver_warns_and_changes_nothing(name, solver, options):
    usual = {
        "hidden_layer_sizes": (4,),
        "max_iter": 8,
        "tol": options.get("tol", 1e-4),
        "random_state": 0,
    }
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        changed = MLPClassifier(**usual, solver=solver, **{name: options[name]}).fit(
            POINTS, CLASSES
        )
    with warnings.catch_warnings(record=True) as told_before:
        warnings.simplefilter("always")
        plain = MLPClassifier(**usual, solver=solver).fit(POINTS, CLASSES)
    assert np.array_equal(changed.network_.theta, plain.network_.theta)
    kinds = [[one.category for one in both] for both in (told, told_before)]
    assert sorted(kinds[0], key=str) == sorted([UserWarning, *kinds[1]], key=str)
    says = [str(one.message) for one in told if one.category is UserWarning]
    assert says[0].startswith(
        f"{name}={options[name]!r} has no effect in this fit; it is for "
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("name", "solvers"), LIMITED.items())
def test_a_parameter_of_the_present_solver_does_not_warn(name, solvers):
    for solver, options in product(sorted(solvers), OTHERS.get(name, [])):
        more = {"learning_rate": "invscaling"} if name == "power_t" else {}
        MLPClassifier(
            (4,), solver=solver, max_iter=3, random_state=0, **options, **more
        ).fit(POINTS, CLASSES)


# Each parameter's rule, at its edges

WORDS = re.compile(r"'([^']+)'|\b(None|True|False)\b")


INTERVAL = re.compile(r"(integer|number)s? in ([\[(])(\S+), (\S+)([\])])")


NEVER = (object(), {"set"}, b"bytes", "no such word", float("nan"), -1e9)


# a name is looked up where it is used; bytes have a split()
LOOSE = {"scoring": str, "validation_fraction": bytes}


def documented(kind: type) -> dict[str, tuple[str, str]]:
    """Rule and default of each parameter, as the docstring tells them."""
    listed = kind.__doc__.split("Parameters\n----------\n")[1]
    found = re.findall(
        r"^(\w+) : (.*), default=(.*)\n    (.+)$", listed, flags=re.MULTILINE
    )
    return {name: (rule, default) for name, rule, default, _ in found}


def edges(rule: str) -> tuple[list[Any], list[Any]]:
    """Values just inside a rule's interval, and just outside."""
    inside = []
    outside = []
    found = INTERVAL.search(rule)
    if not found:
        return inside, outside
    kind, left, low, high, right = found.groups()
    whole = kind == "integer"
    for end, closed, step in (
        (float(low), left == "[", -1),
        (float(high), right == "]", 1),
    ):
        if np.isinf(end):
            outside.append(end * 1.0) if "infinity" not in rule else inside.append(end)
            inside.append(1000)
            continue
        beyond = int(end) + step if whole else float(np.nextafter(end, step * np.inf))
        within = int(end) - step if whole else float(np.nextafter(end, -step * np.inf))
        inside += [int(end) if whole else end] if closed else [within]
        outside += [beyond] if closed else [int(end) if whole else end]
    return inside, [*outside, 2.5] if whole else outside


READ_BY = {  # what else must be set for a parameter to be read
    "scoring": {"early_stopping": True},
    "validation_fraction": {"early_stopping": True},
    "momentum": {"solver": "sgd"},
    "power_t": {"solver": "sgd", "learning_rate": "invscaling"},
    "max_fun": {"solver": "lbfgs"},
}


def is_refused(kind: type, name: str, value: Any) -> str:
    """The message with which a fit refuses a parameter's value as such; "" if it does
    not.
    """
    X, y = DATA[kind]
    options = {
        "hidden_layer_sizes": (2,),
        "max_iter": 1,
        **READ_BY.get(name, {}),
        name: value,
    }
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        try:
            kind(**options).fit(X, y)
        except InvalidParameterError as error:
            return str(error)
        except ValueError:  # too few rows for it
            return ""
    return ""


@pytest.mark.parametrize(("kind", "name"), PARAMETERS)
def test_a_value_just_inside_the_rule_is_taken_and_one_just_outside_is_not(kind, name):
    rule, _ = documented(kind)[name]
    inside, outside = edges(rule)
    words = {"None": None, "True": True, "False": False}
    named = [words.get(plain, quoted or plain) for quoted, plain in WORDS.findall(rule)]
    for value in inside + (named if not rule.startswith(str(COMPONENT)) else []):
        assert is_refused(kind, name, value) == "", value
    never = [
        value
        for value in NEVER
        if not (name in LOOSE and isinstance(value, LOOSE[name]))
    ]
    unnamed = [None]
    if not rule.startswith(str(COMPONENT)):
        unnamed = [value for value in (None, True, False) if value not in named]
    if "integer" in rule or "number" in rule:
        unnamed = [
            value
            for value in unnamed
            if not (isinstance(value, bool) and name == "verbose")
        ]
    assert len(outside) + len(never) + len(unnamed) > 4
    for value in outside + never + unnamed:
        told = is_refused(kind, name, value)
        assert told.startswith(f"The {name!r} parameter of {kind.__name__} must be"), (
            value,
            told,
        )
        assert told.count("Got ") == 1


@pytest.mark.parametrize(("kind", "name"), PARAMETERS)
def test_the_default_obeys_the_rule(kind, name):
    default = parameters_of(kind)[name]
    assert FIELDS[kind][name].metadata["rule"].allows(default)
    assert is_refused(kind, name, default) == ""


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, rows in BOTH.items()
        if "list" in documented(MLPClassifier)[name][0]
    ],
)
def test_each_entry_of_a_list_obeys_the_rule(name):
    rule, _ = documented(MLPClassifier)[name]
    inside, outside = edges(rule)
    length = 2 if name == "dropout" else 1  # its first is the inputs' rate
    for value in outside or ["no such word", 3]:
        assert is_refused(MLPClassifier, name, [value] * length).startswith(
            f"The {name!r} parameter"
        ), value
    for value in inside or ["tanh"]:
        assert is_refused(MLPClassifier, name, [value] * length) == "", value


@pytest.mark.parametrize(
    "name", ["alpha", "max_iter", "shuffle", "batch_size", "momentum", "random_state"]
)
def test_numpys_numbers_count_as_pythons(name):
    value = {
        "alpha": 0.5,
        "max_iter": 2,
        "shuffle": False,
        "batch_size": 9,
        "momentum": 0.5,
        "random_state": 3,
    }[name]
    options = {
        "hidden_layer_sizes": (2,),
        "max_iter": 2,
        "solver": "sgd",
        "random_state": 0,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        models = [
            MLPClassifier(**(options | {name: one})).fit(POINTS, CLASSES)
            for one in (value, np.array([value])[0])
        ]
    assert np.array_equal(models[0].network_.theta, models[1].network_.theta)


# Names


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_the_docstring_lists_every_parameter_with_its_rule_and_default(kind):
    signature = list(inspect.signature(kind).parameters)
    assert sorted(documented(kind)) == sorted(signature) == sorted(parameters_of(kind))
    assert {name: default for name, (_, default) in documented(kind).items()} == {
        name: repr(value) for name, value in parameters_of(kind).items()
    }


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_the_constructor_takes_by_place_what_scikit_learns_takes_by_place(kind):
    def by_place(constructor: Any) -> list[str]:
        found = inspect.signature(constructor).parameters.values()
        return [
            one.name
            for one in found
            if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        ]

    theirs = by_place(getattr(neural_network, kind.__name__))
    if kind is MLPRegressor and "loss" not in theirs:
        pytest.skip("scikit-learn's MLPRegressor has no loss here")
    assert by_place(kind) == theirs


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_a_misspelt_parameter_is_refused_by_its_name(kind):
    with pytest.raises(
        TypeError,
        match="keyword argument 'learning_rat'; did you mean 'learning_rate'",
    ):
        kind(learning_rat="cosine")
    with pytest.raises(
        ValueError,
        match=(
            r"(?s)Invalid parameter 'learning_rat' for estimator.*did "
            r"you mean 'learning_rate'"
        ),
    ):
        kind().set_params(learning_rat="cosine")


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_a_subclass_may_have_parameters_of_its_own(kind):
    class Mine(kind):
        def __init__(self, extra=1, alpha=0.1):
            super().__init__(alpha=alpha)
            self.extra = extra

    assert clone(Mine(2)).set_params(extra=3, alpha=0.2).get_params() == {
        "extra": 3,
        "alpha": 0.2,
    }


COMPONENTS = {
    "activation": [ACTIVATIONS],
    "solver": [OPTIMIZERS, SOLVERS],
    "learning_rate": [SCHEDULES],
    "initializer": [INITIALIZERS],
    "loss": [LOSSES],
}


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_a_parameter_that_names_a_component_knows_its_registries(kind):
    rules = {name: field.metadata["rule"] for name, field in FIELDS[kind].items()}
    found = {
        name: list(rule.options()[0].registries)
        for name, rule in rules.items()
        if isinstance(rule.options()[0], ComponentOf)
    }
    assert found == COMPONENTS
    assert COMPONENT not in [rule.options()[0] for rule in rules.values()]


TYPOS = [
    (name, word[:2] + word[3] + word[2] + word[4:], word)
    for name, registries in COMPONENTS.items()
    for registry in registries
    for word in registry
    if len(word) > 4 and word[2] != word[3]
]


@pytest.mark.parametrize(
    ("name", "misspelt", "meant"),
    [*TYPOS, ("initializer", "atuo", "auto"), ("solver", "sdg", "sgd")],
)
def test_a_misspelt_component_is_answered_with_the_nearest_name(name, misspelt, meant):
    told = is_refused(MLPClassifier, name, misspelt)
    assert told.startswith(f"The {name!r} parameter of MLPClassifier")
    assert f"Did you mean {meant!r}?" in told


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("activation", "elu:alpa=1", "did you mean 'alpha'"),
        ("solver", "lbfgs:memry=3", "did you mean 'memory'"),
        ("learning_rate", "cosine:warmpu=0.1", "did you mean 'warmup'"),
        ("activation", "elu:alpha=-1", r"alpha must be a number in \(0, inf\)"),
        ("solver", "adam:beta1=1", r"beta1 must be a number in \[0, 1\)"),
        ("loss", "softmax_cross_entropy:smoothing=no", "smoothing must be a number"),
    ],
)
def test_a_components_misspelt_setting_is_answered_too(name, value, says):
    assert re.search(says, is_refused(MLPClassifier, name, value))


# Written once


def trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES]


NAMES = {name for kind in ESTIMATORS for name in parameters_of(kind)}


def test_a_parameter_is_declared_in_one_place():
    """As one field with its default; each estimator says which loss is its own.

    (Estimators of tables have parameters of their own, of which some have these names.)
    """
    declared = Counter(
        ast.unparse(node.target)
        for path, tree in trees()
        if not path.name.startswith("tabular")
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call)
    )
    assert {name: declared[name] for name in NAMES if declared[name] != 1} == {
        "loss": 3
    }


def test_no_function_takes_a_parameter_with_a_default_of_its_own():
    wrong = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                defaults = [
                    *node.args.args[len(node.args.args) - len(node.args.defaults) :]
                ]
                defaults += [
                    a
                    for a, d in zip(
                        node.args.kwonlyargs, node.args.kw_defaults, strict=True
                    )
                    if d
                ]
                wrong += [
                    f"{path.name}: {node.name}({one.arg}=...)"
                    for one in defaults
                    if one.arg in NAMES
                ]
    assert wrong == []


def test_there_is_no_second_list_of_the_parameters():
    """What only some solvers read, and what becomes a training setting, each field
    says itself: no tuple, list, set or dict names several parameters.
    """
    tables = []
    for path, tree in trees():
        for node in ast.walk(tree):
            entries = getattr(node, "keys", [])
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                entries = node.elts
            named = {
                one.value
                for one in entries
                if isinstance(one, ast.Constant) and one.value in NAMES
            }
            if len(named) > 2:
                tables.append((path.name, named))
    assert tables == []


@pytest.mark.parametrize(("kind", "name"), PARAMETERS)
def test_what_only_some_read_is_what_scikit_learn_documents(kind, name):
    only = FIELDS[kind][name].metadata["only"]
    if only == "updates":  # schedules of ours serve every optimizer
        assert LIMITED[name] <= {"sgd", "adam"}
    elif only is not None:
        assert LIMITED[name] == {only}


def test_what_training_takes_as_it_stands_has_trainings_rule_and_default():
    ours = FIELDS[MLPClassifier]
    theirs = {field.name: field for field in dataclasses.fields(Settings)}
    for name in ("shuffle", "clip", "decay", "average", "engine", "n_threads"):
        assert ours[name].metadata["training"] == name
        assert ours[name].default == theirs[name].default
        assert ours[name].metadata["rule"] is theirs[name].metadata["rule"]


OF_LBFGS = {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}


# The fit


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("momentum", 0.5),
        ("nesterovs_momentum", False),
        ("learning_rate_init", 0.02),
        ("learning_rate", "invscaling"),
        ("alpha", 5.0),
        ("batch_size", 40),
        ("shuffle", False),
        ("max_iter", 4),
        ("random_state", 1),
        ("initializer", "orthogonal"),
        ("activation", "tanh"),
        ("hidden_layer_sizes", (9,)),
        ("solver", "adam"),
        ("loss", "logistic_cross_entropy:smoothing=0.2"),
        ("early_stopping", True),
        ("dropout", 0.3),
        ("l1", 5.0),
        ("clip", 0.01),
        ("decay", 0.1),
        ("average", 0.9),
        ("class_weight", {0: 3.0}),
        ("tol", 10.0),
    ],
)
@unfinished
def test_parameters_change_the_fit(name, value):
    others = {"n_iter_no_change": 2} if name == "tol" else {}
    changed = short(**{"solver": "sgd", **others, name: value}).fit(X, Y)
    usual = short(solver="sgd").fit(X, Y)
    assert not np.array_equal(theta(changed), theta(usual))


@pytest.mark.parametrize(
    ("name", "value", "others"),
    [
        ("momentum", 0.5, {"solver": "sgd", "nesterovs_momentum": False}),
        ("beta_1", 0.5, {}),
        ("beta_2", 0.9, {}),
        ("epsilon", 0.1, {}),
        ("power_t", 0.2, {"solver": "sgd", "learning_rate": "invscaling"}),
        ("validation_fraction", 0.3, {"early_stopping": True}),
        (
            "tol",
            10.0,
            {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 2},
        ),
        (
            "n_iter_no_change",
            2,
            {"solver": "sgd", "learning_rate": "adaptive", "tol": 10.0},
        ),
        ("max_fun", 3, {**OF_LBFGS, "max_iter": 50}),
        (
            "scoring",
            "loss",
            {"early_stopping": True, "learning_rate_init": 0.2, "max_iter": 20},
        ),
    ],
)
@unfinished
def test_parameters_of_some_solvers_change_the_fit(name, value, others):
    changed = short(**{**others, name: value}).fit(X, Y)
    usual = short(**others).fit(X, Y)
    assert not np.array_equal(theta(changed), theta(usual))


def test_every_parameter_is_in_one_of_these_tests():
    """What changes no weights: how it is printed, timed, carried out, or goes on; these
    are tested elsewhere.
    """
    source = Path(__file__).read_text(encoding="utf-8")
    elsewhere = {"verbose", "warm_start", "max_seconds", "engine", "n_threads"}
    fields = {field.name for field in dataclasses.fields(MLPClassifier)}
    assert {
        name for name in fields if not re.search(rf'\(\s*"{name}",\s', source)
    } <= elsewhere
