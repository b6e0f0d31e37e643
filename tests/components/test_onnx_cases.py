"""The ONNX standard's own node cases for activations, losses and optimizers.

Each test says how many cases it must find, so that none is skipped in silence. The
cases are of float32.
"""

import functools
import importlib
import warnings
from types import SimpleNamespace

import numpy as np
import onnx
import pytest

import cases
from halfmoon.components.activations import ACTIVATIONS, SELU
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import AdaGrad, Adam, Momentum, Nesterov
from halfmoon.components.schedules import InverseTime, Progress

# An operator's cases lie in a module of its name, in small letters.
MODULES = {block.onnx.lower() for block in ACTIVATIONS.values() if block.onnx}
MODULES |= {"softmax", "softmax_cross_entropy_loss", "adagrad", "adam", "momentum"}


@functools.cache
def collected():
    """All cases of these modules.

    Importing the modules is what makes the cases (all modules would take 8 s).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        node = importlib.import_module("onnx.backend.test.case.node")
        for name in sorted(MODULES):
            importlib.import_module(f"{node.__name__}.{name}")
        plain = [case for case in node._NodeTestCases if "_expanded" not in case.name]
    return [
        SimpleNamespace(
            name=case.name,
            op=case.model.graph.node[0].op_type,
            h={
                a.name: onnx.helper.get_attribute_value(a)
                for a in case.model.graph.node[0].attribute
            },
            inputs=case.data_sets[0][0],
            outputs=case.data_sets[0][1],
        )
        for case in plain
    ]


def collected_of(op, count, only=lambda case: True):
    found = [case for case in collected() if case.op == op and only(case)]
    assert len(found) == count, [case.name for case in found]
    return found


def close(got, expected, **tolerance):
    assert np.asarray(got).dtype == np.float32
    np.testing.assert_allclose(
        got, expected, **{"rtol": 2e-6, "atol": 2e-7, **tolerance}
    )


# ---- activations: how many cases there are is in cases.py


def node_cases(name):
    """What the standard has for an activation's operator, of the same function."""
    row = cases.ACTIVATIONS[name].onnx
    return collected_of(ACTIVATIONS[name].onnx, row.count, row.only)


@pytest.mark.parametrize(
    "name", [name for name, row in cases.ACTIVATIONS.items() if row.onnx]
)
def test_activation_equals_onnxs(name):
    settings = cases.ACTIVATIONS[name].onnx.settings
    for case in node_cases(name):
        h = {settings[key]: value for key, value in case.h.items() if key in settings}
        assert case.h.get("alpha", 1.0) == 1.0 or h, "a setting that we do not have"
        close(with_constants(name, h).f(case.inputs[0]), case.outputs[0])


def with_constants(name, h):
    """The activation with ONNX's settings; SELU's are constants of its class."""
    if name == "selu":
        return type("Case", (SELU,), h)()
    return ACTIVATIONS[name](**h)


def test_every_activation_that_names_an_operator_is_tried():
    named = {name for name, block in ACTIVATIONS.items() if block.onnx}
    assert named == {name for name, row in cases.ACTIVATIONS.items() if row.onnx}


# ---- losses


def test_softmax_equals_onnxs():
    for case in collected_of("Softmax", 7):
        axis = case.h.get("axis", -1)
        got = LOSSES.make("softmax_cross_entropy").link(
            np.moveaxis(case.inputs[0], axis, -1)
        )
        close(np.moveaxis(got, -1, axis), case.outputs[0])


