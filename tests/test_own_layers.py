"""Layers of a user's own are right everywhere, with no file of the package touched.

Scale is what a table model begins with: a learnable factor for each input. Mix has a
weight matrix that is not called W.
"""

import pickle

import numpy as np
import pytest

from halfmoon import (
    Dense,
    Dropout,
    Equation,
    Layer,
    Network,
    check_gradients,
    datasets,
    diagnose,
    trace,
    train,
)
from halfmoon.inspection import hidden_activations, input_gradients, summary

X, Y = datasets.make("moons", n=60, noise=0.2)
ROW = [0.5, -1.0]


class Scale(Layer):
    """a = a0 s, s (d,)."""

    forward_equations = (Equation("", "a", "a0 * s"),)
    backward_equations = (
        Equation("", "ds", "sum_n a0 * da"),
        Equation("", "da0", "da * s"),
    )

    def __init__(self, d):
        super().__init__(d, d, s=(d,))

    def initial(self, p, rng):
        p.s[...] = 1.0

    def forward(self, p, a0, ctx):
        def backward(da, dp, need_da0):
            dp.s[...] = (a0 * da).sum(axis=-2)
            return da * p.s if need_da0 else None

        return a0 * p.s, backward


class PenalisedScale(Scale):
    penalised = ("s",)


class Mix(Layer):
    """a = a0 G, G (d, k): a matrix without biases; it says no equations."""

    penalised = ("G",)

    def __init__(self, d, k):
        super().__init__(d, k, G=(d, k))

    def initial(self, p, rng):
        p.G[...] = rng.standard_normal(p.G.shape)

    def forward(self, p, a0, ctx):
        def backward(da, dp, need_da0):
            dp.G[...] = a0.T @ da
            return da @ p.G.T if need_da0 else None

        return a0 @ p.G, backward


def moved(network, seed=1):
    """The network with every parameter away from where it starts."""
    step = np.random.default_rng(seed).normal(size=network.size)
    network.theta = network.theta + 0.3 * step
    return network


def scaled(scale=Scale):
    return moved(Network([scale(2), Dense(2, 4, "tanh"), Dense(4, 2)]))


def mixed():
    return moved(Network([Mix(2, 3), Dense(3, 4, "tanh"), Mix(4, 2)]))


EACH = {
    "scale": scaled,
    "penalised scale": lambda: scaled(PenalisedScale),
    "mix": mixed,
    "scale inside": lambda: moved(
        Network([Dense(2, 3, "tanh"), Dropout(3, 0.2), Scale(3), Dense(3, 2)])
    ),
}
each = pytest.mark.parametrize("make", EACH.values(), ids=EACH)


@each
def test_gradients_are_right(make):
    assert check_gradients(make(), X, Y, l2=0.1, l1=0.05)


def test_a_wrong_gradient_is_named_by_its_own_parameter():
    class Wrong(Scale):
        def forward(self, p, a0, ctx):
            a, right = super().forward(p, a0, ctx)

            def backward(da, dp, need_da0):
                da0 = right(da, dp, need_da0)
                dp.s *= 2.0
                return da0

            return a, backward

    report = check_gradients(scaled(Wrong), X, Y)
    assert not report
    assert "Layer 0 (Wrong) has a wrong ds1: " in str(report)


def lines(traced):
    return {line.name: line for line in traced.forward + traced.backward}


def test_a_trace_prints_the_equations_that_were_computed():
    network = scaled()
    scale, hidden, top = network.views(network.theta)
    found = lines(trace(network, ROW, 1))
    formula = {name: line.formula for name, line in found.items()}
    assert formula["a1"] == "x * s1"
    assert formula["z2"] == "a1 W2 + b2"
    assert formula["dW2"] == "a1^T delta2"
    assert formula["da1"] == "delta2 W2^T"
    assert formula["ds1"] == "sum_n x * da1"
    assert "dx" not in found  # the lowest layer is not asked
    a1 = np.array(ROW) * scale.s
    np.testing.assert_allclose(found["a1"].value, a1, rtol=1e-15)
    z2 = a1 @ hidden.W + hidden.b
    np.testing.assert_allclose(found["z2"].value, z2, rtol=1e-14)
    z3 = np.tanh(z2) @ top.W + top.b
    np.testing.assert_allclose(found["z3"].value, z3, rtol=1e-14)
    g = network.views(network.objective(network.theta, *network.read([ROW], [1])).g)
    np.testing.assert_allclose(found["ds1"].value, g[0].s, rtol=1e-14)
    np.testing.assert_allclose(found["dW2"].value, g[1].W, rtol=1e-14)
    np.testing.assert_allclose(g[0].s, ROW * found["da1"].value, rtol=1e-14)


def test_a_layer_above_is_asked_for_the_derivative_by_its_inputs():
    found = lines(trace(EACH["scale inside"](), ROW, 1))
    assert found["a2"].formula == "a1 * s2"
    assert found["da1"].formula == "da2 * s2"
    assert found["delta1"].formula == "da1 * f'(z1),  f' = 1 - a1^2"


