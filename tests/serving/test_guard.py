"""The guard before every route: each row of the list of attacks, and all routes."""

import asyncio

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from few_operations import few_operations
from halfmoon.playground.api import OPERATIONS
from halfmoon.playground.page import SITE
from halfmoon.serving.application import make_app
from halfmoon.serving.guard import LARGEST_BODY, POLICY

TOKEN = "the-secret-of-this-process"
OWN = "http://127.0.0.1:8123"
KEY = {"Authorization": f"Bearer {TOKEN}"}
CHANGE = {"rate": 0.5}


@pytest.fixture(scope="module")
def session():
    with few_operations() as fake:
        yield fake


@pytest.fixture(scope="module")
def app(session):
    return make_app(session, SITE, OPERATIONS, TOKEN)


@pytest.fixture
def client(app, session):
    session.asked.clear()
    return TestClient(app, base_url=OWN)


def every_route(app):
    """Each route, with each method that it takes."""
    return [
        (method, route.path.replace("{name}", "store.js"))
        for route in app.app.routes
        for method in sorted(route.methods)
    ]


def closed_routes(app):
    return [each for each in every_route(app) if each[0] == "POST"]


def test_only_the_page_and_its_files_are_open(app):
    assert sorted(every_route(app)) == [
        ("GET", "/"),
        ("GET", "/static/store.js"),
        ("HEAD", "/"),
        ("HEAD", "/static/store.js"),
        ("POST", "/api/change"),
        ("POST", "/api/leave"),
        ("POST", "/api/state"),
        ("POST", "/api/upload"),
    ]


def test_who_knows_the_token_may_ask(client, session):
    assert client.post("/api/change", json=CHANGE, headers=KEY).json() == {"version": 7}
    assert session.asked == [0.5]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1:80.evil.example",
        "127.0.0.1:evil",
        "localhost.evil.example:8123",
        "evil.example:127.0.0.1",
        "[::1].evil.example",
        "127.0.0.1@evil.example",
        "0.0.0.0:8123",
        "127.0.0.1:",
        "",
    ],
)
def test_another_name_of_the_host_is_refused_everywhere(client, app, session, host):
    for method, path in every_route(app):
        answer = client.request(method, path, headers=KEY | {"Host": host})
        assert answer.status_code == 400, (method, path)
    assert session.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost", "localhost:80", "[::1]"])
def test_the_machines_own_names_are_answered(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_two_hosts_are_none(client):
    headers = [("Host", "127.0.0.1"), ("Host", "evil.example")]
    assert client.get("/", headers=headers).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1:8124"},
        {"Origin": "https://127.0.0.1:8123"},
        {"Origin": "http://127.0.0.1:8123.evil.example"},
        {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_origin_is_refused_even_with_the_token(client, app, session, headers):
    for method, path in closed_routes(app):
        answer = client.request(method, path, headers=KEY | headers)
        assert answer.status_code == 403, path
    assert session.asked == []


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin", "Origin": OWN}, {"Sec-Fetch-Site": "none"}],
)
def test_the_pages_own_origin_may_ask(client, headers):
    answer = client.post("/api/change", json=CHANGE, headers=KEY | headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"Authorization": ""},
        {"Authorization": TOKEN},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN.upper()}"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer \u00e9".encode("latin-1")},
        {"Cookie": f"token={TOKEN}"},
    ],
)
def test_without_the_token_nothing_is_answered(client, app, session, key):
    for method, path in closed_routes(app):
        answer = client.request(method, f"{path}?token={TOKEN}", headers=key)
        assert answer.status_code == 401, path
        assert TOKEN not in answer.text
    assert session.asked == []


def test_two_tokens_are_none(client):
    headers = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer x")]
    assert client.post("/api/state", headers=headers).status_code == 401


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"])
def test_other_methods_are_refused_everywhere(client, app, session, method):
    for path in {path for _, path in every_route(app)}:
        assert client.request(method, path, headers=KEY).status_code == 405
    assert session.asked == []


def test_reading_an_operation_needs_the_token_and_changes_nothing(client, session):
    assert client.get("/api/state").status_code == 401
    assert client.get("/api/state", headers=KEY).status_code == 405
    assert client.post("/", headers=KEY).status_code == 405
    assert session.asked == []


def test_what_does_not_exist_is_not_told_without_the_token(client):
    assert client.post("/api/nothing").status_code == 401
    assert client.get("/nothing").status_code == 401
    assert client.post("/api/nothing", headers=KEY).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e/server.py",
        "/static/..%5cserver.py",
        "/static//etc/passwd",
        "/static/page.html",
        "/static/playground.d.ts",
        "/static/",
    ],
)
def test_no_path_leads_out_of_the_pages_files(client, path):
    answer = client.get(path)
    assert answer.status_code in (401, 404)
    assert "import" not in answer.text


def test_a_websocket_is_closed_before_it_opens(client):
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/api/state", headers=KEY),
    ):
        pass


def test_what_is_no_request_is_refused(app):
    with pytest.raises(RuntimeError, match="does not speak lifespan"):
        asyncio.run(app({"type": "lifespan"}, None, None))


@pytest.mark.parametrize("path", ["/api/upload", "/api/change", "/api/leave"])
def test_a_large_body_is_refused_politely(client, session, path):
    answer = client.post(path, content=bytes(LARGEST_BODY + 1), headers=KEY)
    assert answer.status_code == 413
    assert answer.json()["error"].startswith("At most 32 MiB can be sent")
    assert session.asked == []


@pytest.mark.parametrize(
    ("path", "most"),
    [("/api/upload", LARGEST_BODY), ("/api/change", 4 * 1024 * 1024)],
)
def test_a_large_body_that_does_not_say_its_length(client, session, path, most):
    def pieces():
        for _ in range(most // 1_000_000 + 1):
            yield bytes(1_000_000)

    answer = client.post(path, content=pieces(), headers=KEY)
    assert answer.status_code == 413
    mebibytes = most // 1024**2
    assert answer.json()["error"].startswith(f"At most {mebibytes} MiB can be sent")
    assert session.asked == []


def test_the_largest_body_is_taken(client, session):
    answer = client.post("/api/upload", content=bytes(LARGEST_BODY), headers=KEY)
    assert answer.status_code == 200
    assert session.asked == [LARGEST_BODY]


@pytest.mark.parametrize("length", ["-1", "1e9", "x", "9" * 5000])
def test_a_length_that_is_none(app, session, length):
    """Servers refuse most of these themselves; the guard does not rely on it."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/change",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"authorization", f"Bearer {TOKEN}".encode()),
            (b"content-length", length.encode()),
        ],
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] in (400, 413)


def test_every_answer_has_the_strict_headers(client, app):
    asked = [(path, {}) for _, path in every_route(app)]
    asked += [(path, KEY) for path, _ in asked] + [("/", {"Host": "evil.example"})]
    for path, headers in asked:
        for method in ("GET", "POST", "PUT"):
            answer = client.request(method, path, headers=headers)
            assert answer.headers["content-security-policy"] == POLICY
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            # no other origin is ever allowed to read
            assert not [name for name in answer.headers if "access-control" in name]
            assert "set-cookie" not in answer.headers


def test_the_policy_allows_nothing_that_is_inline():
    assert POLICY.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in POLICY
    assert "http:" not in POLICY
