"""The menu is what the registries and Setup hold."""

import dataclasses
import json

from halfmoon.components.activations import ACTIVATIONS
from halfmoon.datasets import DATASETS
from halfmoon.playground.menu import menu
from halfmoon.playground.setup import Setup
from halfmoon.serving.packing import jsonable

MENU = jsonable(menu())


def test_it_lists_every_component_and_every_setting():
    assert [each["name"] for each in MENU["activations"]] == list(ACTIVATIONS)
    assert [each["name"] for each in MENU["data sets"]] == list(DATASETS)
    names = [field.name for field in dataclasses.fields(Setup)]
    assert [each["name"] for each in MENU["settings"]] == names
    assert json.loads(json.dumps(MENU, allow_nan=False)) == MENU


def test_a_component_says_what_it_is_and_what_it_can_be_set_to():
    adam = next(each for each in MENU["optimizers"] if each["name"] == "adam")
    assert adam["help"].endswith(".")
    beta = next(each for each in adam["settings"] if each["name"] == "beta1")
    assert (beta["default"], beta["low"], beta["high"]) == (0.9, 0, 1)


def test_losses_are_for_the_task_that_they_can_do():
    tasks = {each["name"]: each["task"] for each in MENU["losses"]}
    assert tasks["softmax_cross_entropy"] == "classification"
    assert tasks["squared_error"] is None  # for both
    assert "quantiles" not in tasks


def test_what_begins_anew_says_so():
    anew = {each["name"] for each in MENU["settings"] if each["starts_over"]}
    assert {"hidden", "seed", "data"} <= anew
    assert not {"learning_rate", "activations", "noise"} & anew
