"""The command line: the app, its commands, and how it ends when something is wrong.

A command is a module of this folder with a function `command`; it is called by the
module's name. Nothing heavy is imported before a command needs it.
"""

import io
import pkgutil
import sys
from importlib import import_module
from typing import Annotated

import typer

from halfmoon import __version__, commands

app = typer.Typer(
    rich_markup_mode=None,
    help="The neural network you can read.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"halfmoon {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and leave.",
        ),
    ] = False,
) -> None:
    """The neural network you can read."""


for module in pkgutil.iter_modules(commands.__path__):
    if module.ispkg or module.name in ("main", "catalogue"):
        continue  # what commands are made of
    found = import_module(f"halfmoon.commands.{module.name}")
    app.command(module.name, cls=getattr(found, "Command", None))(found.command)


def main() -> None:
    """Run the command line; a user's mistake ends in one sentence, not a traceback.

    Signs that the terminal's encoding lacks are printed as "?".
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except (ValueError, OSError) as error:
        typer.echo(f"halfmoon: {error}", err=True)
        sys.exit(2)
