"""Parameters: names, rules, defaults, components by name or as instances."""

import dataclasses
import re
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.exceptions import ConvergenceWarning

import halfmoon
from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.arrays.elementary import logistic
from halfmoon.components.activations import ACTIVATIONS, GELU, Activation
from halfmoon.components.initializers import INITIALIZERS, Initializer
from halfmoon.components.losses import LOSSES, Huber, Loss
from halfmoon.components.optimizers import OPTIMIZERS, Lion, Optimizer
from halfmoon.components.rules import INF, Number, setting
from halfmoon.components.schedules import SCHEDULES, Cosine, Schedule
from halfmoon.estimators.parameters import InvalidParameterError
from halfmoon.training.solvers import LBFGS, SOLVERS
from small import (
    MOONS_X,
    MOONS_Y,
    WAVE,
    X,
    Y,
    brief,
    classifier,
    one_thread,
    regressor,
    short,
    theta,
    unfinished,
)

pytestmark = one_thread


# Names and defaults


@pytest.mark.parametrize("ours", [MLPClassifier, MLPRegressor])
def test_parameters_and_defaults_are_scikit_learns(ours):
    known = getattr(neural_network, ours.__name__)().get_params()
    taken = ours().get_params()
    assert set(known) <= set(taken)
    assert {name: taken[name] for name in known} == known


@pytest.mark.parametrize("ours", [MLPClassifier, MLPRegressor])
def test_each_parameter_is_described(ours):
    listed = ours.__doc__.split("Parameters\n----------\n")[1]
    for name, default in ours().get_params().items():
        assert re.search(
            rf"^{name} : .*, default={re.escape(repr(default))}\n    \S",
            listed,
            re.MULTILINE,
        ), name


def test_parameters_are_what_the_constructor_got_also_after_a_fit():
    given = {
        "hidden_layer_sizes": [5, np.int64(3)],
        "dropout": [0.1, 0.0, 0.2],
        "alpha": np.float32(0.5),
    }
    model = short(**given)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, Y)
    assert all(getattr(model, name) is value for name, value in given.items())


def test_public_names_are_these():
    assert halfmoon.MLPClassifier is MLPClassifier
    assert halfmoon.MLPRegressor is MLPRegressor


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
        (classifier(activation=GELU), r"Write GELU\(\), which makes an instance"),
        (classifier(activation=[np.tanh]), "an instance of a subclass of Activation"),
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
        (
            short(momentum=1.0, solver="sgd"),
            r"'momentum' parameter .* a number in \[0, 1\)",
        ),
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


@pytest.mark.parametrize("count", [10**6, 2**63, 10**30, np.inf], ids=repr)
@unfinished
def test_patience_may_be_as_long_as_one_likes(count):
    for options in (
        {},
        {"early_stopping": True},
        {"solver": "sgd", "learning_rate": "adaptive"},
    ):
        assert short(**options, n_iter_no_change=count).fit(X, Y).n_iter_ == 6


OF_LBFGS = {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}


# Components from the registries


@unfinished
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_by_name(activation):
    model = classifier(activation=activation, max_iter=300).fit(X, Y)
    assert str(model.network_.layers[0].act) == activation
    assert model.score(X, Y) > 0.8


@unfinished
@pytest.mark.parametrize("solver", [*OPTIMIZERS, *SOLVERS, "sgd"])
def test_every_solver_by_name(solver):
    options = {"learning_rate_init": 0.03, "batch_size": 20}
    if solver in SOLVERS:
        options = OF_LBFGS
    model = short(**{**options, "solver": solver, "max_iter": 60}).fit(X, Y)
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    assert model.score(X, Y) > 0.8
    assert model.engine_ == ("scipy" if solver in SOLVERS else "compiled")


@unfinished
@pytest.mark.parametrize("schedule", [*SCHEDULES, "invscaling", "adaptive"])
def test_every_schedule_by_name(schedule):
    model = short(solver="sgd", learning_rate=schedule, max_iter=10).fit(X, Y)
    rates = model.history_["learning_rate"] / 0.01
    assert ((rates > 0.0) & (rates <= 1.0)).all()
    # in ten good epochs
    constant = schedule in ("constant", "step", "plateau", "adaptive")
    assert (np.ptp(rates) == 0.0) == constant


@pytest.mark.parametrize(
    "initializer", [name for name in INITIALIZERS if name != "zeros"]
)
def test_every_initializer_by_name(initializer):
    assert classifier(initializer=initializer, alpha=0.01).fit(X, Y).score(X, Y) > 0.8


