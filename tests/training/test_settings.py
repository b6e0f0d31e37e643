"""Settings: each is checked, explained, and changes something that can be seen."""

import dataclasses
import time

import numpy as np
import pytest

from fits import (
    NAN,
    X2,
    Y2,
    X,
    Y,
    accuracy,
    fit,
    net,
)
from halfmoon.components.optimizers import Adam, AdamW
from halfmoon.components.rules import COMPONENT, INF
from halfmoon.network import Network
from halfmoon.training.settings import Settings
from halfmoon.training.train import train


def test_every_training_setting_has_help_and_a_default_that_its_rule_allows():
    for field in dataclasses.fields(Settings):
        rule = field.metadata["rule"]
        assert len(field.metadata["help"]) > 10, field.name
        assert rule.allows(field.default), field.name
        assert rule.read(field.default) is field.default, field.name


# Rules of these forms are tried with good and bad values in components/test_rules.py.
def test_training_settings_use_rules_of_known_form():
    tried = {
        "a number in (0, inf)",
        "a number in [0, inf)",
        "an integer in [1, inf)",
        "None, or a number in (0, 1)",
        "None, or a number in (0, inf)",
        "None, or a number in [0, inf)",
        "None, or an integer in [1, inf)",
        "True or False",
        "'loss' or 'score'",
        "'auto', 'compiled' or 'numpy'",
    }
    other = {
        field.name
        for field in dataclasses.fields(Settings)
        if str(field.metadata["rule"]) not in {*tried, str(COMPONENT)}
    }
    assert other == {"seed"}


WRONG = {
    "learning_rate": (0.0, -1.0, INF, NAN, "fast", None),
    "epochs": (0, -3, 2.5, None),
    "updates": (0, 2.5, "all"),
    "batch_size": (0, 1.5, "all"),
    "shuffle": (1, None, "yes"),
    "l2": (-0.1, INF, None),
    "l1": (-0.1, NAN),
    "clip": (0.0, -1.0, "no"),
    "decay": (-0.01, INF),
    "average": (0.0, 1.0, 2),
    "monitor": ("accuracy", None),
    "patience": (0, 2.5),
    "tol": (-1e-9, None),
    "seconds": (0, -1.0),
    "seed": (-1, 0.5, None, "x"),
    "engine": ("numba", None, 1),
    "n_threads": (0, 1.5, "all"),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in WRONG.items() for value in values],
)
def test_wrong_value_is_answered_with_its_name_its_rule_and_itself(name, value):
    rule = Settings.__dataclass_fields__[name].metadata["rule"]
    with pytest.raises(ValueError, match=name) as error:
        Settings(**{name: value})
    assert str(rule) in str(error.value)
    assert repr(value) in str(error.value)


def test_every_setting_with_a_rule_is_tried_with_wrong_values():
    assert set(WRONG) == {
        field.name
        for field in dataclasses.fields(Settings)
        if field.metadata["rule"] is not COMPONENT
    }


def test_seed_takes_64_bits_and_no_more():
    assert Settings(seed=2**64 - 1).seed == 2**64 - 1
    with pytest.raises(ValueError, match="seed"):
        Settings(seed=2**64)


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("learning_rat", "learning_rate"),
        ("epoch", "epochs"),
        ("batchsize", "batch_size"),
        ("patience_", "patience"),
    ],
)
def test_misspelt_option_is_answered_with_the_nearest_name(misspelt, meant):
    with pytest.raises(TypeError, match=rf"{misspelt}.*did you mean '{meant}'\?"):
        Settings.of({misspelt: 1})


