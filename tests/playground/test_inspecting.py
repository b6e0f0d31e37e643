"""The operations that show, as a script asks them."""

import pytest

from halfmoon.playground import inspecting  # noqa: F401  registers its operations
from halfmoon.playground.session import Session
from halfmoon.serving.operations import operate
from halfmoon.serving.packing import unpack


@pytest.fixture(scope="module")
def session():
    with Session() as session:
        session.advance(20)
        yield session


def test_a_frame_is_a_file(session):
    answer = operate(session, "frame", {"want": {"weights": True}})
    header, arrays = unpack(answer.content)
    assert (header["update"], arrays["theta"].shape) == (20, (17,))
    with pytest.raises(ValueError, match="no part 'weight'"):
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
