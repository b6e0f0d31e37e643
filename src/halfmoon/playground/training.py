"""What page and scripts ask of a session itself: its state, and to train."""

from collections.abc import Callable
from typing import Any

from halfmoon.components.rules import check_name
from halfmoon.components.setting_texts import say_changes
from halfmoon.playground.building import layer_sizes
from halfmoon.playground.changes import OF_VIEW
from halfmoon.playground.menu import menu
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from halfmoon.playground.table_data import TOLD
from halfmoon.serving.operations import Answer, operation
from halfmoon.training.recording import Recording

# why it stopped, in words; names in braces are settings
MESSAGES = {
    "epochs": "All {epochs:,} epochs are done; set more under Training.",
    "diverged": (
        "The loss is no longer finite: lower the learning rate (it is "
        "{learning_rate:g}), or go back some updates first."
    ),
    "loss": "The test loss has come down to {stop_loss:g}.",
    "score": "The test score has come up to {stop_score:g}.",
    "patience": "The test loss has not improved for {patience:,} epochs.",
}
DO: dict[str, Callable[[Session], None]] = {
    "play": Session.play,
    "pause": Session.pause,
    "update": lambda session: session.advance(1),
    "epoch": Session.advance_epoch,
    "end": Session.play_to_end,
    "phase": Session.advance_phase,
}


@operation("state")
def state(session: Session) -> Answer:
    """Every control's value, what they have made, and the runs that there are."""
    with session.lock:
        moment = session.moment()
        task = moment.data.task
        return {
            "version": moment.version,
            "setup": vars(moment.setup),
            "task": task,
            "score_name": "accuracy" if task == "classification" else "R2",
            "data": describe_data(session),
            "network": {
                "sizes": layer_sizes(moment.setup, moment.data),
                "activations": moment.setup.activations,
                "parameters": moment.network.size,
            },
            "update": moment.update,
            "epoch": moment.at.run.epoch,
            "end": moment.at.end,
            "last": moment.at.last_update,
            "playing": moment.playing,
            "speed": session.speed,
            "stopped": moment.stopped,
            "message": message(moment.stopped, moment.setup),
            "runs": [
                describe_run(session, each, recording)
                for each, recording in session.runs.items()
            ],
        }


def message(stopped: str, setup: Setup) -> str:
    """Why it stopped, as a sentence; nothing where it did not."""
    return MESSAGES[stopped].format(**vars(setup)) if stopped else ""


def describe_data(session: Session) -> dict[str, Any]:
    """The rows in words and numbers, without the rows."""
    data = session.data
    test = int(data.is_test.sum())
    name = session.source.name if data.kind == "table" else ""
    return {
        "kind": data.kind,
        "name": name or session.setup.data,
        "rows": data.n,
        "train": data.n - test,
        "test": test,
        "target": data.target,
        "classes": data.classes,
        "inputs": data.inputs,
        "axes": data.axes,
        "axis_choices": data.axis_choices,
        "columns": [{"name": each, "kind": kind} for each, kind in data.kinds.items()],
        "notes": data.notes,
        "version": session.data_version,
        "features": data.features,
        "told": [] if session.source is None else list(TOLD),
        "given": None if session.source is None else session.source.kind,
    }


def describe_run(session: Session, run: str, recording: Recording) -> dict[str, Any]:
    """A run's name, what it has that the one before it had not, and how good it is."""
    conditions = recording.stages[-1].conditions
    setup = conditions.setup
    view = {name: getattr(setup, name) for name in OF_VIEW}
    before = session.origins[run].setup.change(**view)
    measures = recording.points[-1].measures
    return {
        "id": run,
        "name": f"run {int(run) - session.first_run + 1}",
        "changed": say_changes(before, setup),
        "setup": vars(setup),
        "update": recording.last_update,
        "train_loss": measures.train_loss,
        "test_loss": measures.test_loss,
        "score": conditions.judged(measures)[1],
        "current": run == session.id,
        "kept": run in session.kept,
    }


@operation("menu")
def show_menu(session: Session) -> Answer:
    """Everything that can be chosen, and every setting with its rule."""
    return menu()


@operation("change")
def change(session: Session, **settings: Any) -> Answer:
    """Set controls by name; says whether the weights began anew."""
    return {"started_over": session.change(**settings), "version": session.version}


@operation("train")
def train(session: Session, do: str, speed: str | None = None) -> None:
    """Play, pause, or go on by an update, an epoch, a phase, or to the end."""
    check_name("action", do, DO)
    if speed is not None:
        session.set_speed(speed)
    DO[do](session)


# what a session does itself, under the names of its methods
operation("seek")(Session.seek)
operation("reset")(Session.reset)
operation("new_weights")(Session.new_weights)
operation("parameter")(Session.set_parameter)
operation("keep")(Session.keep)
operation("restore")(Session.restore)
operation("forget")(Session.forget)
