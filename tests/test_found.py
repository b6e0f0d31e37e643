"""Faults that outsiders found, each kept from coming back."""

import io
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from rich.console import Console
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

from halfmoon import (
    ACTIVATIONS,
    Activation,
    Dense,
    Dropout,
    Loss,
    MLPClassifier,
    MLPRegressor,
    Network,
    check_gradients,
    datasets,
    train,
)
from halfmoon.tutorial.program import SECTIONS
from halfmoon.tutorial.program import run as tell

X, Y = datasets.make("moons", n=100, noise=0.2, seed=0)


@pytest.mark.parametrize("loss", ["squared_error", "huber", "absolute_error"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "logistic", "gelu"])
def test_targets_in_the_hundred_thousands_raise_no_false_alarm(activation, loss):
    rows, y = load_diabetes(return_X_y=True)
    rows = StandardScaler().fit_transform(rows)
    for seed in range(3):
        report = check_gradients(
            Network.dense([10, 8, 1], activation, loss, seed=seed),
            rows,
            1000.0 * y,
            seed=seed,
        )
        assert report, str(report)


def test_an_error_that_is_small_beside_the_steepest_slope_is_found():
    @dataclass(frozen=True)
    class Exponential(Activation):
        """a = e^z,  f'(z) = a."""

        def f(self, z):
            return np.exp(z)

        def df(self, z, a):
            return a + 0.003 * (z < 0)

    report = check_gradients(Network.dense([2, 3, 2], Exponential()), X, Y)
    assert "df of Exponential is wrong: at z = -" in report.message


def test_a_broken_passage_is_blamed_itself():
    class Halved(Dropout):
        def forward(self, p, a0, ctx):
            a, right = super().forward(p, a0, ctx)
            return a, lambda da, dp, need: 0.5 * right(da, dp, need)

    network = Network(
        [Dense(2, 3, "tanh"), Halved(3, 0.2), Dropout(3, 0.1), Dense(3, 2)]
    )
    assert check_gradients(network, X, Y).message.startswith(
        "da0 of layer 1 (Halved) [D2] is wrong"
    )


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_wrong_da0_is_blamed_itself_at_any_scale(scale):
    class Bad(Dense):
        def forward(self, p, a0, ctx):
            a, right = super().forward(p, a0, ctx)
            return (
                a,
                lambda da, dp, need: (
                    None if (da0 := right(da, dp, need)) is None else 1.01 * da0
                ),
            )

    for seed in range(5):
        network = Network(
            [Dense(2, 4, "tanh"), Bad(4, 4, "tanh"), Dense(4, 2)], seed=seed
        )
        assert (
            "da0 of layer 1 (Bad) [B4] is wrong"
            in check_gradients(network, scale * X, Y, seed=seed).message
        )


def test_what_rounding_hides_is_admitted():
    rows = np.random.default_rng(0).normal(size=(50, 3))
    y = np.arange(50.0)
    report = check_gradients(
        Network.dense([3, 4, 1], loss="squared_error"), rows, 1e9 * y
    )
    assert report
    assert "lost in rounding" in report.message


def test_a_run_continued_without_validation_keeps_what_it_learns():
    network = Network.dense([2, 3, 2])
    run = train(network, X, Y, epochs=5, validation=(X, Y))
    train(network, X, Y, epochs=100, run=run)
    assert run.best is None
    assert (network.theta == run.current).all()


def test_lbfgs_that_cannot_move_does_not_say_it_converged():
    rows = 1e100 * np.random.default_rng(0).normal(size=(40, 2))
    network = Network.dense([2, 4, 1], "relu", "squared_error")
    run = train(network, rows, rows[:, 0] * 1e-100, optimizer="lbfgs")
    assert run.stopped == "abnormal"
    assert np.isfinite(run.history["loss"]).all()


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
        MLPClassifier(**{parameter: value}).fit(X, Y)
    assert parameter in str(error.value)


def test_a_loss_that_forgets_to_keep_its_axis_is_refused():
    @dataclass(frozen=True)
    class Flat(Loss):
        """l = sum (z - y)^2."""

        def link(self, z):
            return z

        def value(self, z, y):
            return ((z - y) ** 2).sum(axis=1)

        def dz(self, z, y):
            return 2.0 * (z - y)

    with pytest.raises(ValueError, match="keepdims"):
        train(Network.dense([2, 3, 1], loss=Flat()), X, Y)
    with pytest.raises(ValueError, match="keepdims"):
        check_gradients(Flat())


def test_a_run_goes_on_only_with_what_it_was_made_with():
    network = Network.dense([2, 3, 2])
    run = train(network, X, Y, epochs=3, average=0.9)
    for change in (
        {},
        {"average": 0.5},
        {"average": 0.9, "optimizer": "nadam"},
        {"average": 0.9, "seed": 1},
    ):
        with pytest.raises(ValueError, match="made with"):
            train(network, X, Y, epochs=5, run=run, **change)
    assert train(network, X, Y, epochs=5, average=0.9, run=run).epoch == 5


def test_rows_without_weight_do_not_decide_when_to_stop():
    rows = np.vstack([X, X])
    labels = np.concatenate([Y, 1 - Y])
    options = {
        "early_stopping": True,
        "validation_fraction": 0.3,
        "max_iter": 300,
        "learning_rate_init": 0.02,
    }
    model = MLPClassifier((8,), random_state=0, **options)
    weights = np.repeat([1.0, 0.0], 100)
    model.fit(rows, labels, sample_weight=weights)
    assert model.best_validation_score_ > 0.8


