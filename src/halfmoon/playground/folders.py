"""Where the page's files are: its own, and those of the lesson's live figures."""

from importlib.resources import files

FOLDERS = (
    files("halfmoon.playground").joinpath("static"),
    files("halfmoon.pages").joinpath("web"),
)
