"""A player whose runs branch: which of them stay, and where they stand."""

import numpy as np
import pytest

from halfmoon.playground.building import Conditions
from halfmoon.playground.make_data import make_data
from halfmoon.playground.setup import Setup
from halfmoon.training.branches import BranchPlayer
from halfmoon.training.recording import Recording


def made(**settings):
    setup = Setup(**{"rows": 30, **settings})
    return Conditions(setup, make_data(setup))


@pytest.fixture
def player():
    with BranchPlayer(Recording(made())) as player:
        yield player


def edit(player, **settings):
    """Change settings of the updates to come, on the same rows."""
    setup = player.conditions.setup.change(**settings)
    player.edit(player.conditions._replace(setup=setup))


def test_going_on_from_an_earlier_update_keeps_the_earlier_future(player):
    player.advance(20)
    end = player.recording.run.theta
    player.seek(8)
    edit(player, learning_rate=0.1)
    edit(player, learning_rate=0.2)
    assert list(player.runs) == ["1", "2"]
    assert player.origins["2"].setup.learning_rate == 1.0
    player.advance(4)
    player.restore("1")
    assert player.recording.update == 20
    assert player.conditions.setup.learning_rate == 1.0
    np.testing.assert_array_equal(player.recording.run.theta, end)
    player.forget("2")
    assert list(player.runs) == list(player.origins) == ["1"]
    with pytest.raises(ValueError, match="no run '2'; there are: 1"):
        player.restore("2")


def test_a_run_that_is_left_stands_at_its_end(player):
    player.advance(20)
    player.keep()
    player.seek(8)
    edit(player, learning_rate=0.1)
    first = player.runs["1"]
    assert first.update == 20
    player.advance(5)
    player.seek(2)
    player.restore("1")
    assert player.recording.update == 20
    player.seek(3)
    player.reset()
    assert first.update == 20


def test_going_on_without_a_change_goes_over_the_same_future(player):
    player.advance(20)
    player.seek(8)
    player.advance(30)
    assert list(player.runs) == ["1"]
    assert player.recording.update == 38


def test_what_changes_no_update_is_changed_in_all_stages_alike(player):
    player.begin(made(epochs=9))
    player.advance(4)
    edit(player, learning_rate=0.1)
    player.advance(20)
    assert player.recording.stopped == "epochs"
    run = player.id
    player.restate(lambda old: old._replace(setup=old.setup.change(epochs=12)))
    epochs = [stage.conditions.setup.epochs for stage in player.recording.stages]
    assert (player.id, epochs) == (run, [12, 12])
    assert player.recording.stopped == ""
    assert player.recording.last_update == 9


def test_a_new_recording_takes_the_place_of_one_that_is_not_kept(player):
    player.advance(5)
    player.begin(made(hidden=(5,)))
    assert list(player.runs) == list(player.origins) == ["2"]
    player.keep()
    player.begin(made(hidden=(4,)))
    assert list(player.runs) == ["2", "3"]
    assert player.origins["3"].setup.hidden == (5,)
    player.forget("3")  # the present one cannot go
    player.restore("2")
    assert player.conditions.setup.hidden == (5,)


def test_reset_keeps_the_initial_weights_and_those_set_before_any_update(player):
    player.set_parameter(2, 4.5)
    theta = player.recording.run.theta
    assert theta[2] == 4.5
    player.advance(5)
    player.set_parameter(3, 1.0)
    player.reset()
    np.testing.assert_array_equal(player.recording.run.theta, theta)
    with pytest.raises(ValueError, match="index must be from 0 to 16"):
        player.set_parameter(17, 0.0)


def test_all_weights_are_set_at_once(player):
    theta = np.linspace(-1.0, 1.0, 17)
    player.set_weights(theta)
    np.testing.assert_array_equal(player.recording.run.theta, theta)


def test_of_futures_that_nobody_keeps_only_the_latest_stay(player):
    player.advance(4)
    player.keep()
    for rate in range(1, 9):
        player.seek(1)
        edit(player, learning_rate=float(rate) / 10.0)
        player.advance(3)
    assert list(player.runs) == ["1", "4", "5", "6", "7", "8", "9"]
    assert player.id == "9"


def test_only_so_many_runs_are_kept(player):
    player.kept |= {str(number) for number in range(2, 22)}
    with pytest.raises(ValueError, match="20 runs are kept; forget one"):
        player.keep()
