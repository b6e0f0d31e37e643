"""The gradient check: passes what is right, and names what is wrong."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

from halfmoon.components.activations import ACTIVATIONS, Activation
from halfmoon.components.losses import LOSSES, Loss, SoftmaxCrossEntropy
from halfmoon.inspection.gradient_check import GradientReport, check_gradients
from halfmoon.layers import Dense, Dropout
from halfmoon.network import Network
from small import MOONS_X, MOONS_Y

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 3))
CLASSES = np.arange(8) % 2


def truth(loss, rows=8):
    """y of two columns, of the kind that a loss reads."""
    rng = np.random.default_rng(1)
    return {
        "classes": np.arange(rows) % 2,
        "labels": rng.integers(0, 2, (rows, 2)),
        "counts": rng.poisson(2.0, (rows, 2)),
        "real": rng.normal(size=(rows, 2)),
    }[LOSSES.make(loss).target]


def network(loss="softmax_cross_entropy", hidden=("tanh",), **options):
    return Network.dense(
        [3, *[4] * len(hidden), LOSSES.make(loss).outputs(2)],
        list(hidden),
        loss,
        **options,
    )


@pytest.mark.parametrize(
    ("loss", "activation"), list(product(LOSSES, ACTIVATIONS)), ids=str
)
def test_every_activation_with_every_loss_is_right_at_every_depth(loss, activation):
    for depth in range(4):
        report = check_gradients(
            network(loss, (activation,) * depth), X, truth(loss), l2=0.02, l1=0.01
        )
        assert report, str(report)
        assert report.message == "Every derivative agrees with finite differences."


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_by_itself_is_right(name):
    report = check_gradients(ACTIVATIONS.make(name))
    assert report.ok
    assert report.checks[0].slopes > 200
    assert f"df of {name} is right" in report.message


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_by_itself_is_right(name):
    for seed in range(5):
        assert check_gradients(LOSSES.make(name), seed=seed), name


def test_settings_of_blocks_are_checked_too():
    for loss in (
        "huber:delta=0.3",
        "pinball:level=0.9",
        "quantiles:levels=0.2/0.7",
        "softmax_cross_entropy:smoothing=0.2",
        "softmax_cross_entropy:sizes=3/2/4",
        "softmax_cross_entropy:sizes=2/5,smoothing=0.2",
    ):
        assert check_gradients(LOSSES.make(loss)), loss
    for activation in ("leaky_relu:slope=0.3", "elu:alpha=0.5"):
        assert check_gradients(ACTIVATIONS.make(activation)), activation


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_a_network_with_several_class_variables_is_right(smoothing):
    several = SoftmaxCrossEntropy(smoothing, (3, 2, 4))
    y = np.arange(8)[:, None] % several.sizes
    w = RNG.uniform(0.0, 2.0, 8)
    report = check_gradients(
        network(several, ("tanh", "gelu"), dropout=0.2), X, y, w=w, l2=0.02
    )
    assert report, str(report)


def test_weights_dropout_and_float32_are_checked_too():
    w = RNG.uniform(0.0, 2.0, 8)
    assert check_gradients(network(dropout=[0.2, 0.4]), X, CLASSES, w=w, l2=0.1)
    assert check_gradients(network(dtype=np.float32), X, CLASSES, w=w, l1=0.1)
    assert check_gradients(
        network("squared_error"),
        X,
        truth("squared_error"),
        w=RNG.uniform(0.0, 2.0, (8, 2)),
    )


def test_every_layers_parts_are_checked_coordinate_by_coordinate():
    report = check_gradients(network(hidden=("tanh", "relu")), X, CLASSES)
    slopes = {
        check.name: check.slopes
        for check in report.checks
        if check.name[:2] in ("dW", "db")
    }
    expected = [12, 4, 16, 4, 8, 2]
    names = [f"d{name}{number}" for number in (1, 2, 3) for name in ("W", "b")]
    assert slopes == dict(zip(names, expected, strict=True))


# Planted errors


def parabola(slope):
    """An activation f = z^2 / 10 with its derivative times `slope`."""

    @dataclass(frozen=True)
    class Parabola(Activation):
        def f(self, z):
            return 0.1 * z * z

        def df(self, z, a):
            return slope * 0.2 * z

    return Parabola()


@pytest.mark.parametrize("slope", [0.5, -1.0, 1.001, float("nan")])
def test_a_wrong_df_is_named_with_a_z(slope):
    for report in (
        check_gradients(parabola(slope)),
        check_gradients(
            Network([Dense(3, 4, parabola(slope)), Dense(4, 2)]), X, CLASSES
        ),
        check_gradients(
            Network([Dense(3, 4, "tanh"), Dense(4, 4, parabola(slope)), Dense(4, 2)]),
            X,
            CLASSES,
        ),
    ):
        assert not report
        assert "df of Parabola is wrong: at z = " in report.message


def test_a_df_that_is_wrong_on_one_side_is_named_with_a_z_on_that_side():
    @dataclass(frozen=True)
    class Bent(Activation):
        def f(self, z):
            return np.where(z > 0.0, z, 0.1 * z)

        def df(self, z, a):
            return np.where(z > 0.0, 1.0, 0.2)

    assert "df of Bent is wrong: at z = -" in check_gradients(Bent()).message
    assert "gives 0.2 but the slope is 0.1" in check_gradients(Bent()).message


def test_a_right_df_of_your_own_is_right():
    assert check_gradients(parabola(1.0))
    assert check_gradients(
        Network([Dense(3, 4, parabola(1.0)), Dense(4, 2)]), X, CLASSES
    )


@dataclass(frozen=True)
class Quartic(Loss):
    """l = (z - y)^4 / 4, its derivative times `factor`."""

    factor: float = 1.0

    def link(self, z):
        return z

    def value(self, z, y):
        return 0.25 * (z - y) ** 4

    def dz(self, z, y):
        return self.factor * (z - y) ** 3


@pytest.mark.parametrize("factor", [2.0, -1.0, 1.001, float("nan")])
def test_a_wrong_dz_is_named_with_scores_and_truth(factor):
    loss = Quartic(factor)
    for report in (
        check_gradients(loss),
        check_gradients(Network([Dense(3, 1)], loss), X, X[:, 0]),
    ):
        assert not report
        assert "dz of Quartic" in report.message
        assert "is wrong: at z = [" in report.message
        assert "], y = [" in report.message


def test_a_right_loss_of_your_own_is_right():
    assert check_gradients(Quartic())
    assert check_gradients(Network([Dense(3, 1)], Quartic()), X, X[:, 0])


class Spoilt(Dense):
    """Dense whose backward pass has one wrong line."""

    def __init__(self, d, k, activation="identity", *, wrong):
        super().__init__(d, k, activation)
        self.wrong = wrong

    def forward(self, p, a0, ctx):
        a, right = super().forward(p, a0, ctx)

        def backward(da, dp, need_da0):
            da0 = right(da, dp, need_da0)
            if self.wrong == "dW":
                dp.W[0, -1] += 0.1
            elif self.wrong == "db":
                dp.b /= 3.0
            elif self.wrong == "all":
                dp.W *= 2.0
                dp.b *= 2.0
            elif da0 is not None:
                da0 = -da0
            return da0

        return a, backward


EQUATION = {"dW": "[B2]", "db": "[B3]", "all": "[B1] to [B3]"}


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("wrong", ["dW", "db", "all"])
def test_a_wrong_gradient_is_named_by_layer_and_equation(wrong, place):
    layers = [Dense(3, 4, "tanh"), Dense(4, 4, "logistic"), Dense(4, 2)]
    layers[place] = Spoilt(
        layers[place].d, layers[place].k, layers[place].act, wrong=wrong
    )
    report = check_gradients(Network(layers), X, CLASSES)
    assert not report
    names = "dW and db" if wrong == "all" else wrong
    names = " and ".join(f"{name}{place + 1}" for name in names.split(" and "))
    assert (
        f"Layer {place} (Spoilt) has a wrong {names}, equation {EQUATION[wrong]}: "
        "coordinate"
    ) in report.message


@pytest.mark.parametrize("place", [1, 2])
def test_a_wrong_da0_is_named_by_the_layer_that_hands_it_down(place):
    layers = [Dense(3, 4, "tanh"), Dense(4, 4, "logistic"), Dense(4, 2)]
    layers[place] = Spoilt(
        layers[place].d, layers[place].k, layers[place].act, wrong="da0"
    )
    report = check_gradients(Network(layers), X, CLASSES)
    assert not report
    assert f"da0 of layer {place} (Spoilt) [B4] is wrong" in report.message


def test_a_wrong_da0_above_dropout_is_not_blamed_on_the_dropout():
    layers = [Dense(3, 4, "tanh"), Dropout(4, 0.3), Spoilt(4, 2, wrong="da0")]
    report = check_gradients(Network(layers), X, CLASSES)
    assert not report
    assert "Dropout" not in report.message or "Spoilt" in report.message


def test_a_wrong_dropout_is_named():
    class Leaky(Dropout):
        def forward(self, p, a0, ctx):
            a, right = super().forward(p, a0, ctx)
            return a, lambda da, dp, need: 2.0 * right(da, dp, need)

    report = check_gradients(
        Network([Dense(3, 4, "tanh"), Leaky(4, 0.3), Dense(4, 2)]), X, CLASSES
    )
    assert not report
    assert "da0 of layer 1 (Leaky) [D2] is wrong" in report.message


def test_a_wrong_da0_of_the_first_layer_harms_nobody():
    assert check_gradients(
        Network([Spoilt(3, 4, "tanh", wrong="da0"), Dense(4, 2)]), X, CLASSES
    )


def test_an_error_in_a_large_network_is_found_along_random_directions():
    wide = [Dense(3, 60, "tanh"), Dense(60, 60, "tanh"), Dense(60, 2)]
    report = check_gradients(Network(wide), X, CLASSES)
    assert report, str(report)
    assert {
        check.slopes for check in report.checks if check.name[:2] in ("dW", "db")
    } == {5}
    for wrong in ("dW", "db"):
        spoilt = [wide[0], Spoilt(60, 60, "tanh", wrong=wrong), wide[2]]
        report = check_gradients(Network(spoilt), X, CLASSES)
        assert (
            f"Layer 1 (Spoilt) has a wrong {wrong}2, equation {EQUATION[wrong]}: "
            "direction"
        ) in report.message


# Kinks


@pytest.mark.parametrize("seed", range(30))
def test_kinks_give_no_false_alarm(seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(40, 3))
    y = rng.normal(size=40)
    kinked = Network.dense([3, 12, 8, 1], "relu", "absolute_error", seed=seed)
    report = check_gradients(kinked, rows, y, l1=0.01, seed=seed)
    assert report, str(report)


def test_parameters_that_sit_exactly_on_kinks_give_no_false_alarm():
    """All zero: every relu, |W| and one |z - y| are at their kinks."""
    kinked = Network.dense([3, 4, 1], "relu", "absolute_error", initializer="zeros")
    report = check_gradients(kinked, X[:1], [0.0], theta=np.zeros(kinked.size), l1=0.5)
    assert report, str(report)


def test_a_kink_does_not_hide_a_wrong_slope():
    @dataclass(frozen=True)
    class Wrong(Activation):
        def f(self, z):
            return np.abs(z)

        def df(self, z, a):
            return 1.5 * np.sign(z)

    assert not check_gradients(Wrong())


# The report


def test_the_report_prints_a_table_with_its_message():
    report = check_gradients(
        Network([Dense(3, 4, "tanh"), Spoilt(4, 2, wrong="db")]), X, CLASSES
    )
    lines = str(report).split("\n")
    assert lines[0].split() == ["checked", "slopes", "worst", "error"]
    assert [line for line in lines if line.endswith("WRONG")] == [
        line for line in lines if line.startswith("db2")
    ]
    assert lines[-1] == report.message
    assert bool(report) is report.ok is False
    assert isinstance(report, GradientReport)


def test_the_point_of_the_check_can_be_given():
    small = network()
    here = check_gradients(small, X, CLASSES, theta=np.zeros(small.size))
    nearby = check_gradients(small, X, CLASSES)
    assert here
    assert [check.worst for check in here.checks[2:]] != [
        check.worst for check in nearby.checks[2:]
    ]


def test_checking_changes_nothing():
    small = network(dropout=0.3)
    before = small.theta.copy()
    check_gradients(small, X, CLASSES)
    assert np.array_equal(small.theta, before)


def test_a_network_wants_data():
    with pytest.raises(ValueError, match="pass X and y"):
        check_gradients(network())


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

    report = check_gradients(Network.dense([2, 3, 2], Exponential()), MOONS_X, MOONS_Y)
    assert "df of Exponential is wrong: at z = -" in report.message


def test_a_broken_passage_is_blamed_itself():
    class Halved(Dropout):
        def forward(self, p, a0, ctx):
            a, right = super().forward(p, a0, ctx)
            return a, lambda da, dp, need: 0.5 * right(da, dp, need)

    network = Network(
        [Dense(2, 3, "tanh"), Halved(3, 0.2), Dropout(3, 0.1), Dense(3, 2)]
    )
    assert check_gradients(network, MOONS_X, MOONS_Y).message.startswith(
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
            in check_gradients(network, scale * MOONS_X, MOONS_Y, seed=seed).message
        )


def test_what_rounding_hides_is_admitted():
    rows = np.random.default_rng(0).normal(size=(50, 3))
    y = np.arange(50.0)
    report = check_gradients(
        Network.dense([3, 4, 1], loss="squared_error"), rows, 1e9 * y
    )
    assert report
    assert "lost in rounding" in report.message


def test_what_rounding_hides_depends_on_the_size_of_the_values():
    """Values of size 1 + |z| + |f| are rounded by so much that a slope is lost."""
    unit = 64.0 * np.finfo(np.float64).eps / 1e-6  # of values of size 1

    @dataclass(frozen=True)
    class Flat(Activation):
        def f(self, z):
            return 1.51 * unit * z

        def df(self, z, a):
            return np.full_like(z, 1.51 * unit)

    (check,) = check_gradients(Flat()).checks
    assert check.lost == 220  # of 241, from -6 to 6: but for |z| up to 0.5
