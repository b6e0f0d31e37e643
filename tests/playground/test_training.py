"""Training by operations: what page and scripts ask for, and the state they see."""

import json

import pytest

from halfmoon.playground import training
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from halfmoon.serving.operations import operate
from halfmoon.serving.packing import jsonable


@pytest.fixture
def ask():
    with Session(Setup(rows=30, epochs=40)) as session:

        def ask(name, **message):
            answer = operate(session, name, message)
            assert json.loads(json.dumps(answer, allow_nan=False)) == answer
            return answer

        ask.session = session
        yield ask


def test_the_state_says_what_there_is(ask):
    state = ask("state")
    assert state["setup"] == jsonable(vars(Setup(rows=30, epochs=40)))
    assert (state["task"], state["score_name"]) == ("classification", "accuracy")
    assert state["network"] == {
        "sizes": [2, 3, 2],
        "activations": ["tanh"],
        "parameters": 17,
    }
    data = state["data"]
    assert (data["rows"], data["train"], data["test"]) == (30, 24, 6)
    assert (data["classes"], data["inputs"]) == (["0", "1"], ["x1", "x2"])
    ask("change", data="wave")
    assert ask("state")["score_name"] == "R2"


def test_training_by_update_epoch_and_phase(ask):
    ask("change", batch_size=10)
    ask("train", do="update")
    assert ask("state")["update"] == 1
    ask("train", do="epoch")
    state = ask("state")
    assert (state["update"], state["epoch"]) == (3, 1)
    ask("train", do="phase")
    assert ask.session.moment().phase == "forward"
    ask("train", do="pause")
    assert ask.session.moment().phase is None
    ask("seek", update=2)
    state = ask("state")
    assert (state["update"], state["last"]) == (2, 3)


def test_playing_has_a_speed(ask):
    ask("train", do="play", speed="slow")
    state = ask("state")
    assert state["playing"]
    assert state["speed"] == "slow"
    ask("train", do="pause")
    assert not ask("state")["playing"]
    with pytest.raises(ValueError, match="no speed 'quick'"):
        ask("train", do="play", speed="quick")
    with pytest.raises(ValueError, match="no action 'stop'"):
        ask("train", do="stop")


def test_why_it_stopped_is_a_sentence(ask):
    ask.session.advance(100)
    state = ask("state")
    assert state["stopped"] == "epochs"
    assert state["message"] == "All 40 epochs are done; set more under Training."
    ask("change", loss="squared_error", learning_rate=100.0, epochs=9000)
    ask.session.advance(9000)
    state = ask("state")
    assert state["stopped"] == "diverged"
    assert "lower the learning rate (it is 100)" in state["message"]


@pytest.mark.parametrize("stopped", training.MESSAGES)
def test_every_message_can_be_said(stopped):
    setup = Setup(stop_loss=0.1, stop_score=0.9, patience=5)
    assert training.message(stopped, setup).endswith(".")


def test_runs_say_what_they_have_that_the_one_before_had_not(ask):
    assert ask("change", hidden=[4])["started_over"]
    ask.session.advance(10)
    ask("seek", update=4)
    assert not ask("change", learning_rate=0.1, batch_size=8)["started_over"]
    first, second = ask("state")["runs"]
    assert first["changed"] == "hidden 3 → 4"
    assert second["changed"] == "learning rate 1 → 0.1; batch size none → 8"
    assert (first["update"], second["update"]) == (10, 4)
    ask("change", patience=50)
    assert ask("state")["runs"][1]["changed"] == second["changed"]  # not learned with
    assert (first["current"], second["current"]) == (False, True)
    assert first["train_loss"] > 0.0
    ask("restore", run=first["id"])
    assert ask("state")["update"] == 10
    ask("forget", run=second["id"])
    assert len(ask("state")["runs"]) == 1


def test_weights_begin_again_or_anew_or_are_set(ask):
    theta = ask.session.moment().theta
    ask.session.advance(3)
    ask("reset")
    assert (ask.session.moment().theta == theta).all()
    ask("new_weights")
    assert (ask.session.moment().theta != theta).any()
    ask("parameter", index=0, value=2)
    assert ask.session.moment().theta[0] == 2.0
    ask("keep")
    assert ask("state")["runs"][0]["kept"]


def test_the_menu_is_answered(ask):
    assert {"settings", "optimizers", "speeds"} <= set(ask("menu"))