@pytest.mark.parametrize(
    "loss", [name for name in LOSSES if LOSSES[name].target == "real"]
)
@unfinished
def test_every_regression_loss_by_name(loss):
    model = regressor(loss=loss, activation="tanh").fit(*WAVE)
    middle = model.predict(WAVE[0]).reshape(150, -1)
    middle = middle[:, middle.shape[1] // 2]
    assert np.abs(middle - np.sin(np.pi * WAVE[0][:, 0])).mean() < 0.35


@unfinished
def test_components_with_settings_as_text_and_as_instances_are_alike():
    pairs = [
        (regressor(loss="huber:delta=0.2"), regressor(loss=Huber(delta=0.2)), WAVE),
        (short(solver="lion:beta1=0.5"), short(solver=Lion(beta1=0.5)), (X, Y)),
        (
            short(learning_rate="cosine:warmup=0.5"),
            short(learning_rate=Cosine(warmup=0.5)),
            (X, Y),
        ),
        (
            classifier(solver="lbfgs:memory=3"),
            classifier(solver=LBFGS(memory=3)),
            (X, Y),
        ),
        (
            short(activation="elu:alpha=0.5"),
            short(activation=ACTIVATIONS.make("elu:alpha=0.5")),
            (X, Y),
        ),
    ]
    for text, instance, data in pairs:
        one = text.fit(*data)
        other = instance.fit(*data)
        assert np.array_equal(theta(one), theta(other))


def test_an_activation_of_your_own():
    @dataclass(frozen=True)
    class Sine(Activation):
        def f(self, z):
            return np.sin(z)

        def df(self, z, a):
            return np.cos(z)

    model = regressor(activation=Sine(), hidden_layer_sizes=(10,)).fit(*WAVE)
    assert model.score(*WAVE) > 0.9
    assert isinstance(model.network_.layers[0].act, Sine)


@unfinished
def test_each_hidden_layer_may_have_its_own_activation():
    """Predicted by hand, layer by layer."""
    model = short(hidden_layer_sizes=(7, 5), activation=["tanh", "relu"]).fit(X, Y)
    a = np.tanh(X @ model.coefs_[0] + model.intercepts_[0])
    a = np.maximum(a @ model.coefs_[1] + model.intercepts_[1], 0.0)
    z = (a @ model.coefs_[2] + model.intercepts_[2])[:, 0]
    np.testing.assert_allclose(
        model.predict_proba(X)[:, 1], 1.0 / (1.0 + np.exp(-z)), rtol=1e-12
    )
    same = short(
        hidden_layer_sizes=(7, 5), activation=["relu", "relu"], initializer="he_normal"
    ).fit(X, Y)
    one = short(
        hidden_layer_sizes=(7, 5), activation="relu", initializer="he_normal"
    ).fit(X, Y)
    assert np.array_equal(theta(same), theta(one))


# The hidden layers


@pytest.mark.parametrize(
    "hidden", [5, (5,), [5], np.array([5]), np.int64(5), np.array(5)], ids=repr
)
def test_hidden_layer_sizes_may_be_a_number_or_a_sequence(hidden):
    assert classifier(hidden_layer_sizes=hidden).fit(X, Y).coefs_[0].shape == (2, 5)


TINY = 1e-300


W = 0.5 + np.arange(150) % 3


# Components of your own


@dataclass(frozen=True)
class Bump(Activation):
    width: float = setting(1.0, Number("(", 0, INF, ")"), "width")

    def f(self, z):
        return np.exp(-z * z / self.width)

    def df(self, z, a):
        return -2.0 * z / self.width * a


@dataclass(frozen=True)
class Fourth(Loss):
    def link(self, z):
        return z

    def value(self, z, y):
        return 0.25 * (z - y) ** 4

    def dz(self, z, y):
        return (z - y) ** 3


@dataclass(frozen=True)
class SignDescent(Optimizer):
    def rule(self, g, slots, t):
        return np.sign(g), slots


@dataclass(frozen=True)
class Every(Schedule):
    """Works in every other epoch only."""

    def factor(self, progress):
        return np.where(np.floor(progress.epoch) % 2 == 0, 1.0, 1e-12)


@dataclass(frozen=True)
class Halves(Initializer):
    def draw(self, d, k, rng):
        return np.where(np.arange(d * k).reshape(d, k) % 2, 0.5, -0.5)


@unfinished
def test_components_of_your_own_work_together():
    options = {
        "activation": Bump(2.0),
        "loss": Fourth(),
        "initializer": Halves(),
        "learning_rate": Every(),
    }
    model = brief(**options, solver=SignDescent(), max_iter=40).fit(*WAVE)
    assert min(model.loss_curve_) < 0.98 * model.loss_curve_[0]
    rates = model.history_["learning_rate"]
    np.testing.assert_allclose(rates[::2], 0.01)
    np.testing.assert_allclose(rates[1::2], 1e-14)
    start = brief(
        **options, solver=SignDescent(), learning_rate_init=TINY, max_iter=1
    ).fit(*WAVE)
    assert set(np.abs(np.concatenate([W.ravel() for W in start.coefs_]))) == {0.5}
    step = brief(
        **options, solver=SignDescent(), batch_size=150, max_iter=1, alpha=0.0
    ).fit(*WAVE)
    moved = theta(step) - theta(start)
    np.testing.assert_allclose(np.abs(moved), 0.01, rtol=1e-9)
    np.testing.assert_allclose(
        start.loss_curve_[0],
        (0.25 * (start.predict(WAVE[0]) - WAVE[1]) ** 4).mean(),
        rtol=1e-3,
    )


@unfinished
def test_a_component_that_cannot_be_compiled_is_run_by_numpy():
    @dataclass(frozen=True)
    class Odd(Activation):
        def f(self, z):
            return np.asarray([logistic(row) for row in z])

        def df(self, z, a):
            return a * (1.0 - a)

    model = short(activation=Odd(), initializer="glorot_normal").fit(X, Y)
    assert model.engine_ == "numpy"
    usual = short(activation="logistic", initializer="glorot_normal").fit(X, Y)
    np.testing.assert_allclose(theta(model), theta(usual), rtol=1e-8)
    with pytest.raises(
        ValueError, match="engine='compiled' cannot run this: Odd cannot be compiled"
    ):
        short(activation=Odd(), engine="compiled").fit(X, Y)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("activation", None),
        ("solver", None),
        ("solver", "adm"),
        ("hidden_layer_sizes", b"ab"),
        ("initializer", None),
    ],
)
def test_a_parameter_of_a_wrong_kind_is_answered_in_words(parameter, value):
    with pytest.raises(
        (TypeError, ValueError),
        match=r"activation|solver|hidden_layer_sizes|initializer",
    ) as error:
        MLPClassifier(**{parameter: value}).fit(MOONS_X, MOONS_Y)
    assert parameter in str(error.value)


