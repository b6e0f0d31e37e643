"""A recording that is played: in a thread, by updates and phases, at a pace."""

import threading
import time

import numpy as np
import pytest

from halfmoon.playground.building import Conditions
from halfmoon.playground.make_data import make_data
from halfmoon.playground.setup import Setup
from halfmoon.training.player import FULL, SPEEDS, Player
from halfmoon.training.recording import Recording
from waiting import until


def make_player(**settings):
    setup = Setup(**{"rows": 30, **settings})
    return Player(Recording(Conditions(setup, make_data(setup))))


@pytest.fixture
def player():
    with make_player() as player:
        yield player


def test_it_trains_while_it_plays(player):
    player.play("full")
    until(lambda: player.recording.update > 10)
    player.pause()
    update = player.recording.update
    assert not player.playing
    time.sleep(0.02)
    assert player.recording.update == update
    with make_player() as other:
        other.advance(update)
        theta = other.recording.run.theta
    np.testing.assert_array_equal(player.recording.run.theta, theta)


def test_it_stops_by_itself_when_all_epochs_are_done():
    shown = []
    with make_player(epochs=200) as player:
        player.show = shown.append
        player.play_to_end()
        until(lambda: not player.playing)
        assert player.recording.stopped == "epochs"
        assert player.recording.update == 200
        assert player.speed == "normal"
        assert shown[-1] is True
        player.play()
        until(lambda: not player.playing)


@pytest.mark.parametrize("speed", [*SPEEDS, FULL])
def test_each_speed_gets_on(player, speed):
    player.play(speed)
    until(lambda: player.recording.update >= 3)
    assert player.speed == speed


def test_the_pace_grows_with_the_updates_that_are_done(player):
    """At "normal": 24 updates a second, and a quarter more for each one done."""
    assert player._due(0.1) == 2
    player.recording.advance(1000)
    player._owed = 0.0
    assert player._due(0.1) == 27
    # what could not be done in time is not made up for
    assert player._due(0.1) == 28
    player.set_speed("full")
    assert player._due(0.1) > 10**6


def test_no_such_speed_is_told(player):
    with pytest.raises(ValueError, match="no speed 'quick'; there are: slow, normal"):
        player.play("quick")
    assert not player.playing


def test_one_update_in_four_phases(player):
    phases = []
    updates = []
    for _ in range(5):
        player.advance_phase()
        phases.append(player.phase)
        updates.append(player.recording.update)
    assert phases == ["forward", "loss", "backward", "step", "forward"]
    assert updates == [0, 0, 0, 1, 1]
    player.seek(0)
    assert player.phase is None


def test_who_goes_back_while_it_plays_is_told_that_it_pauses(player):
    shown = []
    player.play()
    player.show = shown.append
    player.seek(0)
    assert not player.playing
    assert shown == [True]
    player.seek(0)
    assert shown == [True, False]


def test_who_goes_back_from_its_end_is_told_that_it_goes_on():
    with make_player(epochs=5) as player:
        player.advance(5)
        shown = []
        player.show = shown.append
        player.seek(3)
        player.seek(4)
        player.seek(5)
    assert shown[:3] == [True, False, True]


def test_updates_and_epochs():
    with make_player(batch_size=10) as player:
        player.advance(2)
        player.advance_epoch()
        assert player.recording.update == 3
        player.advance_epoch()
        assert player.recording.update == 6
        player.seek(1)
        player.advance_epoch()
        assert player.recording.update == 3
        assert player.recording.last_update == 6


def test_it_goes_on_after_a_condition_has_stopped_it():
    with make_player(stop_loss=5.0) as player:
        for update in (1, 2):
            player.play("full")
            until(lambda: not player.playing)
            assert player.recording.update == update
            assert player.recording.stopped == "loss"


def test_what_diverged_is_not_played():
    with make_player(learning_rate=100.0, loss="squared_error") as player:
        player.advance(10**4)
        assert player.recording.stopped == "diverged"
        player.play()
        assert not player.playing


def test_what_fails_in_its_thread_stops_it_and_it_can_be_played_again(
    player, monkeypatch
):
    failures = []
    monkeypatch.setattr(threading, "excepthook", failures.append)
    recording = player.recording
    advance = recording.advance

    def fail(*_):
        monkeypatch.setattr(recording, "advance", advance)
        raise MemoryError

    monkeypatch.setattr(recording, "advance", fail)
    player.play("full")
    until(lambda: failures)
    assert not player.playing
    player.play("full")
    until(lambda: recording.update > 3)


def test_its_thread_ends_with_it():
    before = threading.active_count()
    with make_player() as player:
        player.play("full")
        until(lambda: player.recording.update > 3)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
