"""Packages that only the playground needs, and only some of its ends."""

from importlib.util import find_spec

PURPOSES = {
    "play": ("to serve the playground", ("starlette", "uvicorn")),
    "notebook": ("to show the playground in a notebook", ("anywidget",)),
}


def require_extra(extra: str) -> None:
    """ImportError in one sentence, with the command, if an extra is not installed."""
    purpose, packages = PURPOSES[extra]
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise ImportError(
            f"{' and '.join(missing)} must be installed {purpose}: "
            f"python -m pip install {' '.join(missing)}."
        )
