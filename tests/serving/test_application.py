"""The web application: messages in, answers out, and the page's files."""

import logging

import pytest
from starlette.testclient import TestClient

from few_operations import few_operations
from halfmoon.playground.api import OPERATIONS
from halfmoon.playground.page import SITE
from halfmoon.serving.application import make_app, read_json
from halfmoon.serving.presence import Presence

KEY = {"Authorization": "Bearer secret"}


@pytest.fixture(scope="module")
def session():
    with few_operations() as fake:
        yield fake


@pytest.fixture(scope="module")
def presence():
    return Presence()


@pytest.fixture
def client(session, presence):
    session.asked.clear()
    app = make_app(session, SITE, OPERATIONS, "secret", presence)
    return TestClient(app, base_url="http://localhost", headers=KEY)


def test_the_page_and_all_that_it_names_are_there(client):
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    named = [part.split('"')[0] for part in page.text.split('"/static/')[1:]]
    assert "start.js" in named
    for name in named:
        file = client.get(f"/static/{name}")
        kind = "javascript" if name.endswith(".js") else "css"
        assert file.headers["content-type"] == f"text/{kind}; charset=utf-8"


def test_a_message_is_json_and_so_is_the_answer(client):
    assert client.post("/api/change", json={"rate": 2}).json() == {"version": 7}
    # what is no number is null in JSON
    assert client.post("/api/state").json() == {"loss": None, "version": 7}


def test_a_file_arrives_as_bytes_and_its_message_in_the_address(client):
    message = '{"name": "caf\u00e9 \u2192.csv"}'
    answer = client.post("/api/upload", params={"message": message}, content=b"a,b")
    assert answer.content == b"a,b"
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["halfmoon-name"] == "caf%C3%A9%20%E2%86%92.csv"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "The message is no JSON; send an object of JSON."),
        (b'{"rate": NaN}', "The message is no JSON; send an object of JSON."),
        (b"\xff\xfe", "The message is no JSON; send an object of JSON."),
        (b"[" * 100_000, "The message is no JSON; send an object of JSON."),
        (b"9" * 5000, "The message is no JSON; send an object of JSON."),
        (b"[1]", "A message is an object; got [1]."),
        (b"{}", "The operation 'change' needs 'rate': a number."),
        (b'{"rate": -1}', "The rate must be at least 0; got -1."),
    ],
)
def test_a_mistake_is_told_in_a_sentence(client, content, sentence):
    answer = client.post("/api/change", content=content)
    assert answer.status_code == 400
    assert answer.json() == {"error": sentence}


def test_a_fault_of_ours_is_told_as_one(client, caplog):
    with caplog.at_level(logging.ERROR):
        answer = client.post("/api/change", json={"rate": 13})
    assert answer.status_code == 500
    assert "fault of halfmoon's own (KeyError)" in answer.json()["error"]
    assert "KeyError: 'rate'" in caplog.text
    assert "secret" not in caplog.text


def test_an_empty_message_has_no_values():
    assert read_json(b" ") == {}


def test_pages_are_present_until_they_leave(client, presence):
    page = {"Halfmoon-Page": "one"}
    client.post("/api/state", headers=page)
    assert "one" in presence.pages()
    client.post("/api/leave", headers=page)
    assert "one" not in presence.pages()
