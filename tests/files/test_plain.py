"""Values, components and labels as JSON, and back."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from halfmoon.components.activations import ACTIVATIONS, ELU, Activation
from halfmoon.components.losses import Huber, Quantiles
from halfmoon.components.registry import REGISTRIES
from halfmoon.components.rules import Integer
from halfmoon.estimators.request import ScikitLearn
from halfmoon.files.plain import (
    KINDS,
    decode,
    decode_labels,
    encode,
    encode_labels,
    read_component,
    read_fields,
    write_component,
)
from halfmoon.training.solvers import LBFGS


@dataclass(frozen=True)
class Mine(Activation):
    """a = z."""

    @staticmethod
    def f(z):
        return z


def there_and_back(value):
    return decode(json.loads(json.dumps(encode(value, "v"), allow_nan=False)), "v")


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 0, -(2**64), 0.1, 5e-324, "", "loss:x", "{}", [], (), {}),
        *([1, [2.5, ()]], (8, 8), {0: 1.0, "a": None, 2.5: (1,), True: []}),
        *(float("inf"), float("-inf"), [float("inf")]),
        *({"tuple": [1]}, {"float": "inf"}, [{"loss": "huber"}]),
        *(Huber(delta=0.1), [ELU(alpha=0.5), "tanh"], Quantiles((0.25, 0.5))),
        *(LBFGS(memory=3), ScikitLearn(2.0), ScikitLearn()),
    ],
    ids=repr,
)
def test_values_come_back_as_they_were(value):
    back = there_and_back(value)
    assert back == value
    assert type(back) is type(value)


def test_what_is_no_number_comes_back_too():
    assert np.isnan(there_and_back(float("nan")))


def test_numbers_of_numpy_become_pythons():
    for value, plain in (
        (np.float32(0.1), float(np.float32(0.1))),
        (np.int64(3), 3),
        (np.array([8, 8]), [8, 8]),
        (range(2), [0, 1]),
        ({np.int64(1): np.float64(2.0)}, {1: 2.0}),
    ):
        back = there_and_back(value)
        assert back == plain
        assert type(back) is type(plain)


@pytest.mark.parametrize("value", [len, object(), np.random.RandomState(0), 1j, b"x"])
def test_what_is_no_plain_value_is_refused_by_name(value):
    with pytest.raises(ValueError, match=r"scoring=.* cannot be stored .* another"):
        encode(value, "scoring")


@pytest.mark.parametrize(
    "stored",
    [
        *({}, {"a": 1}, {"tuple": [1], "list": [1]}, {"tuple": 1}, {"float": "1"}),
        *({"float": 1}, {"dict": [1]}, {"dict": [[[], 1]]}, {"dict": [[1, 2, 3]]}),
        *({"loss": 1}, {"loss": "hubert"}, {"loss": "huber:delta=nan"}),
        *({"loss": "huber:delta=inf"}, {"loss": "huber:delta=1e999"}),
        *({"loss": "huber:delta=-1"}, {"loss": "huber:delta=True"}),
        *({"loss": "huber:gamma=1"}, {"loss": "huber:delta=1,delta=2"}),
        *({"data set": "moons"}, {"layer": "Dense"}, [{"activation": "os.system"}]),
        *({"schedule": "step:every=" + "9" * 5000}, {"initializer": "ScikitLearn:x"}),
        {"initializer": "ScikitLearn:limit=7.0"},
    ],
    ids=lambda stored: str(stored)[:40],
)
def test_what_stands_for_nothing_is_refused(stored):
    with pytest.raises(ValueError, match=r"."):
        decode(stored, "v")


# Components


def every_component():
    return [
        (kind, name, component)
        for kind in KINDS
        for name, component in REGISTRIES[kind].items()
    ]


@pytest.mark.parametrize(("kind", "name", "component"), every_component())
def test_every_component_of_halfmoon_is_written_by_its_name(kind, name, component):
    assert write_component(component()) == (kind, name)
    assert read_component(kind, name) == component()


def test_settings_are_written_too():
    assert write_component(Huber(delta=2.0)) == ("loss", "huber:delta=2.0")
    assert read_component("loss", "huber:delta=2.0") == Huber(delta=2.0)


def test_a_component_of_the_users_is_refused_in_both_directions():
    with pytest.raises(ValueError, match="Mine is a component of your own"):
        write_component(Mine())
    ACTIVATIONS.register("mine")(Mine)
    try:
        with pytest.raises(ValueError, match="mine is a component of your own"):
            write_component(Mine())
        with pytest.raises(ValueError, match="halfmoon has no activation 'mine'"):
            read_component("activation", "mine")
    finally:
        ACTIVATIONS.remove("mine")
    with pytest.raises(ValueError, match="of your own"):
        write_component(type("Huber", (Huber,), {})())


def test_a_component_that_somebody_has_changed_is_refused(monkeypatch):
    monkeypatch.setattr(ELU, "f", lambda self, z: z)
    with pytest.raises(ValueError, match="elu is a component of your own"):
        write_component(ELU())


# Labels


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["a", "bcd"]),
        np.array(["a", "µ\n"], dtype=object),
        np.array([1, 2.5], dtype=object),
        np.array([False, True]),
        np.array([-1, 127], np.int8),
        np.array([2**64 - 1], np.uint64),
        np.array([-(2**63), 2**63 - 1]),
        np.array([0.1, 2.0], np.float32),
        np.array([0.1, 1e300]),
    ],
    ids=str,
)
def test_labels_come_back_with_their_type(labels):
    back = decode_labels(json.loads(json.dumps(encode_labels(labels, "y"))), "y")
    assert back.dtype == labels.dtype
    assert np.array_equal(back, labels)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        *(("int8", [200]), ("int64", [2**63]), ("int64", [1.5]), ("int64", ["1"])),
        *(("int64", [[1]]), ("int64", []), ("int64", [None]), ("int64", [2, 1])),
        *(("int64", [1, 1]), ("str", ["b", "a"]), ("str", [1]), ("object", [1, "a"])),
        *(("float64", [{"float": "nan"}]), ("object", [{"loss": "huber"}])),
        *(("bytes", ["a"]), ("datetime64", [1]), ("U999999999999", ["a"])),
        ("str", ["a" * 4000, *(str(number) for number in range(100_000, 104_000))]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_are_no_labels_is_refused(kind, values):
    with pytest.raises(ValueError, match=r"^y "):
        decode_labels({"type": kind, "values": values}, "y")


# Fields


def test_fields_are_those_that_are_named_and_obey_their_rules():
    rules = {"n": Integer("[", 1, 9, "]")}
    assert read_fields({"n": 1}, rules, "it") == {"n": 1}
    with pytest.raises(
        ValueError, match=r"n of it must be an integer in \[1, 9\]; got"
    ):
        read_fields({"n": 1.0}, rules, "it")
    with pytest.raises(ValueError, match=r"it must have n; got \['n', 'm'\]"):
        read_fields({"n": 1, "m": 1}, rules, "it")
    with pytest.raises(ValueError, match="it must be an object of JSON; got 1"):
        read_fields(1, rules, "it")
