"""What is taken along is what is on the screen."""

import csv
import io
import runpy
import xml.etree.ElementTree as ET
import zipfile

import numpy as np
import pytest

from halfmoon import load
from halfmoon.playground.output import FILES
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import drawn_points
from halfmoon.serving.operations import operate


@pytest.fixture(scope="module")
def session():
    with Session(Setup(rows=40, hidden=(3,))) as opened:
        opened.advance(30)
        yield opened


@pytest.fixture(scope="module")
def drawn():
    """A session with points that were drawn by hand."""
    X = np.random.RandomState(0).normal(size=(20, 2))
    points = {"x1": X[:, 0], "x2": X[:, 1], "y": (X[:, 0] > X[:, 1]).astype(int)}
    with Session(Setup(data="drawn"), drawn_points(points)) as opened:
        opened.advance(10)
        yield opened


def test_the_model_predicts_what_is_seen(session, tmp_path):
    file = operate(session, "save", {"kind": "model"})
    path = tmp_path / file.name
    path.write_bytes(file.content)
    network = load(path)
    moment = session.moment()
    np.testing.assert_array_equal(network.theta, moment.theta)
    expected = moment.network.predict(moment.data.X, moment.theta)
    np.testing.assert_array_equal(network.predict(moment.data.X), expected)


def test_the_rows_are_csv(session):
    file = operate(session, "save", {"kind": "csv"})
    rows = list(csv.DictReader(io.StringIO(file.content.decode())))
    data = session.data
    assert len(rows) == data.n
    assert [float(row["x1"]) for row in rows] == data.positions[:, 0].tolist()
    assert [int(row["y"]) for row in rows] == data.y.tolist()


def test_pictures_are_made(session):
    svg = operate(session, "save", {"kind": "svg"})
    assert ET.fromstring(svg.content).tag.endswith("svg")
    assert b"positive weights" in svg.content
    png = operate(session, "save", {"kind": "png"})
    assert png.content.startswith(b"\x89PNG")
    assert png.media_type == "image/png"


@pytest.mark.parametrize("kind", ["python", "numpy"])
def test_a_program_brings_the_rows_that_it_reads(drawn, kind, tmp_path, monkeypatch):
    file = operate(drawn, "save", {"kind": kind})
    assert file.name == "playground.zip"
    zipfile.ZipFile(io.BytesIO(file.content)).extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    names = runpy.run_path("playground.py")
    theta = drawn.moment().theta
    if kind == "python":
        np.testing.assert_array_equal(names["network"].theta, theta)
    else:
        learned = np.concatenate([p.ravel() for p in names["parameters"]])
        np.testing.assert_allclose(learned, theta, rtol=0, atol=1e-12)
    answer = operate(drawn, "code", {"kind": kind})
    assert "reads its rows from data.csv" in answer["note"]


def test_code_is_the_program_that_is_saved(session):
    answer = operate(session, "code", {"kind": "python"})
    file = operate(session, "save", {"kind": "python"})
    assert (file.name, file.content.decode()) == ("playground.py", answer["code"])
    assert answer["note"] == ""
    command = operate(session, "code", {"kind": "command"})["code"]
    assert command == "halfmoon playground \\\n  --set rows=40\n"


def test_a_run_that_diverged_is_repeated_up_to_its_finite_weights():
    setup = Setup(data="wave", rows=40, activations=("relu",), learning_rate=90.0)
    with Session(setup) as session:
        session.advance(500)
        moment = session.moment()
        assert moment.stopped == "diverged"
        names = {}
        exec(operate(session, "code", {"kind": "python"})["code"], names)
        np.testing.assert_array_equal(names["network"].theta, moment.theta)
        exec(operate(session, "code", {"kind": "numpy"})["code"], names)
        learned = np.concatenate([p.ravel() for p in names["parameters"]])
        np.testing.assert_allclose(learned, moment.theta, rtol=1e-6)


def test_what_cannot_be_written_is_said(session):
    with Session(Setup(rows=40, schedule="plateau")) as other:
        answer = operate(other, "code", {"kind": "numpy"})
    assert answer["code"] == ""
    assert "looks at the losses so far" in answer["note"]
    with pytest.raises(ValueError, match="no kind of file 'pickle'"):
        operate(session, "save", {"kind": "pickle"})
    assert operate(session, "code", {"kind": "cobol"})["note"].startswith("There is no")
    assert {"model", "svg", "png", "csv", "python", "numpy"} <= set(FILES)
