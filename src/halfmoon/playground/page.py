"""The playground's page: its own modules, and those of the lesson's live figures."""

from importlib.resources import files

from halfmoon.serving.site import Site

SITE = Site(
    (
        files("halfmoon.playground").joinpath("static"),
        files("halfmoon.pages").joinpath("web"),
    )
)
