"""What a command prints: tables on a terminal, plain lines elsewhere, or JSON."""

import json
import math
from collections.abc import Sequence
from typing import Any

import typer


def print_json(value: Any) -> None:
    """Plain data as JSON in ASCII; what is not finite becomes null."""
    text = json.dumps(_finite(value), indent=2, allow_nan=False)
    typer.echo(text)


def _finite(value: Any) -> Any:
    """The value as JSON has it: NumPy's numbers as Python's, and no NaN."""
    if isinstance(value, dict):
        return {str(name): _finite(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    if hasattr(value, "tolist"):
        return _finite(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def print_table(
    names: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()
) -> None:
    """Rows of texts under the names of their columns; some columns end at the right.

    A terminal's table is as wide as the terminal. Elsewhere no line is broken, and
    there are no colours.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = Console()
    width = None if terminal.is_terminal else 100_000
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for j, name in enumerate(names):
        justify: Any = "right" if j in right else "left"
        table.add_column(Text(name), justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console(width=width, soft_wrap=False)
    with console.capture() as captured:
        console.print(table)
    lines = captured.get().splitlines()
    typer.echo("\n".join(line.rstrip() for line in lines))


def as_share(count: int, of: int) -> str:
    """A share of the rows in per cent: 0% and 100% only where it is that exactly.

    >>> as_share(0, 500), as_share(1, 500), as_share(125, 500), as_share(499, 500)
    ('0%', '<1%', '25%', '>99%')
    """
    share = f"{count / of:.0%}"
    if share == "0%" and count > 0:
        return "<1%"
    return ">99%" if share == "100%" and count < of else share


def as_number(value: float, digits: int = 4) -> str:
    """A number with so many digits, and never an exponent for a large one.

    >>> as_number(0.91234), as_number(38076.2), as_number(401.3, digits=2)
    ('0.9123', '38,076', '401')
    """
    is_large = abs(value) >= 10.0 ** (digits - 1)
    return f"{value:,.0f}" if is_large else f"{value:.{digits}g}"
