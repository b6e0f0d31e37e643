"""Components as compiled loops: addresses, settings, and what cannot be translated."""

from dataclasses import dataclass

import pytest

from halfmoon.components.activations import GELU, Identity, LeakyReLU, Tanh
from halfmoon.components.losses import LOSSES, Loss, Quantiles
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.engines.compiled import translation
from halfmoon.engines.compiled.codegen import UntranslatableError

DTYPES = ["float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_activation_is_two_addresses_and_its_settings(dtype):
    f, df, _, settings = translation.activation(LeakyReLU(slope=0.25), dtype)
    assert f
    assert df
    assert f != df
    assert settings == [0.25]


def test_it_says_whether_the_derivative_needs_z():
    assert not translation.activation(Tanh(), "float64")[2]
    assert translation.activation(GELU(), "float64")[2]


def test_the_identity_has_nothing_to_compute():
    assert translation.activation(Identity(), "float64") == (0, 0, False, [])


def test_an_optimizers_settings_are_those_that_its_rule_reads():
    rule = OPTIMIZERS.make("momentum:beta=0.5")
    address, settings = translation.rule(rule, "float64")
    assert address
    assert settings == [0.5]


def test_joint_losses_say_how_many_outputs_belong_together():
    softmax = LOSSES.make("softmax_cross_entropy:smoothing=0.1")
    assert translation.loss(softmax, 3, "float64")[2] == [0.1, 1, 3]
    quantiles = Quantiles(levels=(0.25, 0.75))
    assert translation.loss(quantiles, 2, "float64")[2] == [2, 0.25, 0.75]


def test_other_joint_losses_are_not_translated():
    @dataclass(frozen=True)
    class Joint(Loss):
        pointwise = False

    with pytest.raises(UntranslatableError, match="its outputs belong together"):
        translation.loss(Joint(), 2, "float64")


def test_source_is_read_once_for_each_dtype():
    for dtype in DTYPES:
        module = translation.source("loops", dtype)
        assert module is translation.source("loops", dtype)
        assert module.T.__name__ == dtype
