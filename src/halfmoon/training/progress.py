"""A progress bar on the terminal while a network trains."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from halfmoon.training.run import Run


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
    function (run, done=None)
        Called after each chunk of updates, about every 50 ms, so that it costs nothing
        that could be measured. `done` are the epochs done, where the bar is not of one
        run alone.
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
        yield lambda run, done=None: None
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

        def show(run: Run, done: int | None = None) -> None:
            if run.epoch:
                text = f"loss {run.history.last('loss'):.4f}"
                completed = run.epoch if done is None else done
                bars.update(task, completed=completed, loss=text)

        yield show