def test_a_layer_without_equations_is_traced_by_its_name():
    network = mixed()
    found = lines(trace(network, ROW, 1))
    assert found["a1"].formula == "Mix(x)"
    assert found["dG1"].formula == "dL/dG1"
    assert found["a3"].formula == "Mix(a2)"
    assert found["da3"].formula == "y_hat - y"
    assert found["y_hat"].formula == "e^a3 / sum_c e^a3"
    np.testing.assert_allclose(
        found["a3"].value, network.raw_predict([ROW])[0], rtol=1e-14
    )


def test_a_trace_asks_for_what_a_layer_names_but_does_not_keep():
    class Secretive(Scale):
        forward_equations = (
            Equation("", "u", "a0 s"),
            Equation("", "a", "u"),
        )

    with pytest.raises(ValueError, match=r"does not keep it; call ctx\.keep\(u=u\)"):
        trace(scaled(Secretive), ROW, 1)


def test_a_summary_counts_as_the_layer_says():
    found = [summary(network).rows[0] for network in (scaled(), scaled(PenalisedScale))]
    assert [(row.name, row.penalised, row.unpenalised) for row in found] == [
        ("Scale 1", 0, 2),
        ("PenalisedScale 1", 2, 0),
    ]
    total = summary(mixed()).total
    assert (total.penalised, total.unpenalised) == (2 * 3 + 3 * 4 + 4 * 2, 4)


@pytest.mark.parametrize(("scale", "share"), [(Scale, 0.0), (PenalisedScale, 1.0)])
def test_penalties_shrink_what_the_layer_says(scale, share):
    network = scaled(scale)
    data = network.read(X, Y)
    plain = network.objective(network.theta, *data)
    found = network.objective(network.theta, *data, 0.2, 0.1)
    views = network.views(network.theta)
    s = views[0].s
    weights = np.concatenate([share * s, views[1].W.ravel(), views[2].W.ravel()])
    expected = 0.1 * weights @ weights + 0.1 * np.abs(weights).sum()
    assert found.penalty == pytest.approx(expected, rel=1e-13)
    ds = network.views(found.g - plain.g)[0].s
    np.testing.assert_allclose(ds, share * (0.2 * s + 0.1 * np.sign(s)), atol=1e-14)


def test_what_is_penalised_must_be_a_parameter():
    class Odd(Scale):
        penalised = ("W",)

    with pytest.raises(ValueError, match=r"Odd has the parameters \['s'\]; \['W'\]"):
        Network([Odd(2), Dense(2, 2)])


def test_only_layers_with_units_have_hidden_activations():
    network = scaled()
    (a,) = hidden_activations(network, X)
    scale, hidden, _ = network.views(network.theta)
    np.testing.assert_allclose(a, np.tanh(X * scale.s @ hidden.W + hidden.b))


@each
def test_input_gradients_are_differences(make):
    network = make()
    gradients = input_gradients(network, X, of="raw")
    for j in range(2):
        h = 1e-6 * np.eye(2)[j]
        difference = (network.raw_predict(X + h) - network.raw_predict(X - h)) / 2e-6
        np.testing.assert_allclose(gradients[:, :, j], difference, atol=1e-8)


@each
def test_auto_trains_with_numpy_and_says_why(make):
    """And it learns: the scales too."""
    network = make()
    start = network.theta
    run = train(network, X, Y, optimizer="adam", learning_rate=0.05, epochs=60, l2=1e-4)
    assert run.engine == "numpy"
    assert any(layer.name in run.why for layer in network.layers if not layer.kernel)
    assert run.history["loss"][-1] < 0.7 * run.history["loss"][0]
    assert (network.theta != start).all()
    expected = network.loss.link(network.forward(network.theta, X)[0])
    np.testing.assert_array_equal(network.predict(X), expected)
    again = pickle.loads(pickle.dumps(network))
    np.testing.assert_array_equal(again.predict(X), expected)


@each
def test_the_compiled_engine_refuses_and_says_why(make):
    reason = "(Penalised)?(Scale|Mix) has no compiled kernel"
    with pytest.raises(ValueError, match=f"cannot run this: {reason}"):
        train(make(), X, Y, engine="compiled", epochs=1)


def test_a_subclass_of_dense_is_not_taken_for_dense():
    class Halved(Dense):
        def forward(self, p, a0, ctx):
            a, backward = super().forward(p, a0, ctx)
            return 0.5 * a, lambda da, dp, need: backward(0.5 * da, dp, need)

    network = Network([Halved(2, 4, "tanh"), Dense(4, 2)])
    with pytest.raises(ValueError, match="Halved"):
        train(network, X, Y, engine="compiled", epochs=1)
    assert train(network, X, Y, epochs=1).engine == "numpy"


@each
def test_it_is_diagnosed(make):
    network = make()
    run = train(network, X, Y, optimizer="adam", learning_rate=0.01, epochs=5)
    before = network.theta.copy()
    diagnosis = diagnose(network, run.history, X, Y)
    assert str(diagnosis)
    assert np.array_equal(network.theta, before)
