"""Onlookers while a network trains. A callback is any function (network, run) -> stop?, told after each epoch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from halfmoon.loop import Run


@contextmanager
def progress_bar(label: str, epochs: int) -> Iterator[Callable[[Run], None]]:
    """A bar on the terminal for ``train(..., progress=bar)``; silent where output is not a terminal.

    It is told after each block of updates (about 50 ms), so it costs nothing that could be measured.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda run: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    loss = TextColumn("{task.fields[loss]}")
    with Progress(*columns, loss, console=console, transient=True) as bars:
        task = bars.add_task(label, total=epochs, loss="")

        def told(run: Run) -> None:
            if run.epoch:
                bars.update(task, completed=run.epoch, loss=f"loss {run.history['loss'][-1]:.4f}")

        yield told
