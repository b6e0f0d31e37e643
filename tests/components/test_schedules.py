"""Schedules depend on progress alone, are from 0 to 1, and equal their formulas."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import cases
import naive
from cases import with_settings
from halfmoon.components.schedules import (
    SCHEDULES,
    Cosine,
    OneCycle,
    Plateau,
    Progress,
    Schedule,
)

CASES = with_settings(SCHEDULES, cases.SCHEDULES)
each_case = pytest.mark.parametrize(("name", "h"), CASES, ids=str)
NEED_THE_TOTAL = {"cosine", "one_cycle"}

# 97 epochs of three batches: prime, so that no cycle ends on an update
TOTAL = 291
PER_EPOCH = 3
BATCH = 32
MONITOR = np.array([5.0, 4.0, 3.0, 3.5, 3.1, 3.0] + [2.0] * 12)


def progress(update, total=TOTAL, monitor=MONITOR):
    update = np.asarray(update)
    return Progress(update, update / PER_EPOCH, update * BATCH, total, monitor)


def factors(block, total=TOTAL, monitor=MONITOR):
    return np.asarray(block.factor(progress(np.arange(TOTAL), total, monitor)))


# ---- what holds for every schedule in the registry


@each_case
def test_factors_are_positive_and_at_most_one(name, h):
    f = factors(SCHEDULES[name](**h))
    assert f.shape == (TOTAL,)
    assert (f > 0.0).all()
    assert (f <= 1.0).all()


@each_case
def test_many_updates_at_once_are_as_one_by_one(name, h):
    block = SCHEDULES[name](**h)
    one_by_one = [
        float(block.factor(Progress(u, u / PER_EPOCH, u * BATCH, TOTAL, MONITOR)))
        for u in range(TOTAL)
    ]
    np.testing.assert_allclose(factors(block), one_by_one, rtol=1e-14)


@each_case
def test_where_a_block_of_updates_begins_changes_nothing(name, h):
    block = SCHEDULES[name](**h)
    np.testing.assert_array_equal(
        block.factor(progress(np.arange(50, 91))), factors(block)[50:91]
    )


@each_case
def test_without_the_total_it_raises_or_did_not_need_it(name, h):
    block = SCHEDULES[name](**h)
    if name in NEED_THE_TOTAL:
        with pytest.raises(ValueError, match="how long the fit will be"):
            factors(block, total=None)
    else:
        np.testing.assert_array_equal(factors(block, total=None), factors(block))


@each_case
def test_only_adaptive_schedules_look_at_the_monitor(name, h):
    block = SCHEDULES[name](**h)
    seen = factors(block)
    unseen = factors(block, monitor=np.empty(0))
    assert np.array_equal(seen, unseen) is not block.adaptive


@pytest.mark.parametrize(
    ("name", "h"), [case for case in CASES if case[0] in naive.SCHEDULES], ids=str
)
def test_factors_equal_their_formula(name, h):
    expected = [
        naive.SCHEDULES[name](u, Fraction(u, PER_EPOCH), u * BATCH, TOTAL, **h)
        for u in range(TOTAL)
    ]
    np.testing.assert_allclose(
        factors(SCHEDULES[name](**h)), expected, rtol=1e-11, atol=1e-14
    )


def test_every_built_in_schedule_has_a_case():
    built_in = {
        name
        for name, block in SCHEDULES.items()
        if block.__module__ == "halfmoon.components.schedules"
    }
    assert built_in == set(cases.SCHEDULES)


@pytest.mark.parametrize(
    "name",
    [name for name in SCHEDULES if name not in {"constant", "cosine", "one_cycle"}],
)
def test_others_never_rise(name):
    assert (np.diff(factors(SCHEDULES.make(name))) <= 0.0).all()


# ---- single schedules


def test_a_cosine_starts_at_one_is_halfway_at_one_half_and_ends_at_its_floor():
    f = [float(Cosine(floor=0.2).factor(progress(u, 1000))) for u in (0, 500, 1000)]
    assert f == pytest.approx([1.0, 0.6, 0.2])


def test_a_cosine_restarts_as_often_as_it_says():
    f = factors(Cosine(cycles=3))
    rises = np.flatnonzero(np.diff(f) > 0.0) + 1
    np.testing.assert_array_equal(rises, [97, 194])
    np.testing.assert_allclose(f[rises], 1.0)


def test_warm_up_rises_straight_from_the_first_update_to_one():
    f = factors(Cosine(warmup=0.1), total=TOTAL)
    warm = 30  # the updates whose share of the fit is below a tenth
    np.testing.assert_allclose(f[: warm - 1], np.arange(1, warm) / 29.1, rtol=1e-12)
    assert f[warm - 1] == 1.0
    assert (np.diff(f[warm:]) < 0.0).all()


def test_a_cosine_may_stay_at_one_for_half_of_its_time():
    f = factors(Cosine(flat=0.5), total=TOTAL)
    last = TOTAL // 2  # the last update in the first half
    np.testing.assert_array_equal(f[: last + 1], 1.0)
    assert (np.diff(f[last:]) < 0.0).all()


def test_one_cycle_goes_up_to_its_peak_and_down():
    f = factors(OneCycle())
    top = int(f.argmax())
    assert top / TOTAL == pytest.approx(0.3, abs=1 / TOTAL)
    assert (np.diff(f[: top + 1]) > 0.0).all()
    assert (np.diff(f[top:]) < 0.0).all()
    assert f[0] == pytest.approx(0.04)
    assert float(OneCycle().factor(progress(TOTAL))) == pytest.approx(0.0001)


@pytest.mark.parametrize("name", sorted(NEED_THE_TOTAL))
def test_beyond_the_end_the_last_factor_stays(name):
    block = SCHEDULES.make(name)
    end = float(block.factor(progress(TOTAL)))
    beyond = float(block.factor(progress(2 * TOTAL)))
    assert beyond == pytest.approx(end, abs=1e-15)


def test_a_restart_on_an_update_begins_at_one_whatever_the_rounding():
    for total, warm, cycles in [
        (5, 1, 2),
        (100, 10, 2),
        (100, 10, 3),
        (60, 6, 3),
        (200, 20, 6),
        (1000, 50, 5),
    ]:
        block = Cosine(warmup=warm / total, cycles=cycles)
        length = Fraction(total - warm, cycles)
        restarts = [
            int(warm + k * length)
            for k in range(1, cycles)
            if (warm + k * length).denominator == 1
        ]
        assert restarts
        np.testing.assert_allclose(
            block.factor(progress(np.array(restarts), total)), 1.0, atol=1e-9
        )


def test_a_schedule_that_defines_nothing_says_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"define factor\(progress\)"):
        Schedule().factor(progress(0))


# ---- plateau: against a loop over epochs that remembers the best and
# counts

NUMBERS = st.one_of(
    st.sampled_from([1.0, 2.0, 2.5, 3.0, 3.00005, np.nan, np.inf]),
    st.floats(-1e6, 1e6),
    st.integers(-3, 3).map(float),
)
MONITORS = st.lists(NUMBERS, max_size=40)
TOLERANCES = st.sampled_from([0.0, 1e-4, 0.5, 2.0])
few = hypothesis_settings(max_examples=200)


@few
@given(MONITORS, TOLERANCES, st.integers(1, 5), st.sampled_from([0.2, 0.5, 0.9]))
def test_plateau_divides_at_each_standstill(monitor, tol, patience, rate):
    block = Plateau(rate=rate, patience=patience, tol=tol)
    f = block.factor(progress(np.arange(3), monitor=np.array(monitor, dtype=float)))
    times, _ = naive.standstills(monitor, tol, patience)
    np.testing.assert_allclose(f, [rate**times] * 3, rtol=1e-12)


@few
@given(MONITORS)
def test_plateau_never_takes_back_a_division(monitor):
    block = Plateau(patience=2)
    f = [
        float(block.factor(progress(0, monitor=np.array(monitor[:n], dtype=float))))
        for n in range(len(monitor) + 1)
    ]
    assert f[0] == 1.0
    assert all(later <= earlier for earlier, later in pairwise(f))


def test_plateau_left_to_itself_waits_ten_epochs_and_divides_by_five():
    falling = [1.0 - 2e-4 * epoch for epoch in range(30)]  # by more than 1e-4 an epoch
    crawling = [1.0 - 0.9e-4 * epoch for epoch in range(11)]
    f = [
        float(Plateau().factor(progress(0, monitor=np.array(m))))
        for m in (falling, crawling[:10], crawling)
    ]
    assert f == pytest.approx([1.0, 1.0, 0.2])


def test_plateau_by_hand():
    """The rate is halved twice, after two epochs of no improvement each.

    Best is 2.0 at epoch 2, and two epochs of nothing follow: halved. NaN and 1.99995,
    which is within tol, are two more: halved again.
    """
    block = Plateau(rate=0.5, patience=2, tol=1e-3)
    f = [
        float(
            block.factor(
                progress(
                    0,
                    monitor=np.array(
                        [3.0, 2.0, 2.0, 2.1, np.nan, 1.99995, 1.0, 1.0][:n]
                    ),
                )
            )
        )
        for n in range(9)
    ]
    assert f == [1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25]
