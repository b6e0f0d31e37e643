"""Elementary functions in loops like the engine's own, against mpmath."""

import inspect
import os
import platform
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import mpmath
import numba
import numpy as np
import pytest
from mpmath import mp

from halfmoon.engines.compiled import simd

FAST = {"contract", "nsz", "reassoc", "arcp"}  # the engine's loops' flags
ULP = 4
REACHES = (0.3, 1.5, 6.0, 30.0, 110.0, 760.0)
each_dtype = pytest.mark.parametrize("dtype", simd.FUNCTIONS)
x86_only = pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"),
    reason="x86-64's instructions",
)


def log_or_edge(x):
    return mpmath.log(x) if x > 0 else -mpmath.inf if x == 0 else mpmath.nan


def log1p_or_edge(x):
    return mpmath.log1p(x) if x > -1 else -mpmath.inf if x == -1 else mpmath.nan


def softplus(x):
    return max(x, mpmath.mpf(0)) + mpmath.log1p(mpmath.exp(-abs(x)))


ROUNDED = {  # held to ULP
    "erf": mpmath.erf,
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": log_or_edge,
    "log1p": log1p_or_edge,
    "logaddexp": lambda x, y: max(x, y) + mpmath.log1p(mpmath.exp(-abs(x - y))),
    "logistic": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": softplus,
    "tanh": lambda x: (
        1 - 2 / (mpmath.expm1(2 * x) + 2) if abs(x) > 1 else mpmath.tanh(x)
    ),
    "xlogy": lambda x, y: x * log_or_edge(y) if x != 0 else mpmath.mpf(0),
}
EXACT = {  # held to the last bit
    "absolute": np.abs,
    "clip": np.clip,
    "copysign": np.copysign,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "where": np.where,
}
CASES = [
    pytest.param(dtype, name, id=f"{name}-{dtype}")
    for dtype in simd.FUNCTIONS
    for name in ROUNDED
]


def test_every_function_is_tested():
    for functions in simd.FUNCTIONS.values():
        assert set(functions) == set(ROUNDED) | set(EXACT)


# Numbers to try


def seams(info):
    """Numbers around which a function takes another way, or ends."""
    ln2 = np.log(2.0)
    bias = -info.minexp + 1
    digits = info.nmant
    steps = [
        *(ln2 * (k + 0.5) for k in range(5)),
        *(ln2 * (k / 2 + 0.25) for k in range(3)),
    ]
    ends = [
        ln2 * (bias + k) for k in (-2, -1, 0, 1, 1.3, digits, digits + 1, digits + 2)
    ]
    roots = [0.5**0.5, 2**0.5, 2**0.5 - 1, 1 - 0.5**0.5, -np.log(2**0.5 - 1)]
    return [
        *steps,
        *ends,
        *roots,
        0.0,
        0.5,
        1.0,
        2.0,
        3.95,
        5.95,
        20.0,
        50.0,
        1.2 * bias,
        info.tiny,
        info.max / 2,
    ]


@cache
def numbers(dtype):
    """Finite numbers of all sizes, with many near zero, around seams, at both ends."""
    random = np.random.RandomState(5)
    info = np.finfo(dtype)
    low = np.log2(info.smallest_subnormal * 1.0)
    high = np.log2(info.max)
    bits = random.randint(0, 256, 300 * info.bits // 8, dtype=np.uint8).view(dtype)
    sizes = 2.0 ** np.concatenate(
        [random.uniform(low, high - 0.01, 250), random.uniform(-30, 9, 250)]
    )
    near_one = 1.0 + random.choice([-1.0, 1.0], 100) * 2.0 ** random.uniform(
        -info.nmant, -1, 100
    )
    flat = [random.uniform(-reach, reach, 120) for reach in REACHES]
    seam = np.array(seams(info), dtype)
    around = [seam + seam.dtype.type(k) * np.spacing(seam) for k in range(-3, 4)]
    ends = np.array([info.max, info.tiny, info.smallest_subnormal], dtype)
    parts = [sizes, near_one, *around, ends, np.nextafter(ends, ends.dtype.type(0))]
    positive = np.concatenate([np.asarray(part, dtype) for part in parts])
    every = np.concatenate(
        [positive, -positive, bits, *(part.astype(dtype) for part in flat)]
    )
    return every[np.isfinite(every)]


def edges(dtype):
    return np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 3.0], dtype)


def all_pairs(x, y):
    return np.repeat(x, y.size), np.tile(y, x.size)


