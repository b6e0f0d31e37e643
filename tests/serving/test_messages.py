"""Operations by messages: each is answered as over HTTP, also with what went wrong."""

import json

import pytest

from few_operations import few_operations
from halfmoon.serving.messages import answer_message


@pytest.fixture
def session():
    with few_operations() as fake:
        yield fake


def asked(session, name, message=None, buffers=()):
    question = {"view": "one", "id": 3, "name": name, "message": message or {}}
    answer, content = answer_message(session, question, buffers)
    assert (answer.pop("view"), answer.pop("id")) == ("one", 3)
    json.dumps(answer, allow_nan=False)
    return answer, content


def test_a_message_is_answered(session):
    answer = asked(session, "change", {"rate": 0.5})
    assert answer == ({"answer": {"version": 7}}, [])
    assert session.asked == [0.5]
    assert asked(session, "state")[0]["answer"]["loss"] is None


def test_a_file_goes_both_ways_in_bytes(session):
    body = [memoryview(b"a,b")]
    answer = asked(session, "upload", {"name": "b.csv"}, body)
    assert answer == ({"file": {"name": "b.csv", "type": "text/csv"}}, [b"a,b"])


@pytest.mark.parametrize(
    ("name", "message", "sentence"),
    [
        ("change", {"rate": -1}, "The rate must be at least 0; got -1."),
        ("change", {"rate": 13}, "This is a fault of halfmoon's own (KeyError)"),
        ("chnge", {}, "There is no operation 'chnge'; did you mean 'change'?"),
    ],
)
def test_what_goes_wrong_is_told(session, name, message, sentence):
    answer, _ = asked(session, name, message)
    assert answer["error"].startswith(sentence)