def test_options_given_by_name_are_the_settings_and_the_rest_keep_their_defaults():
    changed = {"epochs": 3, "l2": 0.5, "batch_size": 7}
    got = dataclasses.asdict(Settings.of(changed))
    assert got == {
        field.name: changed.get(field.name, field.default)
        for field in dataclasses.fields(Settings)
    }


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().epochs = 3


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("learning_rat", "learning_rate"),
        ("epoch", "epochs"),
        ("batchsize", "batch_size"),
    ],
)
def test_a_misspelt_setting_is_answered_with_the_nearest_name(typo, meant):
    with pytest.raises(
        TypeError, match=f"no training setting '{typo}'; did you mean '{meant}'"
    ):
        fit(**{typo: 1})


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"optimizer": "adan"}, "did you mean 'adam'"),
        ({"schedule": "cosin"}, "did you mean 'cosine'"),
        (
            {"learning_rate": 0.0},
            r"learning_rate must be a number in \(0, inf\); got 0.0",
        ),
        ({"epochs": 0}, "epochs must be an integer"),
        ({"epochs": 2.5}, "epochs must be an integer"),
        ({"batch_size": 0}, "batch_size must be None, or an integer"),
        ({"average": 1.0}, r"average must be None, or a number in \(0, 1\)"),
        ({"l2": -1.0}, "l2 must be"),
        ({"l2": NAN}, "l2 must be"),
        ({"monitor": "accuracy"}, "monitor must be 'loss' or 'score'"),
    ],
    ids=str,
)
def test_settings_out_of_range_are_refused(wrong, error):
    with pytest.raises(ValueError, match=error):
        fit(**wrong)


def test_settings_and_options_are_not_both_taken():
    """Else the options would change nothing."""
    with pytest.raises((TypeError, ValueError), match="settings"):
        train(net(), X, Y, settings=Settings(epochs=2), epochs=7)


def outcome(**options):
    """Everything that can be observed of a short fit.

    It has dropout, minibatches, validation and a slow clock.
    """
    slow = [lambda network, run: time.sleep(0.002)]
    defaults = {
        "epochs": 12,
        "batch_size": 16,
        "learning_rate": 0.5,
        "optimizer": "gd",
        "decay": 0.1,
        "seed": 1,
    }
    usual = {"validation": (X2, Y2), "score": accuracy, "callbacks": slow}
    if "large" in options:  # enough work for a second thread
        network = Network.dense([2, options.pop("large"), 2], "tanh", dropout=0.3)
        run = train(network, np.tile(X, (10, 1)), np.tile(Y, 10), epochs=3, **options)
    else:
        network, run = fit(net(dropout=0.3), **{**usual, **defaults, **options})
    best = None if run.best is None else run.best.epoch
    return network.theta.tobytes(), run.t, run.stopped, best, run.engine, run.threads


# setting: (options of both fits, the value that is compared with the default of
# `outcome`)
EFFECTS = {
    "optimizer": ({}, "momentum"),
    "learning_rate": ({}, 0.4),
    "schedule": ({}, "cosine"),
    "epochs": ({}, 5),
    "updates": ({}, 3),
    "batch_size": ({}, 20),
    "shuffle": ({}, False),
    "l2": ({}, 0.1),
    "l1": ({}, 0.01),
    "clip": ({}, 0.05),
    "decay": ({}, 0.5),
    "decay_schedule": ({}, "cosine"),
    "dropout_schedule": ({}, "cosine"),
    "average": ({}, 0.9),
    "monitor": ({"learning_rate": 8.0}, "score"),
    "patience": ({"learning_rate": 8.0}, 1),
    "tol": ({"patience": 2}, 10.0),
    "seconds": ({"epochs": 60}, 0.05),
    "seed": ({}, 2),
    "engine": ({}, "numpy"),
    "n_threads": ({"large": 1000}, 1),
}


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Settings)])
def test_every_setting_changes_something(name):
    others, value = EFFECTS[name]
    base = outcome(**others)
    assert outcome(**others) == base
    assert outcome(**others, **{name: value}) != base


def test_the_docstring_lists_every_setting_with_its_rule_and_its_help():
    for field in dataclasses.fields(Settings):
        line = f"{field.name} : {field.metadata['rule']}, default={field.default!r}"
        assert line in Settings.__doc__


def test_settings_of_updates_that_were_changed_are_named():
    """Those that a solver refuses, and no others."""
    assert Settings(optimizer="lbfgs", epochs=3, l2=0.1).changed_of_updates() == []
    changed = Settings(l1=0.1, seed=1, batch_size=5).changed_of_updates()
    assert changed == ["batch_size", "l1", "seed"]


@pytest.mark.parametrize(
    ("optimizer", "decay", "expected"),
    [
        (Adam(), None, 0.0),
        (Adam(), 0.3, 0.3),
        (AdamW(), None, 0.01),
        (AdamW(decay=0.2), None, 0.2),
        (AdamW(), 0.0, 0.0),
    ],
    ids=str,
)
def test_the_decay_that_is_set_comes_before_the_optimizers_own(
    optimizer, decay, expected
):
    assert Settings(decay=decay).decay_with(optimizer) == expected
