"""Why a fit stops: patience against a loop over epochs, and the words for reasons."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from fits import NAN, X2, Y2, fit, net
from halfmoon.training.stopping import STOPPED, Standstill

NUMBERS = st.one_of(
    st.sampled_from([1.0, 2.0, 2.5, 3.0, 3.00005, np.nan, np.inf]),
    st.floats(-1e6, 1e6),
    st.integers(-3, 3).map(float),
)
MONITORS = st.lists(NUMBERS, max_size=40)
TOLERANCES = st.sampled_from([0.0, 1e-4, 0.5, 2.0])
few = settings(max_examples=200)


def carried(monitor, tol, cuts):
    """The standstill after all epochs, told in parts that end at the cuts."""
    now = Standstill()
    for part in np.split(np.array(monitor, dtype=float), sorted(cuts)):
        now = now.after(part, tol)
    return now


CUTS = st.lists(st.integers(0, 40), max_size=5)


@few
@given(MONITORS, TOLERANCES, CUTS)
def test_standstill_counts_the_epochs_since_the_last_improvement(monitor, tol, cuts):
    expected = naive.standstills(monitor, tol, 10**9)[1]
    now = carried(monitor, tol, cuts)
    assert now.epochs == expected
    assert now.best == np.fmin.reduce(np.array(monitor, dtype=float), initial=np.inf)


@few
@given(MONITORS, TOLERANCES, st.integers(1, 6), st.integers(0, 40))
def test_patience_ends_at_the_first_epoch_that_has_stood_still_long_enough(
    monitor, tol, patience, cut
):
    """Wherever the look before was, if patience had not ended by then."""
    end = None
    for epoch in range(1, len(monitor) + 1):
        if naive.standstills(monitor[:epoch], tol, 10**9)[1] >= patience:
            end = epoch
            break
    cut = min(cut, len(monitor))
    found = carried(monitor[:cut], tol, []).end(np.array(monitor[cut:]), tol, patience)
    if end is not None and end <= cut:
        assert found == 0 or naive.standstills(monitor[:cut], tol, 10**9)[1] < patience
    else:
        assert found == (None if end is None else end - cut)


def test_patience_of_no_epochs_has_not_ended():
    assert Standstill().end(np.empty(0), 0.0, 1) is None
    assert Standstill().after(np.empty(0), 0.0) == Standstill(np.inf, 0)


@pytest.mark.parametrize("word", STOPPED)
def test_a_reason_is_one_word_with_its_meaning(word):
    assert word.isidentifier()
    assert len(STOPPED[word].split()) >= 3


class Scripted:
    """A score on validation data that follows a list, whatever the network says.

    On training data it is always 0.
    """

    def __init__(self, values):
        self.values = iter(values)

    def __call__(self, y_hat, y, w, X):
        return next(self.values) if len(y) == len(Y2) else 0.0


def scripted(values, patience, tol=0.0):
    """The Run of a fit whose monitored score is what the list says."""
    return fit(
        validation=(X2, Y2),
        score=Scripted(values),
        monitor="score",
        patience=patience,
        tol=tol,
        epochs=len(values),
    )[1]


@given(st.data())
@settings(max_examples=25)
def test_patience_counts_epochs_without_improvement(data):
    values = data.draw(
        st.lists(
            st.sampled_from([0.0, 0.3, 0.5, 0.55, 1.0, NAN]), min_size=1, max_size=25
        )
    )
    values = [0.3, *values]  # never NaN alone, which is an error
    patience = data.draw(st.integers(1, 5))
    tol = data.draw(st.sampled_from([0.0, 0.1]))
    run = scripted(values, patience, tol)
    best = -np.inf
    since = 0
    end = len(values)
    for epoch, value in enumerate(values, start=1):
        since = 0 if value > best + tol else since + 1
        best = value if value > best else best
        if since == patience:
            end = epoch
            break
    assert run.epoch == end
    assert run.stopped == ("patience" if since == patience else "epochs")


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("batch_size", [None, 25])
def test_patience_leaves_what_so_many_epochs_leave_wherever_its_chunk_ended(
    engine, batch_size
):
    """The updates beyond it that the chunk had made leave no trace."""
    options = {
        "engine": engine,
        "batch_size": batch_size,
        "optimizer": "adam",
        "average": 0.9,
        "learning_rate": 0.05,
    }
    network, run = fit(net(), **options, patience=5, tol=1e-3, epochs=5000)
    assert run.stopped == "patience"
    assert 5 < run.epoch < 5000
    other, plain = fit(net(), **options, epochs=run.epoch)
    assert np.array_equal(network.theta, other.theta)
    for array, expected in zip(
        [*run.slots, run.average], [*plain.slots, plain.average], strict=True
    ):
        assert np.array_equal(array, expected)
    assert (run.t, run.epoch, run.unfinished_epoch.shape) == (
        plain.t,
        plain.epoch,
        plain.unfinished_epoch.shape,
    )
    assert np.array_equal(run.history["loss"], plain.history["loss"])
    loss = run.history["loss"]
    assert (loss[-5:] >= loss[:-5].min() - 1e-3).all()


def test_nan_scores_never_count_as_improvement_and_never_reset_patience():
    run = scripted([0.5, NAN, NAN, NAN, 0.9], patience=3)
    assert (run.stopped, run.epoch, run.best.epoch) == ("patience", 4, 1)
    run = scripted([NAN, NAN, 0.1, NAN, 0.0, 0.0, 0.0], patience=3)
    assert (run.stopped, run.epoch, run.best.epoch) == ("patience", 6, 3)


def test_scores_that_are_all_nan_cannot_end_a_fit():
    with pytest.raises(ValueError, match=r"score \(score\) of the validation rows was"):
        scripted([NAN] * 9, patience=4)
    with pytest.warns(UserWarning, match="in any epoch.* The last weights were kept"):
        run = scripted([NAN] * 3, patience=4)
    assert (run.stopped, run.epoch, run.best) == ("epochs", 3, None)


def test_rows_of_one_class_are_named_as_the_reason_why_a_score_is_nan():
    options = {"score": Scripted([NAN] * 4), "monitor": "score", "patience": 3}
    with pytest.raises(ValueError, match="all of them have the same y"):
        fit(validation=(X2, np.zeros(len(X2), int)), **options)


def test_patience_watches_the_training_loss_where_there_is_no_validation():
    _, run = fit(patience=3, tol=1e6, epochs=50)
    # the first epoch improves on nothing; three more do not
    assert (run.stopped, run.epoch) == ("patience", 4)
    _, run = fit(patience=3, epochs=50, learning_rate=0.01)
    assert (run.stopped, run.epoch) == ("epochs", 50)
