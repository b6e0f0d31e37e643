"""The files of the playground's page: one flat folder for the browser."""

from importlib.resources import files
from importlib.resources.abc import Traversable

FOLDERS = (
    files("halfmoon.playground").joinpath("static"),
    files("halfmoon.pages").joinpath("web"),
)
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}


def static_files() -> dict[str, Traversable]:
    """The files by name: a browser's name is looked up here, and no path made of it."""
    found: dict[str, Traversable] = {}
    for folder in FOLDERS:
        for file in folder.iterdir():
            if ending(file.name) in MEDIA_TYPES:
                if file.name in found:
                    raise ValueError(f"Two folders of the page hold {file.name}.")
                found[file.name] = file
    return found


def ending(name: str) -> str:
    """What a file's name ends with, such as ".js"."""
    return name[name.rfind(".") :]


def read_page() -> str:
    """The page itself."""
    return FOLDERS[0].joinpath("page.html").read_text(encoding="utf-8")
