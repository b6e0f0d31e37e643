"""A fit is all or nothing: an exception at any line of it leaves all as it was.

An accident is raised at the k-th line that a call runs in this package. Afterwards the
handler of Ctrl-C is the one before; the pickle has the bytes that it had before, or
those of the complete call where its last line was over; and the next call gives what it
would have given.
"""

import pickle
import signal
from copy import copy

import numpy as np
import pytest

from accidents import Accident, run_to_line
from fits import X2 as U2
from fits import Y2 as V2
from fits import X as U
from fits import Y as V
from fits import net
from halfmoon.training.train import train
from small import WAVE, X2, Y2, X, Y, brief, one_thread, short

pytestmark = [
    one_thread,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]


def held_out(model):
    return {"X_val": X2, "y_val": Y2, "sample_weight_val": np.ones(len(X2))}


def first_fit(**options):
    """A fit that is the first."""
    model = short(max_iter=3, **options)
    return model, lambda model: model.fit(X, Y, **held_out(model))


def second_fit(**options):
    """A fit of other rows, after another."""
    model = short(max_iter=3, **options).fit(X, Y)
    return model, lambda model: model.fit(X2[:40], Y2[:40])


def a_pass(**options):
    """One call of partial_fit, after others."""
    model = brief(**options)
    for _ in range(3):
        model.partial_fit(*WAVE)
    return model, lambda model: model.partial_fit(*WAVE)


CASES = {
    "first": first_fit,
    "numpy": lambda: first_fit(engine="numpy"),
    "again": second_fit,
    "warm": lambda: second_fit(warm_start=True, early_stopping=True),
    "average": lambda: second_fit(warm_start=True, average=0.9),
    "pass": a_pass,
    "pass of averages": lambda: a_pass(average=0.9, normalize_y=True),
}


def check_every_line(make, call, state, lines):
    """An accident at each of these lines, and what is left then."""
    complete = make()
    call(complete)
    whole = state(complete)
    call(complete)
    afterwards = state(complete)
    handler = signal.getsignal(signal.SIGINT)
    for line in lines:
        subject = make()
        before = state(subject)
        try:
            run_to_line(lambda: call(subject), line)  # noqa: B023
        except Accident:
            assert state(subject) in (before, whole), line
        assert signal.getsignal(signal.SIGINT) is handler, line
        if state(subject) == before:
            call(subject)
            assert state(subject) == whole, line
        call(subject)
        assert state(subject) == afterwards, line


def some_of(total, count):
    """Line numbers all over the call, more of them near its end, and its last ones."""
    spread = np.linspace(1, total, count).astype(int)
    late = total - np.geomspace(1, total / 2, count).astype(int)
    return sorted({*spread.tolist(), *late.tolist(), total - 1, total})


def check_estimator(case, count):
    model, call = CASES[case]()
    kept = pickle.dumps(model)

    def make():
        return pickle.loads(kept)

    total = run_to_line(lambda: call(make()))
    lines = range(1, total + 1) if count is None else some_of(total, count)
    check_every_line(make, call, pickle.dumps, lines)


@pytest.mark.parametrize("case", CASES)
def test_an_accident_in_a_fit_changes_nothing(case):
    check_estimator(case, 4)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_an_accident_at_many_lines_of_a_fit_changes_nothing(case):
    check_estimator(case, 40)


@pytest.mark.parametrize("options", [{}, {"optimizer": "lbfgs"}], ids=["gd", "lbfgs"])
def test_an_accident_in_train_leaves_network_and_run_as_they_were(options):
    usual = {"optimizer": "gd", "learning_rate": 0.5}
    usual = {**(options or usual), "epochs": 3, "validation": (U2, V2)}

    def make():
        network = net()
        run = train(network, U, V, **usual)
        run.release()
        return network, run

    def call(subject):
        network, run = subject
        train(network, U2, V2, run=run, **usual)
        run.release()

    def state(subject):
        network, run = subject
        run = copy(run)
        run.release()  # the call's own line, which is not of `train`
        return pickle.dumps((network.theta, run))

    total = run_to_line(lambda: call(make()))
    check_every_line(make, call, state, some_of(total, 6))
