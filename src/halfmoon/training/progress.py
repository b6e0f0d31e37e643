"""A progress bar on the terminal while a network trains."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from halfmoon.training.run import Run

EVERY = 0.1  # seconds between two losses shown


@contextmanager
def progress_bar(label: str, epochs: int) -> Iterator[Callable[..., None]]:
    """A bar on the terminal, for ``train(..., progress=bar)``.

    Nothing is shown where standard error is not a terminal.

    Parameters
    ----------
    label : str
        What stands before the bar.
    epochs : int
        How many epochs make it full.

    Yields
    ------
    function (*runs, done=None)
        Called after each chunk of updates, about every 50 ms, so that it costs nothing
        that could be measured. Of several runs the means are shown: the loss, and the
        lowest validation loss so far. `done` are the epochs done, where they are not
        those of one run.
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
    if not console.is_terminal:
        yield lambda *runs, done=None: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    loss = TextColumn("{task.fields[loss]}")
    with Progress(*columns, loss, console=console, transient=True) as bars:
        task = bars.add_task(label, total=epochs, loss="")

        shown = -np.inf

        def show(*runs: Run, done: int | None = None) -> None:
            nonlocal shown
            begun = [run for run in runs if run.epoch]
            if not begun:
                return
            completed = begun[0].epoch if done is None else done
            now = time.monotonic()
            if now - shown >= EVERY or completed >= epochs:
                shown = now
                bars.update(task, loss=_losses(begun))
            bars.update(task, completed=completed)

        yield show


def _losses(runs: list[Run]) -> str:
    """The mean loss of runs, and the mean of their lowest validation losses."""
    loss = np.mean([run.history.last("loss") for run in runs])
    validated = [run.history["validation_loss"] for run in runs if run.validated]
    if not validated:
        return f"loss {loss:.4f}"
    best = np.mean([np.nanmin(losses) for losses in validated])
    return f"loss {loss:.4f}, best validation {best:.4f}"