def arguments(dtype, name):
    """What a function is tried on: one array per parameter."""
    x = numbers(dtype)
    random = np.random.RandomState(6)
    if name in EXACT:
        x = np.concatenate([x[:500], edges(dtype)])
        y = random.permutation(x)
        high = np.abs(random.permutation(x))
        x, y = (
            np.concatenate(pair)
            for pair in zip((x, y), all_pairs(edges(dtype), edges(dtype)), strict=True)
        )
        high = np.concatenate([high, np.abs(x[high.size :])])
        return {"absolute": [x], "clip": [x, -high, high], "where": [x > y, x, y]}.get(
            name, [x, y]
        )
    if name == "xlogy":
        return [random.permutation(x), np.abs(x)]
    if name == "logaddexp":
        with np.errstate(over="ignore"):
            near = x + (x.dtype.type(1) + np.abs(x) / 16) * random.uniform(
                -4, 4, x.size
            ).astype(dtype)
        pairs = [(x, random.permutation(x)), (x, near), (x, x)]
        x, y = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        kept = np.isfinite(y) & (random.uniform(size=x.size) < 0.5)
        return [x[kept], y[kept]]
    return [x]


@cache
def exact(dtype, name):
    """mpmath's results, rounded to dtype, and the size of an ulp there.

    logaddexp's is that of its larger argument, since the two terms of its sum may
    cancel, and what rounding the difference of its arguments costs.
    """
    given = arguments(dtype, name)
    with mp.workdps(60):
        values = [
            ROUNDED[name](*map(mpmath.mpf, row))
            for row in zip(*(x.tolist() for x in given), strict=True)
        ]
    with np.errstate(over="ignore"):
        rounded = np.array([float(value) for value in values]).astype(dtype)
    size = np.abs(rounded)
    most = 0.75 * np.finfo(dtype).max
    if name != "logaddexp":
        return rounded, np.spacing(np.minimum(size, most))
    larger = np.maximum(*given)
    apart = np.abs(np.minimum(given[0], most) / 2 - np.minimum(given[1], most) / 2)
    ulp = np.spacing(np.minimum(np.maximum(size, np.abs(larger)), most))
    return rounded, ulp + 2 * np.spacing(apart) * np.exp(
        -2 * np.minimum(apart, most / 2)
    )


# Running them


def loop_over(function, count):
    """A compiled loop like the engine's: out[i] = function(x[i], ...)."""
    letters = "xyz"[:count]
    source = (
        f"def loop({', '.join(letters)}, out):\n    for i in range(out.size):\n        "
        "out[i] = function("
    )
    space = {"function": function}
    exec(source + ", ".join(f"{letter}[i]" for letter in letters) + ")", space)
    return space["loop"]


def compiled(dtype, name, **options):
    function = simd.FUNCTIONS[dtype][name]
    number = numba.types.Array(getattr(numba.types, dtype), 1, "C")
    given = [number] * len(inspect.signature(getattr(simd, name)).parameters)
    if name == "where":
        given[0] = numba.types.Array(numba.types.boolean, 1, "C")
    loop = loop_over(function, len(given))
    return numba.njit(
        numba.void(*given, number), fastmath=FAST, error_model="numpy", **options
    )(loop)


def results(dtype, name, given):
    """By a compiled loop; where compiling is off by NumPy, also on single numbers."""
    if numba.config.DISABLE_JIT:
        function = simd.FUNCTIONS[dtype][name]
        out = function(*given)
        some = [[x[i] for x in given] for i in range(0, out.size, 7)]
        alone = [function(*numbers) for numbers in some]
        assert out.dtype == dtype
        assert {type(one) for one in alone} == {np.dtype(dtype).type}
        np.testing.assert_array_equal(np.array(alone), out[::7])
        return out
    out = np.empty(given[-1].size, dtype)
    compiled(dtype, name)(*given, out)
    return out


def check_rounded(dtype, name, got):
    right, ulp = exact(dtype, name)
    with np.errstate(all="ignore"):
        error = np.where(
            (got == right) | (np.isnan(got) & np.isnan(right)),
            0,
            np.abs(got - right) / ulp,
        )
    worst = np.argmax(np.where(np.isnan(error), np.inf, error))
    where = [x[worst] for x in arguments(dtype, name)]
    assert error[worst] <= ULP, (
        f"{name} of {where} is {got[worst]!r}, not {right[worst]!r}: {error[worst]} ulp"
    )


def check_exact(dtype, name, got):
    right = EXACT[name](*arguments(dtype, name))
    np.testing.assert_array_equal(got, right)
    if name in ("absolute", "copysign", "where"):
        np.testing.assert_array_equal(np.signbit(got), np.signbit(right))


