"""The live figures of a page: their places, and the script that brings them to life."""

import json
import math
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from halfmoon.pages import modules

VIEWS = ("points", "plane", "network", "hidden", "loss", "curvature")
CONTROLS = ("rate", "units", "activation", "classes", "noise", "points", "weights")
FOLDER = files("halfmoon.pages").joinpath("web")
DEFAULTS = {
    "show": "plane network loss",
    "rate": "2.0",
    "units": "3",
    "activation": "tanh",
    "classes": "2",
    "noise": "",  # that of the shape
    "updates": "20000",
    "start": "begin",
    "autoplay": "no",
    "controls": "",
}


def live_figure(name: str, settings: Mapping[str, str], caption: str) -> str:
    """The place of a live figure: hidden until the page's script starts it.

    Parameters
    ----------
    name : str
        The figure's id on the page is "live-" and this name.
    settings : mapping of str to str
        ``show``: which views, in order, of `VIEWS`; ``controls``: which controls, of
        `CONTROLS`; ``rate``, ``units``, ``activation``, ``classes``, ``noise``: what it
        begins with; ``updates``: how many at most; ``start``: begin, or end for a
        network that is trained already; ``autoplay``: yes or no, whether it trains by
        itself. What is left out is taken from `DEFAULTS`.
    caption : str
        HTML.

    Raises
    ------
    ValueError
        For a setting or a value that there is not.

    Examples
    --------
    >>> print(live_figure("points", {"show": "points"}, "Drag a point."))
    <figure class="live" id="live-points" data-settings="{&quot;show&quot;: ...
    """
    unknown = set(settings) - set(DEFAULTS)
    if unknown:
        raise ValueError(
            f"A live figure has no setting {', '.join(sorted(unknown))}; its settings "
            f"are {', '.join(DEFAULTS)}."
        )
    told = {key: READ[key](key, settings.get(key, DEFAULTS[key])) for key in DEFAULTS}
    data = escape(json.dumps(told), quote=True)
    return (
        f'<figure class="live" id="live-{name}" data-settings="{data}" hidden>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _names(known: tuple[str, ...]) -> Callable[[str, str], list[str]]:
    def read(key: str, text: str) -> list[str]:
        names = text.split()
        for name in names:
            if name not in known:
                raise ValueError(
                    f"{key} of a live figure may be {', '.join(known)}; got {name}."
                )
        return names

    return read


def _one_of(*known: str) -> Callable[[str, str], str]:
    def read(key: str, text: str) -> str:
        if text not in known:
            raise ValueError(
                f"{key} of a live figure is {' or '.join(known)}; got {text!r}."
            )
        return text

    return read


def _number(low: float, high: float, kind: type) -> Callable[[str, str], float]:
    def read(key: str, text: str) -> float:
        try:
            value: float = kind(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            what = "a whole number" if kind is int else "a number"
            raise ValueError(
                f"{key} of a live figure is {what} from {low} to {high}; got {text!r}."
            )
        return value

    return read


def _noise(key: str, text: str) -> float | None:
    return _number(0.0, 0.5, float)(key, text) if text else None


def _yes_or_no(key: str, text: str) -> bool:
    return _one_of("yes", "no")(key, text) == "yes"


def _activation(key: str, text: str) -> str:
    return _one_of(*_manifest()["activations"])(key, text)


READ: dict[str, Callable[[str, str], Any]] = {
    "show": _names(VIEWS),
    "rate": _number(0.01, 4.0, float),
    "units": _number(1, 50, int),
    "activation": _activation,
    "classes": _number(2, 5, int),
    "noise": _noise,
    "updates": _number(1, 50_000, int),
    "start": _one_of("begin", "end"),
    "autoplay": _yes_or_no,
    "controls": _names(CONTROLS),
}


@cache
def _manifest() -> dict[str, Any]:
    """What the WebAssembly module carries, by index."""
    read: dict[str, Any] = json.loads(FOLDER.joinpath("manifest.json").read_bytes())
    return read


@cache
def script() -> str:
    """The page's one script, which is also what the figures' workers run."""
    return modules.join(modules.read_modules(FOLDER), "main")


@cache
def live_style() -> str:
    """The style sheet of the live figures."""
    return FOLDER.joinpath("live.css").read_text(encoding="utf-8")


def live_script(data: Mapping[str, Any]) -> str:
    """What stands last in the page's body: data, engine and script.

    `data` holds what the figures start from, as `halfmoon.tutorial.live` makes it.
    """
    engine = b64encode(FOLDER.joinpath("halfmoon.wasm").read_bytes()).decode("ascii")
    told = {**data, "activations": _manifest()["activations"], "wasm": engine}
    text = json.dumps(told, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<script type="application/json" id="halfmoon-data">{text}</script>\n'
        f'<script type="module" id="halfmoon-script">{script()}</script>'
    )


def content_security_policy() -> str:
    """The page's Content-Security-Policy: this one script, and nothing fetched."""
    return modules.policy(script(), engine=True)