# Parameters that nothing reads in a fit

BY_LBFGS = {"solver": "lbfgs"}
UNREAD = {  # a number beyond the rule, and with what else nothing reads it
    "momentum": (1, {}),
    "max_fun": (0, {}),
    "power_t": (-0.5, {}),
    "validation_fraction": (0.0, {}),
    "beta_1": (1.0, {"solver": "sgd"}),
    "beta_2": (1.0, {"solver": "sgd"}),
    "epsilon": (0.0, {"solver": "sgd"}),
    "batch_size": (0, BY_LBFGS),
    "learning_rate_init": (0.0, BY_LBFGS),
    "n_iter_no_change": (0, BY_LBFGS),
}
READ = {  # with what it is read
    "momentum": {"solver": "sgd"},
    "max_fun": BY_LBFGS,
    "power_t": {"solver": "sgd", "learning_rate": "invscaling"},
    "validation_fraction": {"early_stopping": True},
}


def test_every_number_that_some_solver_leaves_unread_is_tried_here():
    fields = dataclasses.fields(MLPClassifier)
    some = {
        field.name
        for field in fields
        if field.metadata["only"] is not None
        and any(isinstance(rule, Number) for rule in field.metadata["rule"].options())
    }
    assert some <= set(UNREAD)


@pytest.mark.parametrize("name", UNREAD)
@unfinished
def test_a_number_is_held_to_its_limits_where_it_is_read(name):
    """A search over several solvers sets momentum for Adam too."""
    value, others = UNREAD[name]
    options = {"hidden_layer_sizes": (2,), "max_iter": 2, "random_state": 0}
    with pytest.warns(UserWarning, match=f"^{name}={value!r} has no effect") as told:
        odd = MLPClassifier(**options, **others, **{name: value}).fit(X, Y)
    assert told[0].filename == __file__
    plain = MLPClassifier(**options, **others).fit(X, Y)
    assert np.array_equal(theta(odd), theta(plain))
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        MLPClassifier(**options, **READ.get(name, {}), **{name: value}).fit(X, Y)
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        MLPClassifier(**options, **others, **{name: "much"}).fit(X, Y)


@pytest.mark.parametrize("solver", ["nope", "lbfgs", "lbfgs:history=3", 3, None])
def test_what_names_no_optimizer_has_no_partial_fit(solver):
    assert not hasattr(MLPClassifier(solver=solver), "partial_fit")
    assert not hasattr(MLPRegressor(solver=solver), "partial_fit")
    assert hasattr(MLPRegressor(solver="lion"), "partial_fit")


@pytest.mark.parametrize("units", [(8,), [8, 4], 8], ids=str)
def test_units_in_the_place_of_the_loss_are_told_their_name(units):
    """A regressor's first argument is its loss, as in scikit-learn."""
    with pytest.raises(InvalidParameterError) as refused:
        MLPRegressor(units).fit(X, Y)
    assert f"hidden_layer_sizes={units!r}; the first" in str(refused.value)


@unfinished
def test_a_rate_that_cannot_be_found_asks_for_scaled_data():
    model = MLPRegressor(hidden_layer_sizes=(4,), learning_rate_init="auto")
    with pytest.raises(ValueError, match=r"scale X and y to about mean 0 .*set a rate"):
        model.set_params(random_state=0).fit(X, 1e12 * X[:, 0])
