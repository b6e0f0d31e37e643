"""Why a fit stops: patience against a loop over epochs, and the words for reasons."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import naive
from halfmoon.training.stopping import STOPPED, patience_ends, standstill

NUMBERS = st.one_of(
    st.sampled_from([1.0, 2.0, 2.5, 3.0, 3.00005, np.nan, np.inf]),
    st.floats(-1e6, 1e6),
    st.integers(-3, 3).map(float),
)
MONITORS = st.lists(NUMBERS, max_size=40)
TOLERANCES = st.sampled_from([0.0, 1e-4, 0.5, 2.0])
few = hypothesis_settings(max_examples=200, deadline=None)


@few
@given(MONITORS, TOLERANCES)
def test_standstill_counts_the_epochs_since_the_last_improvement(monitor, tol):
    assert (
        standstill(np.array(monitor, dtype=float), tol)
        == naive.standstills(monitor, tol, 10**9)[1]
    )


@few
@given(MONITORS, TOLERANCES, st.integers(1, 6))
def test_patience_ends_at_the_first_epoch_that_has_stood_still_long_enough(
    monitor, tol, patience
):
    end = None
    for epoch in range(1, len(monitor) + 1):
        if naive.standstills(monitor[:epoch], tol, 10**9)[1] >= patience:
            end = epoch
            break
    assert patience_ends(np.array(monitor, dtype=float), tol, patience) == end


def test_patience_of_no_epochs_has_not_ended():
    assert patience_ends(np.empty(0), 0.0, 1) is None
    assert standstill(np.empty(0), 0.0) == 0


@pytest.mark.parametrize("word", STOPPED)
def test_a_reason_is_one_word_with_its_meaning(word):
    assert word.isidentifier()
    assert len(STOPPED[word].split()) >= 3
