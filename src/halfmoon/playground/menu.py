"""What there is to choose from, read from the registries and from Setup itself."""

import dataclasses
from typing import Any

from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.describing import describe_registry, describe_setting
from halfmoon.components.initializers import INITIALIZERS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.schedules import SCHEDULES
from halfmoon.datasets import DATASETS
from halfmoon.playground.changes import STARTS_OVER
from halfmoon.playground.setup import Setup
from halfmoon.training.player import FULL, SPEEDS

TASKS = ("classification", "regression")


def menu() -> dict[str, Any]:
    """Everything that can be chosen, by kind, and every setting with its rule."""
    return {
        "settings": [
            describe_setting(field) | {"starts_over": field.name in STARTS_OVER}
            for field in dataclasses.fields(Setup)
        ],
        "data sets": [
            each | {"task": DATASETS[each["name"]].task}
            for each in describe_registry(DATASETS)
        ],
        "activations": describe_registry(ACTIVATIONS),
        "losses": _losses(),
        "initializers": describe_registry(INITIALIZERS),
        "optimizers": describe_registry(OPTIMIZERS),
        "schedules": describe_registry(SCHEDULES),
        "speeds": [*SPEEDS, FULL],
    }


def _losses() -> list[dict[str, Any]]:
    """Losses with the task that they are for; None where they are for both."""
    found = []
    for each in describe_registry(LOSSES):
        tasks = [task for task in TASKS if LOSSES.make(each["name"]).suits(task)]
        if tasks:
            found.append(each | {"task": tasks[0] if len(tasks) == 1 else None})
    return found
