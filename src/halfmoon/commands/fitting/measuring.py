"""The measuring of a model, with a bar of what is being measured."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from halfmoon.commands.common.reading import way_of_reading
from halfmoon.commands.fitting.preparing import Prepared

if TYPE_CHECKING:
    from halfmoon.report.measured import Measured
    from halfmoon.tables.understood import Understood


def measure_fit(
    prepared: Prepared,
    model: Any,
    *,
    seconds: float,
    model_bytes: int,
    command: str,
    python: str,
) -> "Measured":
    """What the report of a fit shows, on rows that the model has not learned from."""
    from halfmoon.report.measure import measure
    from halfmoon.tables.findings import findings

    train = prepared.train
    test = prepared.test
    with measuring_bar() as progress:
        progress(0.0, "the table")
        found = findings(prepared.table, prepared.schema, prepared.target)
        return measure(
            model,
            train.table,
            train.y,
            test.table,
            test.y,
            split=prepared.split,
            target=prepared.target.column,
            source=prepared.understood.source,
            reading=told_of_reading(prepared.understood),
            task_reason=prepared.target.why,
            left_out=prepared.left_out,
            findings=tuple(found),
            command=command,
            python=python,
            fit_seconds=seconds,
            model_bytes=model_bytes,
            test_rows=test.numbers + 1,
            progress=progress,
        )


def told_of_reading(understood: "Understood") -> str:
    """How the file was read, as sentences for the page."""
    head, *_ = str(understood).removeprefix(f"{understood.source}: ").splitlines()
    way = way_of_reading(understood)
    return " ".join([f"{head}{way and f'; {way}'}.", *understood.notes])


@contextmanager
def measuring_bar() -> Iterator[Callable[[float, str], None]]:
    """A bar on the terminal, told a share from 0 to 1 and what is being measured."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda share, what: None
        return
    columns = (
        TextColumn("measuring"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("", total=1.0)

        def show(share: float, what: str) -> None:
            bars.update(task, completed=share, description=what)

        yield show
