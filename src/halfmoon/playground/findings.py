"""Findings about the fit as it is, with remedies as settings that a button can set."""

from copy import copy
from typing import Any

import numpy as np

from halfmoon.components.setting_texts import in_words
from halfmoon.engines.cores import one_core
from halfmoon.inspection.diagnosis import Finding, diagnose
from halfmoon.playground.building import measure, train_options
from halfmoon.playground.session import Moment
from halfmoon.playground.setup import MOST_UNITS
from halfmoon.training.history import History
from halfmoon.training.settings import Settings

# with the same settings, before anything is said
EPOCHS = 10
UPDATES = 200
# of drawn rows there can be as many as one likes
FOR_TABLES = "validation set too small"
# of accuracy or R2; who has reached it need not hear that steps could be better ones
SOLVED = 0.95


def advise(moment: Moment) -> list[dict[str, Any]]:
    """What is wrong with the fit, each with its remedy.

    `change` holds the remedy as settings of the playground, where it is certain; else
    the remedy is words. What can be set by a button comes first.
    """
    if moment.stopped == "diverged":
        return [_diverged(moment)]
    data = moment.data
    network = moment.network_now()
    history, updates = _since_the_last_change(moment)
    is_early = len(history) < EPOCHS or updates < UPDATES
    if is_early or not np.isfinite(network.theta).all():
        return []
    y = data.truth(network.loss)
    test = data.is_test
    with one_core():
        diagnosis = diagnose(
            network,
            history,
            data.X[~test],
            y[~test],
            validation=(data.X[test], y[test]) if test.any() else None,
            settings=Settings(**train_options(moment.setup)),
            names=list(data.inputs),
            words=lambda name, value: f"{name.replace('_', ' ')} {in_words(value)}",
        )
    told = [
        _describe(moment, finding)
        for finding in diagnosis.findings
        if not _goes_without_saying(moment, finding)
    ]
    return sorted(told, key=lambda each: not each["change"])


def _goes_without_saying(moment: Moment, finding: Finding) -> bool:
    """Whether it is of no use: of drawn rows, of what has not ended, or is solved."""
    if finding.name == FOR_TABLES:
        return moment.data.kind != "table"
    if finding.name == "learning rate too high":
        measures = measure(moment.network, moment.data, moment.theta)
        return moment.at.stage.conditions.judged(measures)[1] >= SOLVED
    return "epochs" in finding.change and moment.stopped != "epochs"


def _since_the_last_change(moment: Moment) -> tuple[History, int]:
    """Epochs, and the updates, done with the present settings on the present rows."""
    stages = moment.at.stages
    stage = [stage for stage in stages if stage.begin <= moment.update][-1]
    history = copy(moment.at.run.history)
    history.keep_last(moment.at.run.epoch - stage.epoch)
    return history, moment.update - stage.begin


def _diverged(moment: Moment) -> dict[str, Any]:
    rate = float(f"{moment.setup.learning_rate / 10:.2g}")
    return {
        "name": "diverged",
        "plain": "The steps were so large that the numbers grew beyond all limits.",
        "message": f"The loss is no longer finite after update {moment.update}.",
        "rule": "Parameters and loss stay finite.",
        "remedy": "Lower the learning rate and begin again.",
        "change": {"learning_rate": rate},
        "label": f"Begin again with learning rate {rate:g}",
        "reset": True,
    }


def _describe(moment: Moment, finding: Finding) -> dict[str, Any]:
    change = _as_setup(moment, finding.change)
    words = [
        f"{name.replace('_', ' ')} {in_words(value)}"
        for name, value in change.items()
        if value != getattr(moment.setup, name)
    ]
    return {
        "name": finding.name,
        "plain": finding.plain,
        "message": finding.message,
        "rule": finding.rule,
        "remedy": "" if change else finding.remedy,
        "change": change,
        "label": f"Set {' and '.join(words)}" if change else "",
        "reset": False,
    }


def _as_setup(moment: Moment, change: dict[str, Any]) -> dict[str, Any]:
    """A remedy's settings of training and network as those of the playground."""
    setup = moment.setup
    if "activation" in change:
        return {"activations": (change["activation"],) * len(setup.hidden)}
    if "sizes" in change:
        hidden = tuple(min(MOST_UNITS, 4 * units) for units in setup.hidden) or (8,)
        bent = setup.activations or ("tanh",)
        bent = tuple("tanh" if each == "identity" else each for each in bent)
        return {"hidden": hidden, "activations": bent}
    most = {"learning_rate": 100.0, "l2": 10.0}
    return {name: min(value, most.get(name, value)) for name, value in change.items()}
