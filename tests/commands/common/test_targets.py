"""The column that is predicted, found and read again."""

from types import SimpleNamespace

import numpy as np
import pytest

from halfmoon.commands.common.targets import (
    as_record,
    name_of_target,
    read_again,
    read_named,
    refuse_absent,
)

NO_INPUTS = SimpleNamespace(kinds={})


def table(*cells, name="Preis"):
    return {name: np.array(cells, dtype=object), "b": np.array(["x"] * len(cells))}


def test_the_nearest_name_is_offered():
    with pytest.raises(ValueError, match=r"'price', .*; did you mean 'Price'"):
        refuse_absent("price", ["a", "Price"], "--target names")
    with pytest.raises(ValueError, match=r"c0, c1, .*, c19, \.\.\.\.$"):
        refuse_absent("zzz", [f"c{j}" for j in range(50)], "--target")
    refuse_absent("a", ["a"], "--target")


def test_values_are_read_again_as_they_were_written():
    target = read_named(table("1.234,50 €", "9,00 €", "7,25 €"), "Preis")
    assert target.task == "regression"
    model = SimpleNamespace(record_={"target": as_record(target)}, schema_=NO_INPUTS)
    again = read_again(model, table("2.000,25 €", None))
    assert again.task == "regression"
    np.testing.assert_array_equal(again.values, [2000.25, np.nan])
    np.testing.assert_array_equal(again.known, [True, False])
    renamed = read_again(model, table("3,50 €", name="jetzt"), "jetzt")
    assert renamed.values.tolist() == [3.5]


def test_classes_are_read_again_also_if_there_is_one_only():
    target = read_named(table("red", "blue", "red", "blue"), "Preis")
    model = SimpleNamespace(record_={"target": as_record(target)}, schema_=NO_INPUTS)
    again = read_again(model, table("blue", "", "blue"))
    assert again.values[again.known].tolist() == ["blue", "blue"]


def test_a_column_that_is_gone_is_said():
    target = read_named(table("red", "blue", "red", "blue"), "Preis")
    model = SimpleNamespace(record_={"target": as_record(target)}, schema_=NO_INPUTS)
    with pytest.raises(ValueError, match=r"The model predicts 'Preis', and the table"):
        read_again(model, table("red", name="Preise"))


def test_a_model_without_a_record_needs_a_name():
    model = SimpleNamespace(classes_=["blue", "red"], schema_=NO_INPUTS)
    with pytest.raises(ValueError, match="name it with --target"):
        read_again(model, table("red", "blue"))
    named = read_again(model, table("red", "blue", "red", "blue"), "Preis")
    assert named.task == "classification"
    model.record_ = {"target_name": "Preis"}  # of a Series in Python
    assert name_of_target(model) == "Preis"
    named = read_again(model, table("red", "blue", "red", "blue"))
    assert named.task == "classification"
    values = SimpleNamespace(record_={}, schema_=NO_INPUTS)
    named = read_again(values, table("1", "2", "1", "3"), "Preis")
    assert named.task == "regression"


def test_an_input_of_the_model_is_no_truth():
    target = read_named(table("red", "blue", "red", "blue"), "Preis")
    inputs = SimpleNamespace(kinds={"b": "category"})
    model = SimpleNamespace(record_={"target": as_record(target)}, schema_=inputs)
    with pytest.raises(ValueError, match=r"--target names 'b', .* to predict from"):
        read_again(model, table("red", "blue"), "b")