@pytest.mark.parametrize(("dtype", "name"), CASES)
def test_right_to_a_few_ulp(dtype, name):
    check_rounded(dtype, name, results(dtype, name, arguments(dtype, name)))


@each_dtype
@pytest.mark.parametrize("name", EXACT)
def test_the_same_as_numpy(dtype, name):
    check_exact(dtype, name, results(dtype, name, arguments(dtype, name)))


nan = np.nan
inf = np.inf
AT_THE_EDGES = {  # of 0, -0, inf, -inf, NaN
    "erf": (0.0, -0.0, 1, -1, nan),
    "exp": (1, 1, inf, 0.0, nan),
    "expm1": (0.0, -0.0, inf, -1, nan),
    "log": (-inf, -inf, inf, nan, nan),
    "log1p": (0.0, -0.0, inf, nan, nan),
    "logistic": (0.5, 0.5, 1, 0.0, nan),
    "softplus": (np.log(2), np.log(2), inf, 0.0, nan),
    "tanh": (0.0, -0.0, 1, -1, nan),
}


@each_dtype
@pytest.mark.parametrize("name", AT_THE_EDGES)
def test_infinities_nan_and_signed_zeros(dtype, name):
    # long enough for a vector
    got = results(dtype, name, [np.array([0.0, -0.0, inf, -inf, nan] * 16, dtype)])
    right = np.array(AT_THE_EDGES[name] * 16, dtype)
    np.testing.assert_array_equal(got, right)
    np.testing.assert_array_equal(
        np.signbit(got)[right == 0], np.signbit(right)[right == 0]
    )


@each_dtype
@pytest.mark.parametrize(
    ("name", "function"),
    [("logaddexp", np.logaddexp), ("xlogy", lambda x, y: x * np.log(y))],
)
def test_edges_of_two_arguments(dtype, name, function):
    x, y = all_pairs(edges(dtype), edges(dtype))
    with np.errstate(all="ignore"):
        right = np.where((name == "xlogy") & (x == 0), 0, function(x, y))
    np.testing.assert_array_max_ulp(
        results(dtype, name, [x, y]), right.astype(dtype), ULP
    )


# How they are compiled, and elsewhere


@x86_only
@each_dtype
@pytest.mark.parametrize("name", ["erf", "exp", "log", "tanh"])
def test_a_loop_becomes_vector_instructions(dtype, name):
    bare = compiled(dtype, name, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    (assembly,) = bare.inspect_asm().values()
    packed = "pd" if dtype == "float64" else "ps"
    assert re.search(rf"\bv?(mul|fn?m(add|sub)\d+){packed}\b", assembly)
    assert not re.search(r"\bcallq?\b", assembly)


def elsewhere(folder, **environment):
    """Results of all functions from another process."""
    given = {
        f"{dtype} {name}": arguments(dtype, name)
        for dtype in simd.FUNCTIONS
        for name in simd.FUNCTIONS[dtype]
    }
    np.savez(
        folder / "given",
        **{f"{key} {i}": x for key, xs in given.items() for i, x in enumerate(xs)},
    )
    command = [sys.executable, __file__, str(folder)]
    done = subprocess.run(
        command,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with np.load(folder / "got.npz") as got:
        assert set(got) == set(given)
        return {tuple(key.split()): got[key] for key in got}


def answer(folder):
    """The other process."""
    with np.load(folder / "given.npz") as given:
        keys = sorted({key.rpartition(" ")[0] for key in given})
        inputs = {
            key: [given[f"{key} {i}"] for i in range(3) if f"{key} {i}" in given]
            for key in keys
        }
    with np.errstate(all="ignore"):
        np.savez(
            folder / "got", **{key: results(*key.split(), inputs[key]) for key in keys}
        )


OTHERS = {
    "plain Python": {"NUMBA_DISABLE_JIT": "1"},
    "AVX2": {
        "NUMBA_CPU_NAME": "haswell",
        "NUMBA_CPU_FEATURES": "+avx2,+fma,+avx,+sse4.2,+bmi,+bmi2,-avx512f",
    },
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "other", [pytest.param("AVX2", marks=x86_only), "plain Python"]
)
def test_right_elsewhere(tmp_path, other):
    for (dtype, name), got in elsewhere(tmp_path, **OTHERS[other]).items():
        (check_exact if name in EXACT else check_rounded)(dtype, name, got)


if __name__ == "__main__":
    answer(Path(sys.argv[1]))
