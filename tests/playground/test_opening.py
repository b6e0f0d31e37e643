"""From a table, X and y, or nothing at all to a session."""

import numpy as np
import pytest

import halfmoon
from halfmoon.playground.opening import make_session
from halfmoon.serving import server

ROWS = 24
FRAME = {
    "size": np.linspace(0.0, 1.0, ROWS),
    "kind": ["a", "b", "c"] * (ROWS // 3),
    "sold": [0, 1] * (ROWS // 2),
}


def opened(*given, **more):
    with make_session(*given, **more) as session:
        return session


def test_nothing_gives_points_that_are_drawn_at_random():
    session = opened(data="circles", rows=40, hidden=[5], activations=["relu"])
    assert session.data.n == 40
    assert session.setup.hidden == (5,)


def test_a_frame_is_read_as_a_table():
    session = opened(FRAME, target="sold", learning_rate=0.25)
    assert session.setup.data == "table"
    assert session.setup.learning_rate == 0.25
    assert session.data.target == "sold"
    assert session.data.inputs == ("size", "kind is a", "kind is b", "kind is c")


def test_a_file_is_read_as_fit_reads_it(tmp_path):
    file = tmp_path / "sold.csv"
    lines = ["size;kind;sold"]
    lines += [
        f"{size:.3f};{kind};{sold}"
        for size, kind, sold in zip(*FRAME.values(), strict=True)
    ]
    file.write_text("\n".join(lines).replace(".", ","), encoding="utf-16")
    for source in (file, str(file)):
        session = opened(source, target="sold")
        assert session.data.n == ROWS
        assert session.data.kinds["size"] == "number"


def test_the_target_may_be_left_to_be_found():
    assert opened(FRAME).data.target in FRAME


@pytest.mark.parametrize("as_frame", [False, True])
def test_inputs_and_truth_are_columns(as_frame):
    pandas = pytest.importorskip("pandas")
    X = np.random.default_rng(0).normal(size=(ROWS, 3))
    y = np.where(X[:, 0] > 0.0, "yes", "no")
    names = ("first", "second", "third") if as_frame else ("x1", "x2", "x3")
    given = pandas.DataFrame(X, columns=names) if as_frame else X
    session = opened(X=given, y=y)
    assert session.data.inputs == names
    assert session.data.classes == ("no", "yes")
    assert session.data.target == "y"


def test_a_name_twice_is_told():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(np.eye(4)[:, :2], columns=["a", "a"])
    for given in ({"source": frame}, {"X": frame, "y": [0, 1, 0, 1]}):
        with pytest.raises(ValueError, match="Two columns are called 'a'; rename one"):
            make_session(**given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"X": [[1.0]]}, "X and y belong together; give both, or a table and target."),
        (
            {"source": FRAME, "X": [[1]], "y": [1]},
            "Give a table, or X and y, not both.",
        ),
        (
            {"X": [1.0], "y": [1]},
            "The table must be a frame, a dict of columns",
        ),
        ({"target": "a"}, "target names a column of a table; give the table, too."),
        ({"hiden": (3,)}, "There is no setting 'hiden'; did you mean 'hidden'?"),
    ],
)
def test_what_does_not_fit_is_told(given, sentence):
    with pytest.raises(ValueError, match=r"[.?]$") as refused:
        make_session(**given)
    assert str(refused.value).startswith(sentence)


def test_the_package_is_what_a_user_calls(monkeypatch):
    served = []
    monkeypatch.setattr(server, "serve", lambda *given: served.append(given))
    halfmoon.playground(FRAME, target="sold", port=0, open_browser=False)
    [(session, _, _, port, open_browser)] = served
    session.close()
    assert session.data.target == "sold"
    assert (port, open_browser) == (0, False)
