"""The kernels in plain Python, and compiled for another processor."""

import platform

import pytest

from engines.processes import python

PARITY = """
import numpy as np
from halfmoon.engines.contract import Plan, Problem, State
from halfmoon.engines import reference
from halfmoon.engines.compiled import engine as compiled
from halfmoon.engines.compiled import code_cache
from halfmoon.network import Network
from halfmoon.components.optimizers import OPTIMIZERS

def check(sizes, activation, loss, optimizer, dtype, y, dropout=0.0, **options):
    rng, far = np.random.default_rng(0), 1e-11 if dtype == "float64" else 1e-4
    network = Network.dense(sizes, activation, loss, dropout=dropout, dtype=dtype)
    X = rng.normal(size=(len(y), sizes[0]))
    data = network.read(X, y, rng.uniform(0.5, 2.0, len(y)))
    problem = Problem(network, *data, optimizer=OPTIMIZERS.make(optimizer),
                      batch_size=7, average=0.9, decay=0.1, **options)
    assert compiled.why_not(network, problem.optimizer) is None
    ends, plan = [], Plan(
        *(np.full(5, value) for value in (0.05, 0.1, 0.8, 1.0))
    )
    for engine in (compiled, reference):
        slots = [np.ones_like(network.theta) for _ in range(problem.optimizer.slots)]
        state = State(network.theta.copy(), slots, network.theta.copy(), 4)
        measured = engine.run(problem, state, plan)
        g = engine.gradient(problem, state).g
        prediction = engine.predict(network, state.theta, X)
        scores = engine.predict(network, state.theta, X[:1], False)
        ends.append([measured.loss, measured.penalty, measured.norm, state.theta,
                     state.average, g, prediction, scores])
    for one, other in zip(*ends, strict=True):
        atol = far * max(1.0, abs(other).max())
        np.testing.assert_allclose(one, other, rtol=0, atol=atol)
    try:
        compiled.predict(network, network.theta, X * np.nan)
    except ValueError as error:
        assert "NaN or infinite" in str(error)
    else:
        raise AssertionError("NaN went through")

rng = np.random.default_rng(1)
for dtype in ("float64", "float32"):
    classes, real = rng.integers(0, 3, 17), rng.normal(size=17)
    check([4, 6, 5, 3], ["tanh", "gelu"], "softmax_cross_entropy", "adam", dtype,
          classes, [0.2, 0.4, 0.3], clip=0.2)
    several = np.stack([classes, classes % 2, 3 - classes], axis=1)
    check([4, 6, 9], "tanh", "softmax_cross_entropy:sizes=3/2/4", "adam", dtype,
          several)
    check([60, 5, 3], "silu", "quantiles", "momentum", dtype, real, lam=0.1, l1=0.02)
    check([4, 14, 13, 1], "mish", "huber:delta=0.5", "lion", dtype, real, shuffle=False)
print("parity")
"""


@pytest.mark.slow
def test_the_engines_agree_in_plain_python(tmp_path):
    """For coverage, and to step through the kernels."""
    assert python(PARITY, tmp_path, NUMBA_DISABLE_JIT="1").stdout == "parity\n"


@pytest.mark.slow
@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"),
    reason="Haswell is an x86-64 processor",
)
def test_the_engines_agree_on_an_older_processor(tmp_path):
    """No AVX-512: other vectors, other products of OpenBLAS."""
    done = python(
        PARITY, tmp_path, NUMBA_CPU_NAME="haswell", OPENBLAS_CORETYPE="Haswell"
    )
    assert done.stdout == "parity\n"