def test_softmax_cross_entropy_equals_onnxs():
    """Classes are ONNX's axis 1, and a class's weight is the weight of its rows.

    The class to be ignored has weight 0.
    """
    loss = LOSSES.make("softmax_cross_entropy")
    for case in collected_of("SoftmaxCrossEntropyLoss", 34):
        scores, labels = case.inputs[:2]
        C = scores.shape[1]
        z = np.moveaxis(scores, 1, -1).reshape(-1, C)
        label = labels.ravel()
        counts = label != case.h.get("ignore_index", -100)
        label = np.where(counts, label, 0)
        of_class = case.inputs[2] if len(case.inputs) == 3 else np.ones(C, np.float32)
        w = (of_class[label] * counts)[:, None]
        y = np.eye(C, dtype=np.float32)[label]

        value = w * loss.value(z, y)
        reduced = {
            b"none": lambda value=value, shape=labels.shape: value.reshape(shape),
            b"sum": lambda value=value: value.sum(),
            b"mean": lambda value=value, w=w: value.sum() / w.sum(),  # [R1]
        }[case.h["reduction"]]()
        close(reduced, case.outputs[0], rtol=1e-5)
        if len(case.outputs) == 2:
            log_y_hat = np.moveaxis(
                np.log(loss.link(z)).reshape(*labels.shape, C), -1, 1
            )
            close(log_y_hat, case.outputs[1], rtol=1e-5, atol=1e-6)


# ---- optimizers: inputs are R (rate), T (update), then for each tensor X, G and its
# memories, kind after kind


def tensors(case, kinds):
    """The tensors of several parameters side by side, by kind.

    The kinds are X, G and the memories.
    """
    rate = float(case.inputs[0])
    t = int(case.inputs[1])
    rest = case.inputs[2:]
    each = len(rest) // kinds
    joined = [np.concatenate(rest[i * each : (i + 1) * each]) for i in range(kinds)]
    # all but G
    out = [
        np.concatenate(case.outputs[i * each : (i + 1) * each])
        for i in range(kinds - 1)
    ]
    return rate, t, joined, out


def check(case, kinds, block, t, rate, scale_g=1.0):
    """Compare x - rate u, by our rule, with ONNX's.

    norm_coefficient is our lam: g = G + lam X, as in [R2].
    """
    _, _, (X, G, *slots), (X_new, *slots_new) = tensors(case, kinds)
    g = (G + case.h["norm_coefficient"] * X) * scale_g
    u, slots = block.rule(g, slots, t)
    close(X - rate * u, X_new, rtol=1e-5)
    for ours, theirs in zip(slots, slots_new, strict=True):
        close(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize(
    ("mode", "block", "count"), [(b"standard", Momentum, 2), (b"nesterov", Nesterov, 1)]
)
def test_momentum_equals_onnxs(mode, block, count):
    """ONNX scales the gradient by its beta, except in its first update, t = 0.

    Our beta is its alpha.
    """
    for case in collected_of("Momentum", count, lambda case: case.h["mode"] == mode):
        rate, t, _, _ = tensors(case, 3)
        scale = case.h["beta"] if t > 0 else 1.0
        assert mode == b"standard" or scale == 1.0, (
            "Nesterov's u has g itself in it, which ONNX does not scale"
        )
        check(case, 3, block(beta=case.h["alpha"]), t + 1, rate, scale)


def test_adagrad_equals_onnxs():
    """ONNX's rate falls as 1 / (1 + decay_factor t): our inverse_time."""
    for case in collected_of("Adagrad", 2):
        rate, t, _, _ = tensors(case, 3)
        falling = InverseTime(rate=case.h["decay_factor"]).factor(
            Progress(t, t, t, None, np.empty(0))
        )
        check(case, 3, AdaGrad(eps=case.h["epsilon"]), t + 1, rate * float(falling))


def test_adam_equals_onnxs():
    """ONNX adds eps before the correction: its eps is ours times sqrt(1 - beta^t).

    At t = 0 it corrects no bias, as we do not after very many updates.
    """
    for case in collected_of("Adam", 2):
        rate, t, _, _ = tensors(case, 4)
        beta1 = case.h["alpha"]
        beta2 = case.h["beta"]
        eps = case.h["epsilon"]
        eps = eps / np.sqrt(1.0 - beta2**t) if t > 0 else eps
        assert not case.h.get("norm_coefficient_post"), "a decay that we do not have"
        check(case, 4, Adam(beta1=beta1, beta2=beta2, eps=float(eps)), t or 10**6, rate)
