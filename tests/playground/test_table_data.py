"""Tables as data: target, inputs, test rows and the plane."""

import numpy as np
import pandas as pd
import pytest

from halfmoon.playground.make_data import make_data
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import drawn_points, frame_source

TABLE = Setup(data="table", test_share=0.25)


def patients():
    """200 rows: risk follows from age and sex; 10 rows have none."""
    rng = np.random.default_rng(1)
    n = 200
    age = rng.uniform(20.0, 80.0, n).round(1)
    sex = rng.choice(["f", "m"], n)
    risk = np.where(age + 20.0 * (sex == "m") > 60.0, "high", "low").astype(object)
    risk[:10] = None
    age[50:60] = np.nan
    return pd.DataFrame(
        {
            "patient": [f"p{i // 4}" for i in range(n)],
            "age": age,
            "sex": sex,
            "height": rng.normal(170.0, 10.0, n).round(2),
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n), "D"),
            "cost": 100.0 + 3.0 * np.nan_to_num(age, nan=50.0),
            "note": [f"said number {i} of what was told here" for i in range(n)],
            "risk": risk,
        }
    )


@pytest.fixture(scope="module")
def source():
    return frame_source(patients())


def test_rows_with_a_target_are_learned_from(source):
    data = make_data(TABLE.change(target="risk"), source)
    assert data.task == "classification"
    assert data.classes == ("high", "low")
    np.testing.assert_array_equal(data.source_rows, np.arange(10, 200))
    truth = patients()["risk"][10:].to_numpy()
    np.testing.assert_array_equal(np.array(data.classes, dtype=object)[data.y], truth)
    assert data.X.shape == (190, len(data.inputs))
    assert {"age", "age is missing", "sex is f", "height"} <= set(data.inputs)
    assert not [name for name in data.inputs if "patient" in name or "note" in name]
    assert "10 rows without 'risk' are left out." in data.notes
    assert any("'patient' (" in note and "'note' (" in note for note in data.notes)


def test_inputs_are_learned_from_training_rows_alone(source):
    frame = patients()
    data = make_data(TABLE.change(target="risk"), source)
    training = data.X[~data.is_test]
    column = data.inputs.index("sex is f")
    assert training[:, column].mean() == pytest.approx(0.0, abs=1e-6)
    is_woman = frame["sex"][10:].to_numpy() == "f"
    assert (data.X[is_woman, column] > 0.0).all()
    assert (data.X[~is_woman, column] < 0.0).all()


def test_values_are_learned_with_mean_0_and_deviation_1(source):
    data = make_data(TABLE.change(target="cost"), source)
    assert data.task == "regression"
    training = data.y[~data.is_test]
    assert training.mean() == pytest.approx(0.0, abs=1e-12)
    assert training.std() == pytest.approx(1.0)
    np.testing.assert_allclose(data.middle + data.spread * data.y, patients()["cost"])


def test_the_target_is_suggested(source):
    assert make_data(TABLE, source).target == "risk"  # the last column
    named = frame_source(patients().rename(columns={"sex": "label"}))
    assert make_data(TABLE, named).target == "label"


def test_groups_stay_together_and_are_not_learned_from(source):
    data = make_data(TABLE.change(target="cost", groups="patient"), source)
    patient = patients()["patient"].to_numpy()
    tested = set(patient[data.is_test])
    assert tested
    assert not tested & set(patient[~data.is_test])
    assert data.is_test.mean() == pytest.approx(0.25, abs=0.03)
    assert data.kinds["patient"] == "groups"


def test_the_task_is_as_somebody_says_whatever_the_values(source):
    assert make_data(TABLE.change(target="age", task="regression"), source).spread > 1
    marks = frame_source({"hours": np.arange(60.0), "mark": np.arange(60) % 6 + 1})
    assert make_data(TABLE, marks).classes == ("1", "2", "3", "4", "5", "6")
    data = make_data(TABLE.change(task="regression"), marks)
    assert (data.task, data.target, data.classes) == ("regression", "mark", ())
    np.testing.assert_allclose(
        data.middle + data.spread * data.y, np.arange(60) % 6 + 1
    )


def test_the_two_columns_that_tell_most_are_the_axes(source):
    data = make_data(TABLE.change(target="cost"), source)
    assert data.axes[0] == "age"
    assert set(data.axis_choices) == {"age", "sex", "height", "seen", "risk"}
    np.testing.assert_array_equal(
        data.positions[:50, 0], patients()["age"].to_numpy()[:50]
    )


def test_the_others_follow_the_data(source):
    data = make_data(TABLE.change(target="cost", axes=["age", "sex"]), source)
    assert data.axis_labels == ("age", "sex (0 f, 1 m)")
    place = np.array([[30.0, 0.1], [30.0, 0.9]])
    inputs = dict(zip(data.inputs, data.inputs_at(place).T, strict=True))
    assert inputs["sex is f"][0] > 0.0 > inputs["sex is f"][1]
    assert inputs["age"][0] == inputs["age"][1] < 0.0
    assert np.abs(inputs["height"]).max() < 1.0  # near the middle
    np.testing.assert_allclose(data.gap_at(np.array([[30.0, 50.0]])), [98.0], rtol=0.1)


