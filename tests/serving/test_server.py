"""Serving: on this machine alone, on a free port, until the page is gone."""

import socket
import threading
import webbrowser
from functools import partial
from types import SimpleNamespace

import httpx2
import pytest

from few_operations import few_operations
from halfmoon.playground.api import OPERATIONS
from halfmoon.playground.page import SITE
from halfmoon.serving import presence
from halfmoon.serving.server import HOST, MOST_CONNECTIONS, listen, make_room, serve
from playing import serving
from waiting import until

# where a busy machine waits
get = partial(httpx2.get, timeout=90.0)
post = partial(httpx2.post, timeout=90.0)


@pytest.fixture
def session():
    with few_operations() as fake:
        yield fake


def test_an_address_holds_its_token_in_the_fragment_alone(session, caplog, capsys):
    with serving(session) as server:
        address, _, token = server.address.partition("#token=")
        assert len(token) == 32  # 24 random bytes
        key = {"Authorization": f"Bearer {token}"}
        assert get(address).status_code == 200
        assert post(f"{address}api/state").status_code == 401
        assert post(f"{address}api/state", headers=key).status_code == 200
    told = capsys.readouterr()
    assert token not in caplog.text + told.out + told.err


def test_each_server_has_its_own_token_and_port(session):
    with serving(session) as one, serving(session) as two:
        assert one.address != two.address
        assert one.origin != two.origin


def test_only_this_machine_is_served():
    listening = listen(0)
    assert listening.getsockname()[0] == HOST
    listening.close()


def test_a_port_that_is_taken_is_told():
    with listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            ValueError, match=rf"Port {port} cannot be used \(.*one, or"
        ):
            listen(port)


def test_a_port_that_there_is_not_is_told():
    with pytest.raises(ValueError, match=r"Port 70000 cannot be used .*65535"):
        listen(70_000)


def begin_to_send(server):
    """A connection with a question of which the end is missing."""
    origin, token = server.address.split("/#token=")
    head = f"POST /api/state HTTP/1.1\r\nHost: {origin.removeprefix('http://')}\r\n"
    key = f"Authorization: Bearer {token}\r\nContent-Length: 9\r\n\r\n"
    connection = socket.create_connection(server.socket.getsockname())
    connection.sendall((head + key).encode())
    return connection


def test_a_question_that_is_cut_off_at_the_end_is_no_error(session, capfd):
    with serving(session) as server:
        server.config.timeout_graceful_shutdown = 0
        slow = begin_to_send(server)
        until(lambda: server.server_state.tasks)
    slow.close()
    assert capfd.readouterr().err == ""


def test_a_page_that_is_closed_while_it_sends_is_no_error(session, capfd):
    with serving(session) as server:
        slow = begin_to_send(server)
        until(lambda: server.server_state.tasks)
        slow.close()
        until(lambda: not server.server_state.tasks)
    assert capfd.readouterr().err == ""


def test_it_ends_when_the_page_has_left(session, monkeypatch):
    monkeypatch.setattr(presence, "RETURNS_WITHIN", 0.0)
    closed = []
    said = []
    opened = []
    session.close = lambda: closed.append(True)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    thread = threading.Thread(
        target=serve, args=(session, SITE, OPERATIONS, 0, True, said.append)
    )
    thread.start()
    until(lambda: opened)
    address, token = opened[0].split("#token=")
    assert opened[0] in said[0]
    headers = {"Authorization": f"Bearer {token}", "Halfmoon-Page": "one"}
    assert post(f"{address}api/state", headers=headers).status_code == 200
    post(f"{address}api/leave", headers=headers)
    thread.join(90)
    assert not thread.is_alive()
    assert closed == [True]
    with pytest.raises(httpx2.ConnectError):
        get(address)


def test_300_connections_that_say_nothing_are_no_harm(session):
    with serving(session) as server:
        address, token = server.address.split("#token=")
        headers = {"Authorization": f"Bearer {token}"}
        place = server.socket.getsockname()
        silent = [socket.create_connection(place) for _ in range(300)]
        for _ in range(3):
            answer = post(f"{address}api/state", headers=headers)
            assert answer.status_code == 200
        until(lambda: len(server.server_state.connections) <= MOST_CONNECTIONS)
        for each in silent:
            each.close()


class Connection:
    """One of uvicorn's: nothing was asked on it, or it is or was answered."""

    def __init__(self, is_complete=None):
        self.cycle = None
        if is_complete is not None:
            self.cycle = SimpleNamespace(response_complete=is_complete)
        self.transport = self
        self.is_closed = False

    def close(self):
        self.is_closed = True


def test_room_is_made_on_connections_where_nothing_happens():
    silent = [Connection() for _ in range(4)]
    answered = [Connection(is_complete=True) for _ in range(4)]
    busy = [Connection(is_complete=False) for _ in range(4)]
    make_room({*silent, *answered, *busy}, most=12)
    assert not any(each.is_closed for each in silent)
    make_room({*silent, *answered, *busy}, most=11)
    assert all(each.is_closed for each in silent)
    assert sum(each.is_closed for each in answered) == 3
    assert not any(each.is_closed for each in busy)


def test_200_megabytes_are_refused_politely(session):
    def pieces():
        for _ in range(200):
            yield bytes(1_000_000)

    with serving(session) as server:
        address, token = server.address.split("#token=")
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Length": "200000000",
        }
        answer = post(f"{address}api/upload", content=pieces(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"].startswith("At most 32 MiB can be sent")
    assert session.asked == []
