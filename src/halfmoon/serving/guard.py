"""The guard: what stands before every route, and lets nothing pass that it does not
know.

A page on one's own machine can be reached by every program of the machine and, through
the reader's browser, by every page of the web. In this order a request is asked:

    host      is it one of this machine's own names? (else 400)
    method    GET, HEAD or POST? (else 405)
    public?   GET and HEAD of the page and its files need no more: they show nothing
    origin    does it come from our own page, or from no page at all? (else 403)
    token     does it know the secret of this process? (else 401)
    size      is its body small enough? (else 413)

Whole values are compared with a set of allowed ones, never patterns or beginnings.
"""

import hmac
from typing import Any

from starlette.responses import JSONResponse

HOSTS = {"127.0.0.1", "localhost", "[::1]"}
METHODS = {"GET", "HEAD", "POST"}
READING = {"GET", "HEAD"}
MEBIBYTE = 1024 * 1024
LARGEST_BODY = 32 * MEBIBYTE
# What is too large is read to its end up to this, and thrown away: a browser shows an
# answer only after it has sent its question.
READ_ANYHOW = 512 * MEBIBYTE
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]


class Guard:
    """An ASGI application before another: it answers what that one must not see."""

    def __init__(self, app: Any, token: str) -> None:
        self.app = app
        self.token = token

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, or refuse it; every answer gets our headers."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            raise RuntimeError(f"The server does not speak {scope['type']}.")

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        refused = refusal(scope, self.token)
        if refused is None:
            await self.app(scope, receive, send_with_headers)
            return
        status, sentence = refused
        if status == 413:
            await _read_and_forget(receive)
        answer = JSONResponse({"error": sentence}, status)
        await answer(scope, receive, send_with_headers)


def refusal(scope: Any, token: str) -> tuple[int, str] | None:
    """Why a request is refused: a status and a sentence; None if it may pass."""
    hosts = _values(scope, b"host")
    if len(hosts) != 1 or not _is_own_host(hosts[0]):
        return 400, "This page is served at 127.0.0.1 and localhost only."
    method = scope["method"]
    if method not in METHODS:
        return 405, f"The method must be GET or POST; got {method[:20]}."
    if method in READING and _is_public(scope["path"]):
        return None
    if not _is_own_origin(scope, hosts[0]):
        return 403, "Only the page itself may ask; this comes from another origin."
    if not _knows(scope, token):
        return 401, (
            "This address does not hold the key of the server that runs now; open the "
            "whole address that it printed when it was started."
        )
    return _refused_size(scope)


def too_large(limit: int = LARGEST_BODY) -> str:
    """The sentence for a body beyond the limit."""
    return (
        f"At most {limit // MEBIBYTE} MiB can be sent; take fewer rows or columns of "
        "the file, or train on it with halfmoon fit."
    )


def _values(scope: Any, name: bytes) -> list[str]:
    """All values of a header."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _is_own_host(host: str) -> bool:
    """Whether it is a name of this machine, with or without a port.

    Any port: the page may be reached through a tunnel.
    """
    if host.endswith("]"):
        return host in HOSTS
    name, colon, port = host.rpartition(":")
    if not colon:
        return host in HOSTS
    return name in HOSTS and port.isascii() and port.isdigit()


def _is_public(path: str) -> bool:
    return path == "/" or path.startswith("/static/")


def _is_own_origin(scope: Any, host: str) -> bool:
    """Whether our page asks, or a program that is no page.

    Browsers say where a request comes from, and no page can change what they say.
    """
    sites = _values(scope, b"sec-fetch-site")
    if sites and any(site not in ("same-origin", "none") for site in sites):
        return False
    origins = _values(scope, b"origin")
    return all(origin == f"http://{host}" for origin in origins)


def _knows(scope: Any, token: str) -> bool:
    given = _values(scope, b"authorization")
    expected = f"Bearer {token}".encode()
    return len(given) == 1 and hmac.compare_digest(given[0].encode(), expected)


def _refused_size(scope: Any) -> tuple[int, str] | None:
    for length in _values(scope, b"content-length"):
        if not (length.isascii() and length.isdigit()):
            return 400, "The length of the body must be a number."
        if int(length[:20]) > LARGEST_BODY:
            return 413, too_large()
    return None


async def _read_and_forget(receive: Any) -> None:
    size = 0
    while size < READ_ANYHOW:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
