"""Settings as texts: there and back, and the sentence for what is none."""

import dataclasses
from urllib.parse import quote

import pytest

from halfmoon.components.setting_texts import (
    in_words,
    read_settings,
    say_changes,
    write_setting,
    write_settings,
)
from halfmoon.playground.setup import Setup

CHANGED = Setup(
    data="spiral:arms=3",
    rows=50,
    noise=0.1,
    features=("x1", "x1 * x2", "sin(pi x1)"),
    target="price, net",
    axes=("a,b", "c=d"),
    hidden=(),
    activations=(),
    optimizer="adam:beta1=0.8",
    learning_rate=1e-3,
    batch_size=8,
    clip=2.5,
    shuffle=False,
)
DEFAULTS = vars(Setup())


def as_text(value):
    """A value as the page writes it into its address."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(quote(str(each), safe="") for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    return quote(str(value), safe=":=/")


@pytest.mark.parametrize("write", [as_text, write_setting])
@pytest.mark.parametrize("setup", [Setup(), CHANGED, Setup(target="50%25, net")])
def test_every_setting_comes_back(setup, write):
    texts = [
        f"{field.name}={write(getattr(setup, field.name))}"
        for field in dataclasses.fields(setup)
    ]
    assert Setup(**read_settings(Setup, texts)) == setup


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("hidden", "A setting is a name and a value, such as hidden=4,3; got"),
        ("hiden=3", "There is no setting 'hiden'; did you mean 'hidden'?"),
        ("hidden=3,x", "hidden must be a whole number; got 'x'."),
        ("noise=much", "noise must be a number; got 'much'."),
        ("shuffle=1", "shuffle is true or false; got '1'."),
    ],
)
def test_a_text_that_is_no_setting_is_told(text, sentence):
    with pytest.raises(ValueError, match=r"[.?]$") as refused:
        read_settings(Setup, [text])
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ((8, 4), "8, 4"),
        ((), "none"),
        (1e-5, "1e-05"),
        (12_345, "12,345"),
        (True, "True"),
    ],
)
def test_a_value_stands_in_a_sentence(value, words):
    assert in_words(value) == words


def test_what_is_not_at_its_default_goes_into_texts_and_back():
    texts = write_settings(CHANGED)
    assert read_settings(Setup, texts) == {
        name: value for name, value in vars(CHANGED).items() if value != DEFAULTS[name]
    }
    assert write_settings(Setup()) == []
    assert texts[0] == "data=spiral:arms=3"
    assert write_settings(CHANGED, without={"data"}) == texts[1:]
    assert write_settings(Setup(), always={"loss"}) == ["loss=auto"]


def test_what_differs_is_said_in_words():
    changed = Setup(learning_rate=0.1, hidden=(4,))
    assert say_changes(Setup(), changed) == "hidden 3 → 4; learning rate 1 → 0.1"
    assert say_changes(changed, changed) == ""
