"""The web application: a page, its files, and a route for each operation."""

import json
import logging
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from halfmoon.playground import editing, output, seeing, teaching, training
from halfmoon.playground.api import OPERATIONS, File, operate
from halfmoon.playground.guard import LARGEST_BODY, MEBIBYTE, Guard, too_large
from halfmoon.playground.operations import Operation
from halfmoon.playground.packing import jsonable
from halfmoon.playground.presence import Presence

LARGEST_MESSAGE = 4 * MEBIBYTE  # of JSON, which takes ten times as much once it is read
# whose operations are served
ROOMS = (editing, output, seeing, teaching, training)
FOLDERS = (
    files("halfmoon.playground").joinpath("static"),
    files("halfmoon.pages").joinpath("web"),
)
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}
log = logging.getLogger("halfmoon.playground")


def make_app(session: Any, token: str, presence: Presence | None = None) -> Guard:
    """The application, with the guard before every route of it.

    Parameters
    ----------
    session : Session
    token : str
        The secret that every question must bring along.
    presence : Presence, optional
        Is told which pages ask.
    """
    present = presence or Presence()
    routes = [
        Route("/", _page, methods=["GET"]),
        Route("/static/{name}", _static, methods=["GET"]),
        Route(
            "/api/leave",
            partial(_leave, present),
            methods=["POST"],
            max_body_size=LARGEST_MESSAGE,
        ),
        *(_route(session, present, each) for each in OPERATIONS.values()),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _say_status})
    return Guard(app, token)


def static_files() -> dict[str, Traversable]:
    """The page's files by name: one flat folder for the browser.

    A name that the browser asks for is looked up here; no path is ever made of it.
    """
    found: dict[str, Traversable] = {}
    for folder in FOLDERS:
        for file in folder.iterdir():
            if _ending(file.name) in MEDIA_TYPES:
                if file.name in found:
                    raise ValueError(f"Two folders of the page hold {file.name}.")
                found[file.name] = file
    return found


def _ending(name: str) -> str:
    return name[name.rfind(".") :]


async def _page(request: Request) -> Response:
    page = FOLDERS[0].joinpath("page.html").read_bytes()
    return Response(page, media_type="text/html")


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    file = static_files().get(name)
    if file is None:
        return JSONResponse({"error": f"There is no file {name[:60]!r}."}, 404)
    return Response(file.read_bytes(), media_type=MEDIA_TYPES[_ending(name)])


async def _leave(presence: Presence, request: Request) -> Response:
    presence.leave(_asking(request))
    return JSONResponse({})


def _asking(request: Request) -> str:
    """The name that a page gives itself; none for a script."""
    return request.headers.get("halfmoon-page", "")[:60]


def _route(session: Any, presence: Presence, chosen: Operation) -> Route:
    """The route of an operation, which is carried out beside the server's own thread.

    Its message is the request's body, or stands in the address if the body is a file.
    """

    async def answer(request: Request) -> Response:
        presence.hear(_asking(request))
        sent = await request.body()
        try:
            if chosen.takes_body:
                message = read_json(request.query_params.get("message", "").encode())
                body = sent
            else:
                message = read_json(sent)
                body = b""
            work = partial(operate, session, chosen.name, message, body)
            return _response(await run_in_threadpool(work))
        except Exception as error:
            return _say(error, chosen.name)

    limit = LARGEST_BODY if chosen.takes_body else LARGEST_MESSAGE
    path = f"/api/{chosen.name}"
    return Route(path, answer, methods=["POST"], max_body_size=limit)


def read_json(text: bytes) -> Any:
    """A message; an empty one stands for no values. NaN is no JSON.

    Raises ValueError for what is none.
    """

    def refuse(name: str) -> None:
        raise ValueError(name)

    try:
        return json.loads(text, parse_constant=refuse) if text.strip() else {}
    except (ValueError, RecursionError):
        raise ValueError("The message is no JSON; send an object of JSON.") from None


def _response(answer: Any) -> Response:
    if not isinstance(answer, File):
        return Response(
            json.dumps(jsonable(answer), allow_nan=False, separators=(",", ":")),
            media_type="application/json",
        )
    name = {"halfmoon-name": quote(answer.name)}
    return Response(answer.content, media_type=answer.media_type, headers=name)


async def _say_status(request: Request, error: Exception) -> Response:
    """What the routes themselves refuse."""
    status = getattr(error, "status_code", 500)
    told = {
        404: f"There is no {request.url.path[:60]!r} here.",
        405: f"{request.url.path[:60]!r} does not know {request.method}.",
        413: too_large(LARGEST_MESSAGE),
    }
    return JSONResponse({"error": told.get(status, "This cannot be answered.")}, status)


def _say(error: Exception, name: str) -> Response:
    """A mistake in its own sentence; of a fault of ours the terminal shows where."""
    sentence = str(error).rstrip()
    if isinstance(error, ValueError) and sentence.endswith((".", "?")):
        return JSONResponse({"error": sentence}, 400)
    log.error("A fault of halfmoon's own in %r.", name, exc_info=error)
    told = (
        f"This is a fault of halfmoon's own ({type(error).__name__}); the terminal in "
        "which it was started shows more. Please report it."
    )
    return JSONResponse({"error": told}, 500)
