"""Packages that only some have installed."""

import pytest

from halfmoon.playground import extras
from halfmoon.playground.extras import require_extra


def test_a_package_that_is_missing_is_told_with_the_command(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(ImportError) as refused:
        require_extra("play")
    assert str(refused.value) == (
        "starlette and uvicorn must be installed to serve the playground: "
        "python -m pip install starlette uvicorn."
    )


def test_what_is_installed_is_not_missing():
    require_extra("play")
