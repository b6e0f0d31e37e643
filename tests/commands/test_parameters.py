"""Options that are read off the fields of the estimators."""

import dataclasses
from types import SimpleNamespace
from typing import Annotated

import pytest
import typer

from halfmoon import TabularClassifier, TabularRegressor
from halfmoon.commands.fitting import parameters
from halfmoon.commands.fitting.parameters import (
    NOT_OPTIONS,
    Command,
    estimator,
    given_parameters,
    read_value,
)
from halfmoon.components.rules import (
    INF,
    NONE,
    Integer,
    Number,
    OneOf,
    OrList,
    Several,
)
from halfmoon.estimators.fields import DICT


@pytest.fixture
def called():
    """What a command with the options of the parameters was called with."""
    return []


@pytest.fixture
def call(called, capsys):
    app = typer.Typer(add_completion=False, rich_markup_mode=None)

    @app.command("fit", cls=Command)
    def fit(
        context: typer.Context, target: Annotated[str, typer.Option()] = "y"
    ) -> None:
        """Fit it."""
        called.append((target, given_parameters(context)))

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            app(arguments)
        return stop.value.code, "".join(capsys.readouterr())

    return run


def test_every_parameter_is_an_option_with_its_help(call):
    status, shown = call("--help")
    words = " ".join(shown.split())
    assert status == 0
    for kind in (TabularClassifier, TabularRegressor):
        for field in dataclasses.fields(kind):
            is_option = field.name not in NOT_OPTIONS
            assert ("--" + field.name.replace("_", "-") in shown) == is_option
            help = field.metadata["help"][1:].replace("None", "none")
            assert (help in words) == is_option


def test_what_is_given_arrives_as_values_and_the_fit_can_be_repeated(call, called):
    assert call("--effort", "1", "--target", "price")[0] == 0
    assert called == [("price", {"effort": 1, "random_state": 0})]
    assert call("--random-state", "none", "--n-jobs=2")[0] == 0
    assert called[1] == ("y", {"n_jobs": 2, "random_state": None})


def test_an_unknown_option_is_answered_with_the_nearest(call):
    status, shown = call("--efort", "1")
    assert status == 2
    assert "--effort" in shown


RULES = {
    "units": OrList(Integer("[", 1, INF, ")")),
    "several": NONE | Several(Integer("[", 1, INF, ")")),
    "seconds": NONE | Number("(", 0, INF, ")"),
    "weights": OrList(NONE | OneOf("balanced") | DICT),
    "flag": OneOf(True, False),
}


@pytest.fixture
def rules(monkeypatch):
    made = {
        name: SimpleNamespace(name=name, metadata={"rule": rule})
        for name, rule in RULES.items()
    }
    monkeypatch.setattr(parameters, "fields", lambda: made)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("units", "20", 20),
        ("units", "20,20", (20, 20)),
        ("several", "none", None),
        ("several", "20,", (20,)),
        ("seconds", "60", 60),
        ("seconds", "0.5", 0.5),
        ("seconds", "1e3", 1000.0),
        ("weights", "balanced", "balanced"),
        ("weights", "no=1, yes=2.5", {"no": 1, "yes": 2.5}),
        ("weights", "a=b=3", {"a=b": 3}),
        ("weights", "0=1,1=5", {0: 1, 1: 5}),  # classes that are numbers
        ("flag", "True", True),
    ],
)
def test_a_text_is_read_as_the_rule_allows(rules, name, text, value):
    read = read_value(name, text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("units", "20,x", "an integer in [1, inf), or several, as 20,20; got"),
        (
            "seconds",
            "nan",
            "--seconds must be none, or a number in (0, inf); got 'nan'",
        ),
        ("seconds", "-1", "got '-1'."),
        (
            "weights",
            "heavy",
            "must be none, 'balanced', or pairs such as no=1,yes=5; got 'heavy'.",
        ),
        ("flag", "perhaps", "--flag must be True or False; got 'perhaps'."),
    ],
)
def test_what_the_rule_does_not_allow_is_told_in_a_sentence(
    rules, name, text, sentence
):
    with pytest.raises(ValueError, match="must be") as error:
        read_value(name, text)
    assert sentence in str(error.value)


def test_a_parameter_of_the_other_task_has_no_effect():
    assert type(estimator("classification", {})) is TabularClassifier
    made = estimator("regression", {"effort": 2})
    assert type(made) is TabularRegressor
    assert made.effort == 2
    with pytest.raises(ValueError, match=r"^--temper has no effect in a regression"):
        estimator("regression", {"temper": 2})