@pytest.mark.parametrize("options", [{}, {"early_stopping": True}])
def test_divergence_in_the_first_epoch_ends_in_a_warning(options):
    model = MLPClassifier(
        (3,),
        solver="sgd",
        learning_rate_init=1e200,
        batch_size=20,
        random_state=0,
        **options,
    )
    with pytest.warns(RuntimeWarning, match="diverged"):
        model.fit(X, Y)
    assert all(np.isfinite(W).all() for W in model.coefs_)


def test_weights_are_put_back_before_a_warning_that_is_an_error():
    network = Network.dense([2, 3, 1], "identity", "squared_error")
    before = network.theta
    with pytest.raises(RuntimeWarning, match="diverged"):
        train(network, X, Y, optimizer="gd", learning_rate=1e10, epochs=50)
    assert network.theta is not before
    assert np.isfinite(network.theta).all()


def test_seeds_may_be_numpys_and_have_a_range():
    assert (
        Network.dense([2, 3, 2], seed=np.int64(1)).theta
        == Network.dense([2, 3, 2], seed=1).theta
    ).all()
    for seed in (-1, 2**64):
        with pytest.raises(ValueError, match="seed"):
            Network.dense([2, 3, 2], seed=seed)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_pickle_holds_the_weights_once():
    model = MLPRegressor(
        hidden_layer_sizes=(200, 200), max_iter=2, n_iter_no_change=np.inf
    ).fit(X, X[:, 0])
    assert len(pickle.dumps(model)) < 1.1 * model.network_.theta.nbytes + 20_000
    again = pickle.loads(pickle.dumps(model))
    assert (again.predict(X) == model.predict(X)).all()
    again.coefs_[0][...] = 0.0
    # still views into the network
    assert not (again.predict(X) == model.predict(X)).all()


def test_a_callback_can_do_no_harm():
    def spoil(network, run):
        network.theta[:] = 0.0

    spoilt = Network.dense([2, 3, 2])
    whole = Network.dense([2, 3, 2])
    train(spoilt, X, Y, epochs=5, callbacks=[spoil])
    train(whole, X, Y, epochs=5)
    assert (spoilt.theta == whole.theta).all()


def test_a_layer_may_serve_two_networks():
    drop = Dropout(3, 0.5)
    first = Network([Dense(2, 3), drop, Dense(3, 2)])
    Network([drop, Dense(3, 3), Dense(3, 2)])
    assert first.layers[1].index == 1


def test_quantiles_have_a_score_and_can_stop_early():
    rows, y = datasets.make("wave", n=300, noise=0.2, seed=0)
    model = MLPRegressor(
        "quantiles",
        (20,),
        "tanh",
        learning_rate_init=0.02,
        max_iter=500,
        random_state=0,
    )
    model.set_params(early_stopping=True).fit(rows, y)
    low, middle, high = model.predict(rows).T
    pinball = [
        np.maximum(t * (y - q), (t - 1) * (y - q))
        for t, q in zip((0.1, 0.5, 0.9), (low, middle, high), strict=True)
    ]
    assert model.score(rows, y) == pytest.approx(-np.mean(pinball))
    assert len(model.validation_scores_) == model.n_iter_


def test_log_probabilities_are_finite_where_probabilities_are_not():
    for classes in (2, 3):
        rows, labels = datasets.make(
            f"blobs:classes={classes}", n=90, noise=0.05, seed=0
        )
        model = MLPClassifier(
            (4,), "identity", solver="lbfgs", alpha=1e-6, max_iter=5000, random_state=0
        ).fit(rows, labels)
        far = 1000.0 * rows
        assert (model.predict_proba(far) == 0.0).any()
        log = model.predict_log_proba(far)
        assert np.isfinite(log).all()
        np.testing.assert_allclose(
            np.exp(model.predict_log_proba(rows)),
            model.predict_proba(rows),
            rtol=1e-9,
            atol=1e-12,
        )


def test_missing_values_are_named_by_their_columns():
    rows = X.copy()
    rows[3, 1] = np.nan
    with pytest.raises(ValueError, match="columns 1"):
        MLPClassifier().fit(rows, Y)
    with pytest.raises(ValueError, match=r"Validation data: X .* columns 1"):
        train(Network.dense([2, 3, 2]), X, Y, validation=(rows, Y))
    with pytest.raises(ValueError, match="validation must be"):
        train(Network.dense([2, 3, 2]), X, Y, validation=X)


def test_a_class_is_no_activation():
    with pytest.raises(TypeError, match="Expected activation"):
        Network.dense([2, 3, 2], ACTIVATIONS["tanh"])
    with pytest.raises(TypeError, match="Expected a Network"):
        check_gradients(ACTIVATIONS["tanh"])


@pytest.mark.slow
@pytest.mark.parametrize("width", [40, 60, 100])
def test_the_trace_can_be_read_on_a_narrow_terminal(width, tmp_path):
    out = io.StringIO()
    tell(
        tmp_path, only="prediction", quick=True, console=Console(file=out, width=width)
    )
    assert "z1 = x W1 + b1" in out.getvalue()


def test_a_folder_may_have_brackets_in_its_name(tmp_path):
    out = io.StringIO()
    tell(
        tmp_path / "a[/b][red]",
        only="data",
        quick=True,
        console=Console(file=out, width=400),
    )
    assert "a[/b][red]/1-data.svg" in out.getvalue()


@pytest.mark.slow
def test_the_last_loss_is_that_of_the_network_shown(tmp_path):
    book = tell(tmp_path, quick=True, console=Console(file=io.StringIO()))
    shown = book.results["learning"]["last_two_losses"][1]
    assert book.results["boundary"]["final_loss"] == shown
    assert [name for name in book.results if name != "times"] == list(SECTIONS)
