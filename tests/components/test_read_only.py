"""Arrays handed to a component are for reading."""

import re
from dataclasses import dataclass

import numpy as np
import pytest

from halfmoon import (
    Activation,
    Dense,
    Layer,
    Loss,
    Network,
    Optimizer,
    check_gradients,
    train,
)
from halfmoon.components.read_only import guarded

X = np.random.RandomState(0).normal(size=(20, 2))
Y = X[:, :1] * 2.0


class EluOver(Activation):
    def f(self, z):
        low = z < 0.0
        z[low] = np.expm1(z[low])
        return z

    def df(self, z, a):
        return np.where(z > 0.0, 1.0, a + 1.0)


class InSlope(Activation):
    def f(self, z):
        return np.tanh(z)

    def df(self, z, a):
        np.multiply(a, a, out=a)
        return 1.0 - a


class InValue(Loss):
    def link(self, z):
        return z

    def value(self, z, y):
        z -= y
        return 0.5 * z * z

    def dz(self, z, y):
        return z - y


class InTruth(InValue):
    def value(self, z, y):
        return 0.5 * (z - y) ** 2

    def dz(self, z, y):
        return np.subtract(z, y, y)


class HeavyBall(Optimizer):
    slots = 1

    def rule(self, g, slots, t):
        (v,) = slots
        v *= 0.9
        v += g
        return v, (v,)


class InGradient(Optimizer):
    def rule(self, g, slots, t):
        g /= 2.0
        return g, slots


class Scaling(Layer):
    def __init__(self, d):
        super().__init__(d, d)

    def forward(self, p, a0, ctx):
        a0 *= 2.0
        return a0, lambda da, dp, need: 2.0 * da


class Backward(Scaling):
    def forward(self, p, a0, ctx):
        def backward(da, dp, need_da0):
            da *= 2.0
            return da

        return 2.0 * a0, backward


def network(act="tanh", loss="squared_error", layer=None):
    layers = [Dense(2, 3, act), Dense(3, 1)]
    return Network(layers if layer is None else [layers[0], layer, layers[1]], loss)


CASES = [
    (network(EluOver()), "adam", "f of EluOver", "z"),
    (network(InSlope()), "adam", "df of InSlope", "a"),
    (network(loss=InValue()), "adam", "value of InValue", "z"),
    (network(loss=InTruth()), "adam", "dz of InTruth", "y"),
    (network(), HeavyBall(), "rule of HeavyBall", "slots"),
    (network(), InGradient(), "rule of InGradient", "g"),
    (network(layer=Scaling(3)), "adam", "forward of Scaling", "a0"),
    (network(layer=Backward(3)), "adam", "backward of Backward", "da"),
]


def message(method, argument):
    return (
        f"^{method} writes over its argument {argument}, which others still read; "
        r"compute a new array instead\.$"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
@pytest.mark.parametrize("engine", ["auto", "numpy"])
def test_who_writes_over_an_argument_is_told_before_it_learns(case, engine):
    net, optimizer, method, argument = case
    before = net.theta.copy()
    x = X.copy()
    with pytest.raises(ValueError, match=message(method, argument)):
        train(net, x, Y, optimizer=optimizer, engine=engine)
    np.testing.assert_array_equal(net.theta, before)
    np.testing.assert_array_equal(x, X)


def test_the_gradient_check_names_the_component_and_not_dense():
    for net, _, method, argument in CASES:
        if not method.startswith("rule"):
            with pytest.raises(ValueError, match=message(method, argument)):
                check_gradients(net, X, Y)
    for component in (EluOver(), InSlope(), InValue(), InTruth()):
        with pytest.raises(ValueError, match="writes over its argument"):
            check_gradients(component)


class OfItsOwn(Activation):
    """What writes into an array of its own is right."""

    def f(self, z):
        a = np.copy(z)
        a[a < 0.0] *= 0.5
        return a

    def df(self, z, a):
        return np.where(z > 0.0, 1.0, 0.5)


@dataclass(frozen=True)
class Same(Loss):
    def link(self, z):
        return z[:, :]

    def value(self, z, y):
        return 0.5 * (z - y) ** 2

    def dz(self, z, y):
        return z - y


def test_what_comes_out_may_be_written_to():
    net = network(OfItsOwn(), Same())
    train(net, X, Y, epochs=2)
    prediction = net.predict(X)
    prediction += 1.0
    assert check_gradients(net, X, Y)


def test_other_errors_stay_what_they_are():
    @guarded
    def f(z):
        raise ValueError("another reason")

    with pytest.raises(ValueError, match=r"^another reason$"):
        f(np.ones(3))


class NoReturn(Activation):
    def f(self, z):
        np.tanh(z)

    def df(self, z, a):
        return 1.0 - a * a


def test_a_method_without_return_is_told_so():
    message = r"^f of NoReturn gives nothing; let it return what"
    with pytest.raises(ValueError, match=message):
        check_gradients(NoReturn())
    network = Network.dense([2, 3, 1], NoReturn(), "squared_error")
    with pytest.raises(ValueError, match=message):
        train(network, X, Y, epochs=2)


class First(Activation):
    def f(self, z):
        return np.tanh(z[:1])

    def df(self, z, a):
        return 1.0 - a * a


class Column(InTruth):
    def value(self, z, y):
        return 0.5 * (z - y) ** 2

    def dz(self, z, y):
        return (z - y)[:, 0]


class Alone(Optimizer):
    def rule(self, g, slots, t):
        return g


class OneStep(Optimizer):
    def rule(self, g, slots, t):
        return g.sum(), slots


class Forgetful(Optimizer):
    slots = 1

    def rule(self, g, slots, t):
        return g, ()


@pytest.mark.parametrize(
    ("net", "optimizer", "says"),
    [
        (network(First()), "adam", "f of First must return an array of shape (20, 3)"),
        (network(loss=Column()), "adam", "dz of Column must return an array of shape"),
        (network(), Alone(), "rule of Alone must return u of shape (13,) and 0 slots"),
        (network(), OneStep(), "rule of OneStep must return u of shape (13,) and 0"),
        (
            network(),
            Forgetful(),
            "rule of Forgetful must return u of shape (13,) and 1",
        ),
    ],
)
def test_what_has_another_shape_is_refused(net, optimizer, says):
    before = net.theta.copy()
    with pytest.raises(ValueError, match=re.escape(says)):
        train(net, X, Y, optimizer=optimizer, epochs=2, engine="numpy")
    np.testing.assert_array_equal(net.theta, before)


class Line(Activation):
    def f(self, z):
        return 2.0 * z

    def df(self, z, a):
        return 2.0


class OneValue(InTruth):
    def value(self, z, y):
        return (0.5 * (z - y) ** 2).sum(axis=-1, keepdims=True)

    def dz(self, z, y):
        return z - y


@pytest.mark.parametrize("net", [network(Line()), network(loss=OneValue())])
def test_one_slope_for_all_and_one_loss_a_row_will_do(net):
    assert train(net, X, Y, epochs=2, engine="numpy").epoch == 2
