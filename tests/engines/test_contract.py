"""What training and the engines share, and that both engines are what it asks for."""

import inspect
import pickle

import numpy as np
import pytest

from engines.problems import begun, task
from halfmoon.engines import reference
from halfmoon.engines.compiled import engine as compiled
from halfmoon.engines.contract import Engine, State
from halfmoon.network import Network

METHODS = ("why_not", "prepare", "run", "gradient", "predict")


@pytest.mark.parametrize("engine", [reference, compiled])
@pytest.mark.parametrize("method", METHODS)
def test_an_engine_takes_what_the_contract_says(engine, method):
    _, *expected = inspect.signature(getattr(Engine, method)).parameters.values()
    actual = [*inspect.signature(getattr(engine, method)).parameters.values()]
    for one, other in zip(actual, expected, strict=False):
        assert (one.name, one.default) == (other.name, other.default)
    assert len(actual) >= len(expected)
    beyond = actual[len(expected) :]
    assert all(one.default is not inspect.Parameter.empty for one in beyond)


@pytest.mark.parametrize("engine", [reference, compiled])
def test_a_solver_may_ask_for_gradients_in_an_engines_context(engine):
    problem = task(Network.dense([3, 2]))
    with engine.solver_context():
        part = engine.gradient(problem, begun(problem))
    assert np.isfinite(part.loss)


def example(theta=0.0):
    return State(np.full(3, theta), [np.full(3, theta)], np.full(3, theta), t=5)


def test_the_last_finite_state_is_computed_once_and_only_when_asked_for():
    calls = []
    state = example()
    state.finite_source = lambda: calls.append(1) or example(7.0)
    assert not calls
    assert state.last_finite is state.last_finite
    assert calls == [1]


def test_a_pickle_holds_the_last_finite_state_itself():
    state = example()
    state.finite_source = lambda: example(7.0)
    again = pickle.loads(pickle.dumps(state))
    assert again.last_finite.theta.tolist() == [7.0] * 3
    assert again.theta.tolist() == [0.0] * 3


def test_restoring_the_last_finite_state_still_counts_the_update():
    state = example(np.nan)
    state.finite_source = example(7.0)
    state.restore_last_finite()
    for array in (state.theta, *state.slots, state.average):
        assert array.tolist() == [7.0] * 3
    assert state.t == 5


def test_where_no_state_was_finite_there_is_nothing_to_restore():
    state = example(2.0)
    state.restore_last_finite()
    assert state.last_finite is None
    assert state.theta.tolist() == [2.0] * 3


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("batch_size", [1, 7, 20])
def test_an_epochs_batches_hold_every_row_once(batch_size, shuffle):
    problem = task(Network.dense([3, 2]), 20, batch_size, shuffle=shuffle)
    for epoch in (0, 1, 5):
        updates = epoch * problem.per_epoch + np.arange(problem.per_epoch)
        rows = [np.arange(20)[problem.batch(int(update))] for update in updates]
        assert all(len(batch) <= batch_size for batch in rows)
        assert sorted(np.concatenate(rows).tolist()) == list(range(20))


def test_a_workspace_is_made_once():
    problem = task(Network.dense([3, 2]))
    assert problem.workspace(lambda problem: problem.n) == 40

    def make(problem):
        return [problem.n]

    assert problem.workspace(make) is problem.workspace(make)
