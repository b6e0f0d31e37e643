"""The paper the tutorial is written on: what a section says goes to the terminal at once, and to a page at the end."""

import html
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from halfmoon.interrupt import Interrupt

STYLE: dict[Any, Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "font.size": 10.5,
    "legend.fontsize": 10,
    "savefig.dpi": 160,
    "svg.hashsalt": "halfmoon",
}


@dataclass
class Book:
    """Text, tables, numbers and figures of a run of the tutorial, in order."""

    out: Path
    seed: int = 0
    quick: bool = False
    console: Console = field(default_factory=Console)
    results: dict[str, Any] = field(default_factory=dict)
    page: list[str] = field(default_factory=list)
    section: str = ""
    interrupt: Interrupt = field(default_factory=Interrupt)

    def heed(self) -> None:
        """Grant a Ctrl-C that came while a section was at work: drawing libraries would lose an exception then."""
        if self.interrupt.seen:
            raise KeyboardInterrupt

    def open(self, number: int, name: str, title: str) -> None:
        """Begin a section."""
        self.heed()
        self.section = name
        self.results[name] = {}
        self.console.print()
        self.console.rule(f"[bold]{number}. {title}", align="left")
        self.page.append(f"<h2 id='{name}'>{number}. {html.escape(title)}</h2>")

    def say(self, text: str) -> None:
        """A paragraph."""
        self.heed()
        text = " ".join(text.split())
        self.console.print(
            Padding(text, (1, 2, 0, 2)), width=min(self.console.width, 100), highlight=False, markup=False
        )
        self.page.append(f"<p>{html.escape(text)}</p>")

    def show(self, value: Any) -> None:
        """Something with a terminal form and an HTML form, such as a Trace."""
        wide = self.console.width >= 72
        self.console.print(Padding(value if wide else Text(str(value)), (1, 2, 0, 2)))
        self.page.append(f"<div class='wide'>{value.html()}</div>")

    def code(self, text: str) -> None:
        """Lines of code or fixed-width output."""
        self.console.print(Padding(text, (1, 4, 0, 4)), highlight=False, markup=False)
        self.page.append(f"<pre>{html.escape(text)}</pre>")

    def items(self, texts: Sequence[str]) -> None:
        """A numbered list."""
        for i, text in enumerate(texts, start=1):
            row = Table.grid(padding=(0, 1))
            row.add_row(f"{i}.", Text(text))
            self.console.print(Padding(row, (1 if i == 1 else 0, 2, 0, 4)), highlight=False)
        self.page.append("<ol>" + "".join(f"<li>{html.escape(text)}</li>" for text in texts) + "</ol>")

    def number(self, name: str, value: Any) -> Any:
        """Keep a number for results.json, and hand it back to be shown."""
        self.results[self.section][name] = value
        return value

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A table; the first column heads its row, the others are set to the right."""
        table = Table(title=title, title_justify="left", title_style="italic")
        for i, column in enumerate(columns):
            table.add_column(column, justify="left" if i == 0 else "right")
        for row in rows:
            table.add_row(*(Text(str(cell)) for cell in row))
        self.console.print(Padding(table, (1, 2, 0, 2)))
        head = "".join(f"<th scope='col'>{html.escape(column)}</th>" for column in columns)
        body = "".join(
            f"<tr><th scope='row'>{html.escape(str(row[0]))}</th>"
            + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row[1:])
            + "</tr>"
            for row in rows
        )
        caption = f"<caption>{html.escape(title)}</caption>"
        self.page.append(
            f"<div class='wide'><table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    @contextmanager
    def figure(self, name: str, caption: str, described: str, size: tuple[float, float]) -> Iterator[Figure]:
        """A figure to draw on, saved as PNG and SVG; `described` is what a reader who cannot see it is told."""
        self.heed()
        with mpl.rc_context(STYLE):
            fig = Figure(figsize=size, layout="constrained")
            yield fig
            for kind in ("png", "svg"):
                fig.savefig(self.out / f"{name}.{kind}", metadata={"Date": None} if kind == "svg" else None)
        told = Text(f"Figure: {self.out / name}.png (and .svg)\n{caption}", style="dim")
        self.console.print(Padding(told, (1, 4, 0, 4)))
        image = f"<img src='{name}.svg' alt='{html.escape(described, quote=True)}'>"
        self.page.append(f"<figure>{image}<figcaption>{html.escape(caption)}</figcaption></figure>")

    def close(self) -> None:
        """Write results.json and index.html."""
        (self.out / "results.json").write_text(json.dumps(self.results, indent=2) + "\n", encoding="utf-8")
        (self.out / "index.html").write_text(PAGE.replace("BODY", "\n".join(self.page)), encoding="utf-8")


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A neural network from scratch, alive</title>
<style>
:root { color-scheme: light dark; --ink: #222; --paper: #fdfcf9; --faint: #77736a; --line: #ddd8cc }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e4da; --paper: #1b1a18; --faint: #a39d90; --line: #3b3833 } }
body { max-width: 46rem; margin: 0 auto; padding: 2rem 1.2rem 5rem; color: var(--ink); background: var(--paper);
       font: 1.05rem/1.6 Georgia, serif }
h1, h2 { line-height: 1.25; font-weight: 600 }
h2 { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1.2rem }
figure { margin: 1.8rem 0 } img { width: 100%; height: auto; background: #fff; border-radius: 6px }
figcaption, caption { color: var(--faint); font-size: .92rem; text-align: left; padding: .3rem 0 }
.wide { overflow-x: auto } table { border-collapse: collapse; margin: 1.2rem 0; font-size: .92rem }
th, td { padding: .25rem .8rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top;
         font-variant-numeric: tabular-nums }
th:first-child, td:first-child, .trace th { text-align: left; font-weight: 500 }
.trace th, .trace td, caption { white-space: nowrap }
@media (max-width: 40rem) { figure { overflow-x: auto } img { width: 40rem; max-width: none } }
@media (prefers-color-scheme: dark) { img { filter: brightness(.92) } }
pre { overflow-x: auto; font: .86rem/1.5 ui-monospace, monospace; margin: .6rem 0 } td pre { margin: 0 }
</style>
<h1>A neural network from scratch, alive</h1>
BODY
</html>
"""
