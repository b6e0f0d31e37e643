"""Options from the fields of a dataclass."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer

from halfmoon.commands.common.options import Json, Reading, TablePath, with_options


@dataclass(frozen=True)
class Colours:
    """Two options."""

    red: Annotated[int, typer.Option(help="How red.")] = 1
    blue: Annotated[bool, typer.Option("--blue")] = False


@pytest.fixture
def called(monkeypatch):
    """Runs a command with arguments, and returns what it was called with."""

    def call(*arguments):
        seen = {}
        app = typer.Typer()

        @app.command()
        @with_options
        def command(
            table: TablePath,
            reading: Reading,
            colours: Colours,
            as_json: Json = False,
        ) -> None:
            """A command."""
            seen.update(vars(), seen=None)

        app(arguments, standalone_mode=False)
        return seen

    return call


def test_without_options_each_group_has_its_defaults(called):
    seen = called("x.csv")
    assert seen["table"] == "x.csv"
    assert seen["reading"] == Reading()
    assert seen["colours"] == Colours(1, False)
    assert seen["as_json"] is False


def test_options_become_fields(called):
    seen = called(
        *("x.csv", "--separator", ";", "--no-header", "--skip", "2"),
        *("--columns", "a=text", "--columns", "b=id", "--red", "5", "--blue", "--json"),
    )
    assert seen["reading"] == Reading(
        separator=";", header=False, skip=2, columns=["a=text", "b=id"]
    )
    assert seen["colours"] == Colours(5, True)
    assert seen["as_json"] is True


def test_each_field_of_the_reading_is_described(capsys):
    app = typer.Typer(rich_markup_mode=None)

    @app.command()
    @with_options
    def command(reading: Reading) -> None:
        """A command."""

    app(["--help"], standalone_mode=False)
    shown = capsys.readouterr().out
    for option in ("encoding", "separator", "quote", "comment", "skip", "columns"):
        assert f"--{option} " in shown
    assert "--header / --no-header" in shown
