"""Serving: from a session to a page in the browser, until it is closed."""

import logging
import os
import secrets
import socket
import webbrowser
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import uvicorn

from halfmoon.serving.application import make_app
from halfmoon.serving.operations import Operation
from halfmoon.serving.presence import Presence
from halfmoon.serving.site import Site

HOST = "127.0.0.1"
MOST_CONNECTIONS = 128  # of which those that nothing happens on are closed beyond
KEPT_OPEN = 3600  # seconds: a browser closes what it does not need


class Server(uvicorn.Server):
    """A server on this machine alone, on a free port unless one is given.

    `address` holds the token in its fragment, which browsers send to nobody. The server
    ends once no page is left.
    """

    def __init__(
        self,
        session: Any,
        site: Site,
        operations: Mapping[str, Operation],
        port: int = 0,
    ) -> None:
        self.presence = Presence()
        token = secrets.token_urlsafe(24)
        super().__init__(
            uvicorn.Config(
                make_app(session, site, operations, token, self.presence),
                http="h11",
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEPT_OPEN,
                timeout_graceful_shutdown=2,
            )
        )
        self.socket = listen(port)
        self.origin = f"http://{HOST}:{self.socket.getsockname()[1]}"
        self.address = f"{self.origin}/#token={token}"

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until the last page is gone, or Ctrl-C."""
        try:
            super().run(sockets or [self.socket])
        except KeyboardInterrupt:  # uvicorn has ended well, and passes it on
            pass
        finally:
            self.socket.close()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End; whoever still asks is cut off, which is no error to be told."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Whether to end, asked ten times a second."""
        connections: Any = self.server_state.connections
        make_room(connections)
        self.presence.see({each.client for each in connections})
        if self.presence.is_over():
            return True
        return await super().on_tick(counter)


def make_room(connections: Collection[Any], most: int = MOST_CONNECTIONS) -> None:
    """Close connections on which nothing happens, if there are too many.

    First those on which nothing was ever asked, then those that were answered.
    """
    if len(connections) <= most:
        return
    unused = [each for each in connections if each.cycle is None]
    answered = [each for each in connections if each.cycle is not None]
    answered = [each for each in answered if each.cycle.response_complete]
    for each in [*unused, *answered][: len(connections) - most // 2]:
        each.transport.close()


def listen(port: int) -> socket.socket:
    """A socket on this machine alone; port 0 stands for any free one.

    Raises ValueError for a port that is taken.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # or a port stays taken for a minute after its server
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()  # so that the browser may come before the server
    except (OSError, OverflowError) as error:
        listening.close()
        why = getattr(error, "strerror", "it must be from 0 to 65535")
        raise ValueError(
            f"Port {port} cannot be used ({why}); name another one, or none "
            "for any that is free."
        ) from None
    return listening


def serve(
    session: Any,
    site: Site,
    operations: Mapping[str, Operation],
    port: int = 0,
    open_browser: bool = True,
    say: Callable[[str], None] = print,
    shown: Sequence[str] = (),
) -> None:
    """Show a session's page, and serve it until it is closed or Ctrl-C is pressed.

    Parameters
    ----------
    session
        What the page asks; it is closed at the end.
    site : Site
        The page.
    operations : mapping of str to Operation
        What it may ask.
    port : int
        0 for any that is free.
    open_browser : bool
        Whether to open the page in the browser.
    say : callable
        Is given the page's address in a sentence.
    shown : sequence of str
        What else the address says, such as "lesson=update".

    Raises
    ------
    ValueError
        For a port that cannot be used.
    """
    server = Server(session, site, operations, port)
    address = "&".join([server.address, *shown])
    say(f"The page is at\n{address}\nClose it to end, or press Ctrl-C here.")
    if open_browser:
        webbrowser.open(address)
    try:
        server.run()
    finally:
        session.close()
