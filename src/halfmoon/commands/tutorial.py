"""`halfmoon tutorial` runs the tutorial and writes its page."""

import time
from pathlib import Path
from typing import Annotated

import typer


def command(
    out: Annotated[
        str,
        typer.Option(
            help="Folder for figures, results.json and index.html.", metavar="FOLDER"
        ),
    ] = "tutorial",
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
        str,
        typer.Option(help="What trains: auto, compiled or numpy.", metavar="ENGINE"),
    ] = "auto",
    open_page: Annotated[
        bool, typer.Option("--open", help="Open index.html in the browser afterwards.")
    ] = False,
) -> None:
    """Run the tutorial; write its page, figures and numbers."""
    if not out.strip():
        raise ValueError("--out is empty; name a folder, or leave it out.")
    begin = time.perf_counter()
    folder = Path(out).resolve()
    written = "nothing was written"
    try:
        from halfmoon.tutorial.program import run

        written = f"the sections so far are in {folder}, unfinished.html"
        book = run(folder, seed, only, quick, engine)
    except KeyboardInterrupt:
        typer.echo(f"halfmoon: interrupted; {written}.", err=True)
        raise typer.Exit(130) from None
    page = book.out / "index.html"
    seconds = time.perf_counter() - begin
    typer.echo(
        f"\nWritten in {seconds:.0f} seconds: the page, its numbers in results.json, "
        f"and the figures. Open the page in a browser:\n{page.as_uri()}"
    )
    if open_page:
        typer.launch(str(page))
