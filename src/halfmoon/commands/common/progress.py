"""What a terminal shows while work on a table goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def rows_bar(label: str, rows: int) -> Iterator[Callable[[int], None]]:
    """A bar with the time left; the function it yields is told of rows just done.

    Nothing is shown without a label, and where standard error is not a terminal.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    if not (console.is_terminal and label):
        yield lambda done: None  # rich 14.0 would end a bar that is not shown by a line
        return
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task(label, total=rows)
        yield lambda done: progress.advance(bar, done)


@contextmanager
def working(label: str) -> Iterator[None]:
    """A sign that something is going on, for work whose end nobody knows.

    Nothing is shown where standard error is not a terminal.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(Text(label)):
        yield
