"""The playground's page as one text, where no server can give its files."""

import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any

from halfmoon.pages import modules
from halfmoon.playground.static_files import read_page, static_files

LINKS = re.compile(r'<link rel="stylesheet" href="/static/([\w.-]+)">\n')
SCRIPT = re.compile(r'<script type="module" src="/static/[\w.-]+"></script>\n')


def one_page(main: str, data: Mapping[str, Any] | None = None) -> str:
    """The page with its styles, and with the module `main` and all that it needs.

    Parameters
    ----------
    main : str
        The name of the module that starts the page, without ".js".
    data : mapping of str to JSON, optional
        What the page finds by these ids, as texts of JSON.

    Returns
    -------
    str
        HTML that fetches nothing, and whose policy allows this one script.
    """
    page = read_page()
    script = joined(main)
    styles = "\n".join(_text(name) for name in LINKS.findall(page))
    policy = escape(modules.policy(script), quote=True)
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<style>{styles}</style>\n"
    )
    held = "".join(
        f'<script type="application/json" id="{escape(name, quote=True)}">'
        f"{_as_text(value)}</script>\n"
        for name, value in (data or {}).items()
    )
    whole = SCRIPT.sub(lambda _: head, LINKS.sub("", page))
    last = f'{held}<script type="module">{script}</script>\n</body>'
    return whole.replace("</body>", last)


@cache
def joined(main: str) -> str:
    """A module of the page and all that it needs, as one script."""
    scripts = {
        name.removesuffix(".js"): file.read_text(encoding="utf-8")
        for name, file in static_files().items()
        if name.endswith(".js")
    }
    return modules.join(scripts, main)


def _text(name: str) -> str:
    return static_files()[name].read_text(encoding="utf-8")


def _as_text(value: Any) -> str:
    """JSON that ends no script, whatever is in it."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
