"""The command line, run in this process."""

import sys
from typing import NamedTuple

import pytest

from halfmoon.commands import main


class Done(NamedTuple):
    status: int
    output: str
    error: str


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs `halfmoon` with arguments."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["halfmoon", *arguments])
        with pytest.raises(SystemExit) as stop:
            main.main()
        output, error = capsys.readouterr()
        return Done(int(stop.value.code or 0), output, error)

    return call
