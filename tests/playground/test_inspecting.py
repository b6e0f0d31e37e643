"""The operations that show, as a script asks them."""

import numpy as np
import pandas as pd
import pytest

from halfmoon.datasets import DATASETS
from halfmoon.playground.api import operate
from halfmoon.playground.opening import make_session
from halfmoon.playground.session import Session
from halfmoon.serving.packing import unpack

AGE = pd.Series(np.random.default_rng(0).uniform(20.0, 80.0, 60).round(1))


@pytest.fixture(scope="module")
def patients():
    days = pd.to_timedelta(np.arange(60), "D")
    frame = {
        "age": AGE,
        "sex": ["f", "m", "m"] * 20,
        "seen": pd.Series(pd.Timestamp("2024-01-01") + days),
        "risk": np.where(AGE > 50.0, "high", "low"),
    }
    with make_session(frame, target="risk") as session:
        yield session


@pytest.fixture(scope="module")
def session():
    with Session() as session:
        session.advance(20)
        yield session


def test_a_frame_is_a_file(session):
    answer = operate(session, "frame", {"want": {"weights": True}})
    header, arrays = unpack(answer.content)
    assert (header["update"], arrays["theta"].shape) == (20, (17,))
    with pytest.raises(ValueError, match="no part of a frame 'weight'"):
        operate(session, "frame", {"want": {"weight": True}})


def test_what_is_told_is_json(session):
    assert operate(session, "trace", {"row": 2})["row"] == 2
    assert operate(session, "formula", {"unit": 0})["title"].endswith("unit 1")
    assert operate(session, "formula", {"weight": 0})["lines"]
    assert operate(session, "formula", {"row": 2})["row"] == 2
    cells = {"x1": "0", "x2": "0.5"}
    assert len(operate(session, "predict", {"values": cells})["outputs"]) == 2
    assert operate(session, "findings")["update"] == 20
    with pytest.raises(ValueError, match="give one"):
        operate(session, "formula", {})


def test_rows_are_shown_in_an_order(patients):
    page = {"first": 10, "count": 5, "sort": "age", "descending": True}
    shown = operate(patients, "table", page)
    expected = AGE.sort_values(ascending=False)[10:15]
    assert [row["row"] for row in shown["rows"]] == expected.index.tolist()
    assert [float(row["cells"][0]) for row in shown["rows"]] == expected.tolist()
    assert shown["total"] == 60
    assert shown["columns"][-1] == {"name": "risk", "kind": "target"}
    tested = np.flatnonzero(patients.data.is_test).tolist()
    whole = operate(patients, "table", {"count": 60})
    assert [row["row"] for row in whole["rows"] if row["test"]] == tested


def test_empty_cells_come_last_and_many_rows_in_parts():
    x = np.arange(300.0)
    x[7] = np.nan
    with make_session({"x": x, "y": x[::-1] * 0.5}, target="x") as session:
        for descending in (False, True):
            shown = operate(
                session, "table", {"sort": "y", "descending": descending, "first": 290}
            )
            assert shown["total"] == 299
            assert shown["rows"][-1]["cells"][1] == ""
        assert len(operate(session, "table", {"count": 10_000})["rows"]) == 200
        with pytest.raises(ValueError, match="no column 'z'"):
            operate(session, "table", {"sort": "z"})


def test_an_example_row_can_be_typed_in_again(patients):
    data = patients.data
    example = operate(patients, "example_row", {"row": 5})
    assert set(example["cells"]) == {"age", "sex", "seen"}
    assert example["choices"] == {"sex": ["f", "m"]}
    np.testing.assert_allclose(data.inputs_of(example["cells"]), data.X[[5]], rtol=1e-5)
    first = operate(patients, "example_row")
    assert data.is_test[first["row"]]
    with pytest.raises(ValueError, match="A row is a number from 0 to 59; got 60"):
        operate(patients, "example_row", {"row": 60})


def test_every_data_set_has_a_thumbnail(session):
    answer = operate(session, "thumbnails")
    assert [each["name"] for each in answer["data sets"]] == list(DATASETS)
    for each in answer["data sets"]:
        points = np.array(each["points"])
        assert points.shape == (120, 2)
        assert len(each["y"]) == 120
