"""The command line: the app, its commands, and how it ends when something is wrong.

A command is a module of this folder with a function `command`; it is called by the
module's name. `common` holds what they share. Nothing heavy is imported before a
command needs it.
"""

import io
import pkgutil
import sys
from importlib import import_module
from typing import Annotated

import typer

from halfmoon import __version__, commands
from halfmoon.commands.common.endings import with_endings

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
    kind = getattr(found, "Command", None)
    app.command(module.name, cls=kind)(with_endings(found.command))


def main() -> None:
    """Run the command line; `endings` says how it ends.

    Signs that the terminal's encoding lacks are printed as "?".
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
