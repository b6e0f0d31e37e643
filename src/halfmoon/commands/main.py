"""The command line: one function a command. Nothing heavy is imported before a command
needs it.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from halfmoon import __version__

app = typer.Typer(
    rich_markup_mode=None,
    help="The neural network you can read.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"halfmoon {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_version,
            is_eager=True,
            help="Print the version and leave.",
        ),
    ] = False,
) -> None:
    """The neural network you can read."""


@app.command()
def tutorial(
    out: Annotated[
        Path, typer.Option(help="Folder for figures, results.json and index.html.")
    ] = Path("tutorial"),
    seed: Annotated[
        int,
        typer.Option(
            help="0 gives the tutorial's own points and weights.", min=0, max=2**32 - 1
        ),
    ] = 0,
    only: Annotated[
        str | None,
        typer.Option(help="One section, by name or number.", metavar="SECTION"),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer passes, and figures as SVG only.")
    ] = False,
    engine: Annotated[
        str, typer.Option(help="Who trains: auto, compiled or numpy.", metavar="ENGINE")
    ] = "auto",
    open_page: Annotated[
        bool, typer.Option("--open", help="Open index.html in the browser afterwards.")
    ] = False,
) -> None:
    """Run the tutorial; write its page, figures and numbers."""
    told = "nothing was told yet"
    try:
        from halfmoon.tutorial.program import run

        told = f"what was told so far is in {out.resolve()}"
        run(out, seed, only, quick, engine)
    except KeyboardInterrupt:
        typer.echo(f"halfmoon: interrupted; {told}.", err=True)
        raise typer.Exit(130) from None
    typer.echo(
        f"\nWritten to {out.resolve()}: index.html, results.json and the figures."
    )
    if open_page:
        typer.launch(str((out / "index.html").resolve()))


@app.command("list")
def list_registries(
    registry: Annotated[
        str | None,
        typer.Argument(help="activations, losses, optimizers, ...; without it, all."),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Everything, as a page of documentation.")
    ] = False,
) -> None:
    """List activations, losses, optimizers, schedules, data sets."""
    from rich.console import Console
    from rich.table import Table

    from halfmoon.commands import catalogue
    from halfmoon.components.rules import nearest

    if markdown and registry is not None:
        raise ValueError(f"--markdown writes all registries; leave out {registry!r}.")
    if markdown:
        typer.echo(catalogue.markdown(), nl=False)
        return
    if registry is not None and registry not in catalogue.REGISTRIES:
        raise ValueError(
            f"There is no registry {registry!r}; "
            f"{nearest(registry, catalogue.REGISTRIES)}"
        )
    for kind, blocks in catalogue.REGISTRIES.items():
        if registry in (None, kind):
            table = Table(
                title=kind,
                title_justify="left",
                box=None,
                padding=(0, 2),
                show_header=False,
            )
            for name, block in blocks.items():
                lines = [
                    catalogue.summary(block),
                    *(f"  {line}" for line in catalogue.settings(block)),
                ]
                table.add_row(
                    catalogue.names(blocks, name), "\n".join(lines).replace("[", r"\[")
                )
            Console().print(table, "")


def main() -> None:
    """Run the command line; a user's mistake ends in one sentence, never in a
    traceback.
    """
    try:
        app()
    except (ValueError, OSError) as error:
        typer.echo(f"halfmoon: {error}", err=True)
        sys.exit(2)
