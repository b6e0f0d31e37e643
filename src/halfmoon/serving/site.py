"""A site: a page, and the files that it names, from one or several folders."""

import json
import re
from collections.abc import Mapping
from html import escape
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

from halfmoon.pages import modules

MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}
SHEET = re.compile(r'<link rel="stylesheet" href="/static/([\w.-]+)">\n')
SCRIPT = re.compile(r'<script type="module" src="/static/[\w.-]+"></script>\n')


class Site(NamedTuple):
    """A page and its files.

    The page, page.html, is in the first of the folders; to a browser they are one.
    """

    folders: tuple[Traversable, ...]

    def page(self) -> str:
        """The page itself."""
        return self.folders[0].joinpath("page.html").read_text(encoding="utf-8")

    def files(self) -> dict[str, Traversable]:
        """The files by name: a browser's is looked up here, and no path made of it.

        Raises ValueError for a name that is in two folders.
        """
        found: dict[str, Traversable] = {}
        for folder in self.folders:
            for file in folder.iterdir():
                if ending(file.name) in MEDIA_TYPES:
                    if file.name in found:
                        raise ValueError(f"Two folders of the page hold {file.name}.")
                    found[file.name] = file
        return found

    def joined(self, main: str) -> str:
        """The module `main` and all that it needs, as one script."""
        scripts = {
            name.removesuffix(".js"): file.read_text(encoding="utf-8")
            for name, file in self.files().items()
            if name.endswith(".js")
        }
        return modules.join(scripts, main)

    def as_one(self, main: str, data: Mapping[str, Any] | None = None) -> str:
        """The page as one text, for where no server can give its files.

        Parameters
        ----------
        main : str
            The name of the module that starts the page, without ".js".
        data : mapping of str to JSON, optional
            What the page finds by these ids, as texts of JSON.

        Returns
        -------
        str
            HTML that fetches nothing, and whose policy allows its one script.
        """
        page = self.page()
        files = self.files()
        script = self.joined(main)
        sheets = [files[name].read_text("utf-8") for name in SHEET.findall(page)]
        policy = escape(modules.policy(script), quote=True)
        head = (
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            f"<style>{''.join(sheets)}</style>\n"
        )
        held = "".join(_as_script(*each) for each in (data or {}).items())
        whole = SCRIPT.sub(lambda _: head, SHEET.sub("", page))
        last = f'{held}<script type="module">{script}</script>\n</body>'
        return whole.replace("</body>", last)


def ending(name: str) -> str:
    """What a file's name ends with, such as ".js"."""
    return name[name.rfind(".") :]


def _as_script(name: str, value: Any) -> str:
    """JSON that ends no script, whatever is in it."""
    text = json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
    begin = f'<script type="application/json" id="{escape(name, quote=True)}">'
    return f"{begin}{text}</script>\n"
