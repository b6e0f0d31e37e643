"""A recording gives the same bits wherever one goes in it, and those of `train`."""

from dataclasses import replace

import numpy as np
import pytest

from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.schedules import SCHEDULES
from halfmoon.playground.building import Conditions
from halfmoon.playground.make_data import make_data
from halfmoon.playground.setup import Setup
from halfmoon.training import recording as module
from halfmoon.training.recording import Recording
from halfmoon.training.train import train

SMALL = {"rows": 24, "learning_rate": 0.05, "epochs": 40}


def conditions(**settings):
    setup = Setup(**{**SMALL, **settings})
    return Conditions(setup, make_data(setup))


def record(updates=0, **settings):
    recording = Recording(conditions(**settings))
    recording.advance(updates)
    return recording


def repeat(recording):
    """What `train` makes of the recording's stages."""
    run = None
    stages = recording.stages
    ends = [*(stage.begin for stage in stages[1:]), recording.last_update]
    for stage, end in zip(stages, ends, strict=True):
        network, X, y, settings = stage.conditions.make()
        theta = network.theta if run is None else run.theta.copy()
        for index, value in stage.weights.items():
            theta[index] = value
        if run is None:
            network.theta = theta
        else:
            run.theta = theta
            if stage.released:
                run.release(anew=False)
        settings = replace(settings, updates=end)
        run = train(network, X, y, run=run, settings=settings)
    return run


def changed(recording, **settings):
    old = recording.stage.conditions
    setup = old.setup.change(**settings)
    return Conditions(setup, make_data(setup) if "noise" in settings else old.data)


def change(recording, **settings):
    recording.change(changed(recording, **settings))


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_it_is_what_train_does_and_can_be_gone_back_in(
    optimizer, batch_size, monkeypatch
):
    monkeypatch.setattr(module, "MOST_KEPT", 16)
    recording = record(optimizer=optimizer, batch_size=batch_size, dropout=0.2)
    thetas = []
    for update in range(38):
        recording.advance(update)
        thetas.append(recording.run.theta)
    np.testing.assert_array_equal(thetas[-1], repeat(recording).theta)
    lasts = []
    for update in (36, 3, 17, 18, 0, 37):
        recording.seek(update)
        np.testing.assert_array_equal(recording.run.theta, thetas[update])
        lasts.append(recording.last)
    assert np.isnan(lasts[4].loss)
    assert lasts[5].learning_rate == 0.05


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_go_by_the_epochs_wherever_one_stands(schedule):
    recording = record(60, schedule=schedule, batch_size=7)
    end = recording.run.theta
    np.testing.assert_array_equal(end, repeat(recording).theta)
    recording.seek(23)
    recording.advance(60)
    np.testing.assert_array_equal(recording.run.theta, end)


