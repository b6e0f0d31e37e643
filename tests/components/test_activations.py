"""Every activation in the registry: value, derivative, far ends and dtypes."""

import re
from pathlib import Path

import numpy as np
import onnx
import pytest

import cases
from cases import of_cases, with_settings
from formulas import evaluate
from halfmoon.components.activations import ACTIVATIONS, SELU, Activation
from halfmoon.components.initializers import INITIALIZERS

CASES = with_settings(ACTIVATIONS, cases.ACTIVATIONS)
each_name = pytest.mark.parametrize("name", ACTIVATIONS)
each_case = pytest.mark.parametrize(("name", "h"), CASES, ids=str)
each_dtype = pytest.mark.parametrize(
    "dtype", [np.float64, np.float32], ids=["float64", "float32"]
)

# no kink (0) on the grid, nor within the finite differences' reach
Z = np.linspace(-9.0, 9.0, 181) + 0.0123


def slope(block, z):
    return block.df(z, block.f(z))


@each_case
def test_derivative_is_the_slope_of_the_value(name, h):
    block = ACTIVATIONS[name](**h)
    step = 1e-5
    difference = (block.f(Z + step) - block.f(Z - step)) / (2 * step)
    np.testing.assert_allclose(slope(block, Z), difference, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(("name", "h"), of_cases(CASES, cases.ACTIVATIONS), ids=str)
def test_value_and_derivative_equal_the_textbooks(name, h):
    block = ACTIVATIONS[name](**h)
    f = cases.ACTIVATIONS[name].f
    df = cases.ACTIVATIONS[name].df
    # at a kink the slope is the one from below
    z = np.concatenate([Z, [-1e-3, -1e-6, 0.0, 1e-6, 1e-3]])
    np.testing.assert_allclose(
        block.f(z), [f(number, **h) for number in z.tolist()], rtol=1e-12, atol=1e-14
    )
    np.testing.assert_allclose(
        slope(block, z),
        [df(number, **h) for number in z.tolist()],
        rtol=1e-12,
        atol=1e-14,
    )


def test_every_built_in_activation_has_a_case():
    built_in = {
        name
        for name, block in ACTIVATIONS.items()
        if block.__module__ == "halfmoon.components.activations"
    }
    assert built_in == set(cases.ACTIVATIONS)


@each_case
@each_dtype
def test_far_out_all_is_finite(name, h, dtype):
    block = ACTIVATIONS[name](**h)
    z = np.array([-1e4, -1e3, -100.0, -0.0, 0.0, 100.0, 1e3, 1e4], dtype=dtype)
    assert np.isfinite(block.f(z)).all()
    assert np.isfinite(slope(block, z)).all()


@each_case
def test_far_out_the_derivative_is_still_the_slope(name, h):
    block = ACTIVATIONS[name](**h)
    z = np.array([-1e4, -1e3, 1e3, 1e4])
    difference = (block.f(z + 1.0) - block.f(z - 1.0)) / 2.0
    np.testing.assert_allclose(slope(block, z), difference, rtol=1e-9, atol=1e-12)


@each_case
@each_dtype
def test_nan_goes_through_and_touches_no_neighbour(name, h, dtype):
    block = ACTIVATIONS[name](**h)
    z = np.array([0.5, np.nan, -0.5], dtype=dtype)
    np.testing.assert_array_equal(np.isnan(block.f(z)), [False, True, False])
    if name != "identity":  # whose slope is 1 whatever z
        np.testing.assert_array_equal(np.isnan(slope(block, z)), [False, True, False])


@each_case
@each_dtype
def test_dtype_and_shape_are_kept(name, h, dtype):
    block = ACTIVATIONS[name](**h)
    z = Z[:24].astype(dtype).reshape(2, 3, 4)
    a = block.f(z)
    assert (a.dtype, a.shape) == (dtype, z.shape)
    assert (block.df(z, a).dtype, block.df(z, a).shape) == (dtype, z.shape)


@each_case
def test_float32_is_float64_rounded(name, h):
    block = ACTIVATIONS[name](**h)
    z = Z.astype(np.float32)
    exact = z.astype(np.float64)
    np.testing.assert_allclose(block.f(z), block.f(exact), rtol=2e-5, atol=2e-6)
    np.testing.assert_allclose(
        slope(block, z), slope(block, exact), rtol=2e-5, atol=2e-6
    )


@each_case
def test_one_number_gives_what_the_array_gives(name, h):
    block = ACTIVATIONS[name](**h)
    z = Z[::20]
    for number, a, da in zip(z.tolist(), block.f(z), slope(block, z), strict=True):
        assert np.ndim(block.f(number)) == 0
        assert float(block.f(number)) == pytest.approx(a, rel=1e-14)
        assert float(slope(block, number)) == pytest.approx(da, rel=1e-14)
        single = np.float32(number)
        assert np.asarray(block.f(single)).dtype == np.float32
        assert np.asarray(slope(block, single)).dtype == np.float32


@each_case
def test_the_input_is_left_alone(name, h):
    block = ACTIVATIONS[name](**h)
    z = Z.copy()
    a = block.f(z)
    kept = a.copy()
    block.df(z, a)
    np.testing.assert_array_equal(z, Z)
    np.testing.assert_array_equal(a, kept)


@each_name
def test_the_initializer_it_names_is_on_the_registry(name):
    assert ACTIVATIONS[name].initializer in INITIALIZERS


@each_name
def test_the_onnx_operator_it_names_exists(name):
    operator = ACTIVATIONS[name].onnx
    assert operator is None or onnx.defs.has(operator)


@each_case
def test_its_formulas_are_what_is_computed(name, h):
    """Printed formulas, evaluated as they stand."""
    block = ACTIVATIONS[name](**h)
    if not block.formula:
        pytest.skip("it is traced by its name")
    settings = {
        setting: getattr(block, setting)
        for setting in ("slope", "alpha", "scale")
        if hasattr(block, setting)
    }
    a = block.f(Z)
    np.testing.assert_allclose(
        evaluate(block.formula, z=Z, **settings), a, rtol=1e-12, atol=1e-14
    )
    np.testing.assert_allclose(
        evaluate(block.derivative, z=Z, a=a, **settings) + 0.0 * Z,
        block.df(Z, a),
        rtol=1e-9,
        atol=1e-12,
    )


def test_the_derivations_table_says_what_they_say():
    page = (Path(__file__).parents[2] / "DERIVATION.md").read_text(encoding="utf-8")
    section = page.split("## 5. Activations")[1].split("## 6.")[0]
    rows = re.findall(r"^\| (\w+) \| `(.+?)` \| `(.+?)` \|$", section, re.MULTILINE)
    assert len(rows) >= 11
    for name, formula, derivative in rows:
        block = ACTIVATIONS[name]
        assert (formula, derivative) == (block.formula, block.derivative), name


@each_name
def test_what_is_built_in_has_its_formulas(name):
    block = ACTIVATIONS[name]
    built_in = block.__module__ == "halfmoon.components.activations"
    assert bool(block.formula) == bool(block.derivative)
    assert block.formula or not built_in


# ---- single functions


def test_relu_passes_on_nothing_at_and_below_zero():
    relu = ACTIVATIONS.make("relu")
    z = np.array([-2.0, -0.0, 0.0, 3.0])
    np.testing.assert_array_equal(relu.f(z), [0, 0, 0, 3])
    np.testing.assert_array_equal(slope(relu, z), [0, 0, 0, 1])


def test_selu_keeps_mean_0_and_variance_1():
    """SELU's two constants make the fixed point of Klambauer et al. 2017."""
    z, weight = np.polynomial.hermite_e.hermegauss(180)
    weight /= weight.sum()
    a = SELU().f(z)
    assert weight @ a == pytest.approx(0.0, abs=2e-3)
    assert weight @ (a * a) == pytest.approx(1.0, abs=2e-3)


def test_an_activation_that_defines_nothing_says_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"define f\(z\)"):
        Activation().f(1.0)
    with pytest.raises(NotImplementedError, match=r"define df\(z, a\)"):
        Activation().df(1.0, 1.0)


def test_a_setting_from_numpy_does_not_widen_float32():
    slope = np.linspace(0.1, 0.3, 3)[1]
    assert (
        ACTIVATIONS["leaky_relu"](slope=slope).f(np.ones(2, np.float32)).dtype
        == np.float32
    )
