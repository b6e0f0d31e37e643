"""The web application: a page, its files, and a route for each operation."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from halfmoon.serving.guard import LARGEST_BODY, MEBIBYTE, Guard, too_large
from halfmoon.serving.operations import File, Operation, explain, operate
from halfmoon.serving.presence import Presence
from halfmoon.serving.site import MEDIA_TYPES, Site, ending

LARGEST_MESSAGE = 4 * MEBIBYTE  # of JSON, which takes ten times as much once it is read


def make_app(
    session: Any,
    site: Site,
    operations: Mapping[str, Operation],
    token: str,
    presence: Presence | None = None,
) -> Guard:
    """The application, with the guard before every route of it.

    Parameters
    ----------
    session
        What the operations are asked of.
    site : Site
        The page.
    operations : mapping of str to Operation
        What it may ask.
    token : str
        The secret that every question must bring along.
    presence : Presence, optional
        Is told which pages ask.
    """
    present = presence or Presence()
    routes = [
        Route("/", partial(_page, site), methods=["GET"]),
        Route("/static/{name}", partial(_file, site), methods=["GET"]),
        Route(
            "/api/leave",
            partial(_leave, present),
            methods=["POST"],
            max_body_size=LARGEST_MESSAGE,
        ),
        *(_route(session, present, each) for each in operations.values()),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _say_status})
    return Guard(app, token)


async def _page(site: Site, request: Request) -> Response:
    return Response(site.page(), media_type="text/html")


async def _file(site: Site, request: Request) -> Response:
    name = request.path_params["name"]
    file = site.files().get(name)
    if file is None:
        return JSONResponse({"error": f"There is no file {name[:60]!r}."}, 404)
    return Response(file.read_bytes(), media_type=MEDIA_TYPES[ending(name)])


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

    limit = LARGEST_BODY if chosen.takes_body else LARGEST_MESSAGE

    async def answer(request: Request) -> Response:
        presence.hear(_asking(request), request.client)
        try:
            sent = await request.body()
        except HTTPException as error:
            return JSONResponse({"error": too_large(limit)}, error.status_code)
        except ClientDisconnect:  # its page was closed: nobody hears an answer
            return Response(status_code=400)
        try:
            body = b""
            if chosen.takes_body:
                body = sent
                sent = request.query_params.get("message", "").encode()
            work = partial(_carry_out, session, chosen.name, sent, body)
            return await run_in_threadpool(work)
        except Exception as error:
            is_mistake, sentence = explain(error, chosen.name)
            return JSONResponse({"error": sentence}, 400 if is_mistake else 500)

    path = f"/api/{chosen.name}"
    return Route(path, answer, methods=["POST"], max_body_size=limit)


def _carry_out(session: Any, name: str, message: bytes, body: bytes) -> Response:
    """Read, carry out and write: all that takes time."""
    return _response(operate(session, name, read_json(message), body))


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
            json.dumps(answer, allow_nan=False, separators=(",", ":")),
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
