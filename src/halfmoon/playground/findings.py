"""Findings about the fit as it is, with remedies as settings that a button can set."""

from copy import copy
from typing import Any

import numpy as np

from halfmoon.inspection.diagnosis import Finding, diagnose
from halfmoon.playground.building import train_options, truth
from halfmoon.playground.session import Moment
from halfmoon.playground.setup import MOST_UNITS, in_words
from halfmoon.training.history import History
from halfmoon.training.settings import Settings

# with the same settings, before anything is said
EPOCHS = 10
UPDATES = 200
# of drawn rows there can be as many as one likes
FOR_TABLES = "validation set too small"
# the estimators' words in remedies, and the page's
WORDS = {
    "learning_rate_init=": "learning rate ",
    "learning_rate_init": "learning rate",
    "validation_fraction=": "test share ",
    "hidden_layer_sizes": "hidden units",
    "initializer='auto'": "the automatic initializer",
    "activation=": "activation ",
    ", with early_stopping=True": "",
    ", with early_stopping=False": "",
}


def advise(moment: Moment) -> list[dict[str, Any]]:
    """What is wrong with the fit, each with its remedy.

    `change` holds the remedy as settings of the playground, where it is certain; else
    the remedy is words.
    """
    if moment.stopped == "diverged":
        return [_diverged(moment)]
    data = moment.data
    network = moment.network_now()
    history, updates = _since_the_last_change(moment)
    is_early = len(history) < EPOCHS or updates < UPDATES
    if is_early or not np.isfinite(network.theta).all():
        return []
    y = truth(network.loss, data)
    test = data.is_test
    diagnosis = diagnose(
        network,
        history,
        data.X[~test],
        y[~test],
        validation=(data.X[test], y[test]) if test.any() else None,
        settings=Settings(**train_options(moment.setup)),
        names=list(data.inputs),
    )
    return [
        _describe(moment, finding)
        for finding in diagnosis.findings
        if not _goes_without_saying(moment, finding)
    ]


def _goes_without_saying(moment: Moment, finding: Finding) -> bool:
    """Whether it is about drawn rows being few, or about training not being over."""
    if finding.name == FOR_TABLES:
        return moment.data.kind != "table"
    return "max_iter" in finding.change and moment.stopped != "epochs"


def _since_the_last_change(moment: Moment) -> tuple[History, int]:
    """Epochs, and the updates, done with the present settings on the present rows."""
    stages = moment.recording.stages
    stage = [stage for stage in stages if stage.begin <= moment.update][-1]
    history = copy(moment.run.history)
    history.keep_last(moment.epoch - (stage.before.epoch if stage.before else 0))
    return history, moment.update - stage.begin


def _diverged(moment: Moment) -> dict[str, Any]:
    rate = float(f"{moment.setup.learning_rate / 10:.2g}")
    return {
        "name": "diverged",
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
        "message": finding.message,
        "rule": finding.rule,
        "remedy": "" if change else _in_words_of_the_page(finding.remedy),
        "change": change,
        "label": f"Set {' and '.join(words)}" if change else "",
        "reset": False,
    }


def _as_setup(moment: Moment, change: dict[str, Any]) -> dict[str, Any]:
    """A remedy in the estimators' words as settings of the playground."""
    setup = moment.setup
    if "learning_rate_init" in change:
        return {"learning_rate": min(100.0, change["learning_rate_init"])}
    if "alpha" in change:
        rows = int((~moment.data.is_test).sum())
        return {"l2": min(10.0, float(f"{change['alpha'] / rows:.2g}"))}
    if "max_iter" in change:
        return {"epochs": change["max_iter"]}
    if "activation" in change:
        return {"activations": (change["activation"],) * len(setup.hidden)}
    if "hidden_layer_sizes" in change:
        hidden = tuple(min(MOST_UNITS, 4 * units) for units in setup.hidden) or (8,)
        bent = setup.activations or ("tanh",)
        bent = tuple("tanh" if each == "identity" else each for each in bent)
        return {"hidden": hidden, "activations": bent}
    return {}


def _in_words_of_the_page(remedy: str) -> str:
    for word, other in WORDS.items():
        remedy = remedy.replace(word, other)
    return remedy