def test_axes_that_are_no_inputs_any_more_are_chosen_anew(source):
    data = make_data(TABLE.change(target="age", axes=["age", "sex"]), source)
    assert "age" not in data.axes


def test_of_one_column_the_target_is_the_other_axis():
    x = np.linspace(0.0, 1.0, 40)
    values = frame_source({"x": x, "y": np.round(x**2, 4) + 0.01})
    data = make_data(TABLE.change(target="y"), values)
    assert data.axes == ("x", "y")
    np.testing.assert_allclose(data.positions, np.column_stack([x, data.y]))
    places = np.array([[0.5, 0.0], [0.5, 9.0]])
    first, second = data.inputs_at(places)
    np.testing.assert_array_equal(first, second)
    classes = frame_source({"x": x, "y": np.where(x > 0.5, "b", "a")})
    assert make_data(TABLE.change(target="y"), classes).axes == ("x", "y")


def test_one_row_is_typed_in(source):
    data = make_data(TABLE.change(target="risk"), source)
    frame = patients()
    row = 20
    cells = {name: str(frame[name][row]) for name in ("age", "sex", "height", "cost")}
    cells["seen"] = "2024-01-21"
    typed = data.inputs_of(cells)
    np.testing.assert_allclose(typed, data.X[[row - 10]], rtol=1e-6)
    # an empty cell is a missing one
    missing = data.inputs_of(cells | {"age": ""})
    assert missing[0, data.inputs.index("age is missing")] > 0.0
    with pytest.raises(ValueError, match="'age' holds numbers, and 'old' is none"):
        data.inputs_of(cells | {"age": "old"})


def test_features_of_a_table_are_made_of_the_scaled_numbers(source):
    setup = TABLE.change(target="risk", axes=["sex", "age"])
    plain = make_data(setup, source)
    assert plain.features == ("age^2", "sin(pi age)")  # of the axes that are numbers
    names = ("age^2", "age * height", "sin(pi height)")
    data = make_data(setup.change(features=["x1", *names]), source)
    assert data.inputs == (*plain.inputs, *names)
    assert data.features == ("age^2", "sin(pi age)", "age * height", "sin(pi height)")
    age, height = (plain.X[:, plain.inputs.index(name)] for name in ("age", "height"))
    made = np.column_stack([age**2, age * height, np.sin(np.pi * height)])
    np.testing.assert_array_equal(data.X, np.hstack([plain.X, made]))
    # wherever inputs are made, features are
    place = np.array([[0.0, 47.0]])
    old = plain.inputs_at(place)[0, plain.inputs.index("age")]
    assert data.inputs_at(place)[0, -3] == old**2
    typed = data.inputs_of({"age": "47", "height": "170"})
    assert typed[0, -3] == typed[0, data.inputs.index("age")] ** 2


def test_features_of_what_is_no_input_are_left_out(source):
    setup = TABLE.change(target="age", features=["age^2", "cost^2", "sin(pi risk)"])
    data = make_data(setup, source)
    assert data.inputs[-1] == "cost^2"
    assert not {"age^2", "sin(pi risk)"} & {*data.inputs, *data.features}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"features": ["age^3"]}, r"no feature 'age\^3'; did you mean"),
        ({"target": "riks"}, "no column 'riks'"),
        ({"target": "note"}, "'note' cannot be predicted: it holds"),
        ({"target": "seen"}, "'seen' cannot be predicted: it holds dates"),
        ({"target": "risk", "task": "regression"}, "'risk'"),
        ({"target": "risk", "task": "guessing"}, "task must be one of classification"),
        ({"target": "risk", "groups": "risk"}, "'risk' is predicted, so it cannot"),
        ({"target": "risk", "groups": "nobody"}, "no column 'nobody'"),
        ({"target": "risk", "axes": ["age", "width"]}, "no column 'width'"),
    ],
)
def test_columns_that_cannot_be_are_refused_in_words(source, settings, says):
    with pytest.raises(ValueError, match=says):
        make_data(TABLE.change(**settings), source)


def test_too_many_classes_are_refused_in_words():
    many = frame_source(
        {"x": np.arange(90.0), "kind": [f"k{i % 30}" for i in range(90)]}
    )
    with pytest.raises(ValueError, match="'kind' has 30 classes, and up to 20"):
        make_data(TABLE.change(target="kind"), many)


def test_without_a_table_there_is_none():
    with pytest.raises(ValueError, match="no table here"):
        make_data(TABLE)
    points = drawn_points({"x1": [0.0], "x2": [0.0], "y": [0]})
    with pytest.raises(ValueError, match="no table here"):
        make_data(TABLE, points)
    with pytest.raises(ValueError, match="no drawn points here"):
        make_data(Setup(data="drawn"))