@pytest.mark.parametrize("seconds", [1e-9, 10.0])
def test_a_schedule_that_looks_back_sees_each_epoch_in_time(seconds, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_SECONDS", seconds)
    schedule = "plateau:patience=1"
    recording = record(300, schedule=schedule, batch_size=7, epochs=200)
    end = recording.run.theta
    np.testing.assert_array_equal(end, repeat(recording).theta)
    recording.seek(0)
    recording.advance(300)
    np.testing.assert_array_equal(recording.run.theta, end)


STAGES = {
    "rate": {"learning_rate": 0.2},
    "schedule": {"schedule": "cosine"},
    "optimizer": {"optimizer": "adam"},
    "batches": {"batch_size": 5},
    "penalties": {"l2": 0.1, "l1": 0.01},
    "dropout": {"dropout": 0.3},
    "activation": {"activations": ["relu"]},
    "loss": {"loss": "squared_error"},
    "noise": {"noise": 0.4},
    "clip": {"clip": 0.01},
}


@pytest.mark.parametrize("changes", STAGES.values(), ids=STAGES)
def test_a_change_on_the_way_is_train_in_two_pieces(changes):
    recording = record(10, batch_size=7)
    theta = recording.run.theta
    change(recording, **changes)
    np.testing.assert_array_equal(recording.run.theta, theta)
    recording.advance(25)
    end = recording.run.theta
    np.testing.assert_array_equal(end, repeat(recording).theta)
    recording.seek(5)
    assert recording.stage is recording.stages[0]
    recording.advance(25)
    assert recording.stage is recording.stages[1]
    np.testing.assert_array_equal(recording.run.theta, end)


def test_weights_are_set_by_hand_at_any_update():
    recording = record()
    recording.change(recording.stage.conditions, weights={0: 1.5})
    recording.change(recording.stage.conditions, weights={2: -1.0})
    assert recording.run.theta[[0, 2]].tolist() == [1.5, -1.0]
    assert len(recording.stages) == 1
    recording.advance(6)
    recording.change(recording.stage.conditions, weights={1: 0.25})
    assert recording.run.theta[1] == 0.25
    recording.advance(12)
    np.testing.assert_array_equal(recording.run.theta, repeat(recording).theta)


def test_both_futures_stay_after_a_branch():
    recording = record(30, batch_size=7)
    points = list(recording.points)
    end = recording.run.theta
    recording.seek(11)
    branch = recording.branch()
    change(branch, learning_rate=0.5)
    branch.advance(30)
    assert not np.array_equal(branch.run.theta, end)
    np.testing.assert_array_equal(branch.run.theta, repeat(branch).theta)
    assert [each.update for each in branch.points if each.update <= 11] == [
        *(each.update for each in points if each.update < 11),
        11,
    ]
    recording.seek(30)
    np.testing.assert_array_equal(recording.run.theta, end)
    assert recording.points == points
    np.testing.assert_array_equal(branch.band.low[:11], recording.band.low[:11])


def test_a_branch_without_a_change_repeats_what_was_measured():
    recording = record(30, batch_size=7)
    recording.seek(11)
    branch = recording.branch()
    branch.advance(30)
    for one, other in zip(recording.points, branch.points, strict=True):
        assert one.update == other.update
        np.testing.assert_equal(one.measures, other.measures)
        np.testing.assert_equal(one.last, other.last)
    np.testing.assert_array_equal(recording.band.low, branch.band.low)


def test_what_stands_still_does_so_while_the_recording_goes_on():
    recording = record(5, batch_size=7)
    still = recording.still()
    theta = still.run.theta.copy()
    points = list(still.points)
    change(recording, learning_rate=0.5)
    recording.advance(30)
    recording.seek(2)
    assert (still.update, still.last_update, len(still.stages)) == (5, 5, 1)
    np.testing.assert_array_equal(still.run.theta, theta)
    assert still.points == points
    assert still.band.low.size == 5


def test_what_does_not_fit_changes_nothing():
    recording = record(5)
    stage = recording.stage
    with pytest.raises(ValueError, match="no optimizer"):
        change(recording, optimizer="adm")
    assert recording.stage is stage
    recording.advance(8)
    assert recording.update == 8


def test_all_epochs_end_it_and_more_epochs_let_it_go_on():
    recording = record(1000, batch_size=7)
    assert recording.end == recording.update == 40 * 3
    assert recording.stopped == "epochs"
    recording.seek(10)
    assert recording.stopped == ""
    recording.advance(1000)
    assert recording.stopped == "epochs"
    change(recording, epochs=41)
    recording.advance(1000)
    assert recording.update == 41 * 3


@pytest.mark.parametrize(
    ("condition", "reason"),
    [({"stop_loss": 0.45}, "loss"), ({"stop_score": 0.85}, "score")],
)
def test_a_condition_stops_it_after_the_first_epoch_that_meets_it(condition, reason):
    settings = {"rows": 40, "learning_rate": 0.5, "epochs": 500, "batch_size": 10}
    recording = record(10**4, **settings, **condition)
    assert recording.stopped == reason
    free = record(**settings)
    met = []
    for update in range(4, recording.update + 1, 4):
        free.advance(update)
        free.measure()
        measures = free.points[-1].measures
        is_met = {
            "loss": measures.test_loss <= 0.45,
            "score": measures.test_score >= 0.85,
        }
        met.append(is_met[reason])
    assert met == [False] * (len(met) - 1) + [True]


def test_patience_stops_it_once_the_test_loss_has_not_improved_for_so_long():
    recording = record(10**5, learning_rate=1.0, epochs=9000, noise=0.5, patience=30)
    assert recording.stopped == "patience"
    best = min(recording.points, key=lambda each: each.measures.test_loss)
    assert recording.update - 30 <= best.update + 30


def test_what_diverges_stays_at_the_last_finite_weights():
    recording = record(10**4, learning_rate=100.0, loss="squared_error", epochs=5000)
    assert recording.stopped == "diverged"
    end = recording.run.theta
    assert np.isfinite(end).all()
    with pytest.warns(RuntimeWarning, match="diverged"):
        np.testing.assert_array_equal(end, repeat(recording).theta)
    last = recording.update
    recording.seek(last - 1)
    recording.advance(10**4)
    assert (recording.update, recording.stopped) == (last, "diverged")
    np.testing.assert_array_equal(recording.run.theta, end)
    change(recording, learning_rate=0.01)
    recording.advance(last + 3)
    assert recording.update == last + 3


def test_it_keeps_few_runs_however_many_updates_there_are(monkeypatch):
    monkeypatch.setattr(module, "MOST_KEPT", 20)
    monkeypatch.setattr(module, "rows_at_a_time", lambda network: 10)
    recording = record(700, epochs=1000)
    assert list(recording.kept) == list(range(64, 701, 64))


def test_what_is_kept_and_measured_does_not_depend_on_the_clock(monkeypatch):
    monkeypatch.setattr(module, "rows_at_a_time", lambda network: 10_000)
    seen = []
    for seconds in (1e-9, 10.0):
        monkeypatch.setattr(module, "CHUNK_SECONDS", seconds)
        recording = record(1500, epochs=1000, batch_size=7)
        seen.append((list(recording.kept), [each.update for each in recording.points]))
        assert len(recording.kept) > 1
    assert seen[0] == seen[1]


def test_data_that_change_too_often_are_forgotten_from_the_first_on(monkeypatch):
    monkeypatch.setattr(module, "MOST_NUMBERS", 2 * 24 * 4)
    recording = record()
    thetas = {}
    for step in range(10):
        recording.advance(3 * step)
        change(recording, noise=0.02 * step)
        thetas[recording.update] = recording.run.theta
    assert len(recording.stages) == 4
    assert recording.first_update == 18
    recording.seek(0)
    assert recording.update == 18
    for update in (24, 18, 21, 27):
        recording.seek(update)
        np.testing.assert_array_equal(recording.run.theta, thetas[update])


def record_with_many_changes(count=50):
    """A recording of as many stages, and the parameters after each update."""
    recording = record(batch_size=7, optimizer="adam")
    thetas = [recording.run.theta]
    for step in range(count):
        for _ in range(1 + step % 3):
            recording.advance(recording.update + 1)
            thetas.append(recording.run.theta)
        change(recording, learning_rate=0.001 * (2 + step % 5))
    return recording, thetas


def test_however_often_it_changes_few_runs_are_held_and_all_can_be_gone_back_to(
    monkeypatch,
):
    monkeypatch.setattr(module, "MOST_KEPT", 16)
    monkeypatch.setattr(module, "rows_at_a_time", lambda network: 4 * 7 * 20)
    recording, thetas = record_with_many_changes()
    assert len(recording.stages) == 51
    assert sum(stage.before is not None for stage in recording.stages) < 20
    np.testing.assert_array_equal(thetas[-1], repeat(recording).theta)
    rng = np.random.default_rng(0)
    for update in [*rng.integers(len(thetas), size=30).tolist(), len(thetas) - 1]:
        recording.seek(update)
        np.testing.assert_array_equal(recording.run.theta, thetas[update])


def test_a_stage_can_be_changed_whose_beginning_is_not_held(monkeypatch):
    monkeypatch.setattr(module, "MOST_KEPT", 16)
    recording, _ = record_with_many_changes()
    stage = next(stage for stage in recording.stages[1:] if stage.before is None)
    recording.seek(stage.begin)
    branch = recording.branch()
    change(branch, learning_rate=0.5)
    branch.advance(stage.begin + 5)
    assert len(branch.stages) == recording.stages.index(stage) + 1
    np.testing.assert_array_equal(branch.run.theta, repeat(branch).theta)


def test_of_too_many_stages_the_first_are_forgotten(monkeypatch):
    monkeypatch.setattr(module, "MOST_KEPT", 16)
    monkeypatch.setattr(module, "MOST_STAGES", 30)
    recording, thetas = record_with_many_changes(80)
    assert len(recording.stages) == 30
    assert recording.first_update == recording.stages[0].begin > 0
    for update in range(recording.first_update, len(thetas), 11):
        recording.seek(update)
        np.testing.assert_array_equal(recording.run.theta, thetas[update])


def test_nothing_is_measured_before_somebody_looks(monkeypatch):
    asked = []
    measure = Conditions.measure

    def count(self, network, theta):
        asked.append(theta)
        return measure(self, network, theta)

    monkeypatch.setattr(Conditions, "measure", count)
    recording = record(20)
    assert asked == []
    first = [point.measures for point in recording.points]
    assert len(asked) == len(first) == 21
    assert [point.measures for point in recording.points] == first
    assert len(asked) == 21


def test_parameters_of_many_points_are_forgotten_once_they_are_measured(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 9 * 17 * 8)
    recording = record(20)
    held = [point.theta is not None for point in recording.points]
    assert 0 < sum(held) <= 10
    assert held == sorted(held)
    recording.measure()
    others = record(20).points
    for one, other in zip(recording.points, others, strict=True):
        np.testing.assert_equal(one.measures, other.measures)


def test_a_run_that_is_left_holds_little_and_can_be_gone_back_in(monkeypatch):
    monkeypatch.setattr(module, "rows_at_a_time", lambda network: 4 * 7)
    monkeypatch.setattr(module, "LEFT_BYTES", 17 * 8)
    recording, thetas = record_with_many_changes()
    recording.advance(recording.update + 40)
    assert len(recording.kept) > 30
    end = recording.run.theta
    recording.seek(3)
    recording.leave()
    np.testing.assert_array_equal(recording.run.theta, end)
    assert len(recording.kept) <= 16
    assert sum(stage.before is not None for stage in recording.stages) <= 17
    assert all(point.theta is None for point in recording.points)
    for update in range(len(thetas) - 1, 0, -9):
        recording.seek(update)
        np.testing.assert_array_equal(recording.run.theta, thetas[update])


def test_where_it_diverged_it_is_kept_however_little_is_held(monkeypatch):
    monkeypatch.setattr(module, "rows_at_a_time", lambda network: 0)
    monkeypatch.setattr(module, "LEFT_BYTES", 0)
    recording = record(10**4, learning_rate=100.0, loss="squared_error", epochs=5000)
    assert recording.stopped == "diverged"
    end = recording.run.theta
    for _ in range(2):
        recording.leave()
        recording.seek(recording.last_update - 1)
        recording.advance(10**4)
        np.testing.assert_array_equal(recording.run.theta, end)


def test_the_runs_own_history_is_bounded_and_no_update_depends_on_it(monkeypatch):
    monkeypatch.setattr(module, "MOST_EPOCHS", 5)
    recording = record(38, schedule="cosine")
    assert len(recording.run.history) == 5
    assert recording.run.epoch == 38
    np.testing.assert_array_equal(recording.run.theta, repeat(recording).theta)
    looking_back = record(38, schedule="plateau:patience=2", learning_rate=2.0)
    assert len(looking_back.run.history) == 38
    expected = repeat(looking_back).theta
    np.testing.assert_array_equal(looking_back.run.theta, expected)
