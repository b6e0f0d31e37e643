"""A page as it is written: every part goes to the terminal at once, and to the page."""

import inspect
import json
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from halfmoon.atomic import write_file
from halfmoon.pages import html
from halfmoon.pages.drawing_process import drawing_process
from halfmoon.pages.equations import EQUATIONS, mathml, statement_of
from halfmoon.pages.figures import on_page, style
from halfmoon.pages.numbers import plain, resolve, with_address
from halfmoon.training.interrupt import Interrupt

# where results.json keeps times: all other numbers are the same in every run
TIMES = "times"


@dataclass
class Book:
    """Text, equations, tables, numbers and figures of one page, in order.

    Texts may hold numbers from `number`, which know their address in results.json,
    `code` between backticks, and formulas as they are in code and in LaTeX,
    $x^2|x^2$. Files are written to the folder `out`; `png` asks for PNG files of the
    figures beside the SVG files.
    """

    out: Path
    front: html.Front
    png: bool = True
    console: Console = field(default_factory=Console)
    results: dict[str, Any] = field(default_factory=dict)
    body: list[str | Callable[[], str]] = field(default_factory=list)
    headings: list[html.Heading] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # figures that could not be drawn
    interrupt: Interrupt = field(default_factory=Interrupt)

    def stop_if_interrupted(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C came since the last call.

        (While a figure is drawn, matplotlib would lose the exception.)
        """
        if self.interrupt.seen:
            raise KeyboardInterrupt

    def begin(self, number: str, name: str, title: str) -> None:
        """Begin a section, or with a number such as "8.1" a part of one.

        The numbers that follow are kept under its `name`.
        """
        self.stop_if_interrupted()
        head = html.Heading(number, name, title)
        self.headings.append(head)
        self.results[name] = {}
        dot = "" if head.is_part else "."
        self.console.print()
        self.console.rule(f"[bold]{number}{dot} {title}", align="left")
        self.body.append(html.heading(head))

    # Numbers

    def number(self, name: str, value: Any) -> Any:
        """Keep a number, or a list or dict of them, for results.json.

        Returns it, to be shown.
        """
        return self._keep(self.headings[-1].name, name, value)

    def time(self, name: str, seconds: Any) -> Any:
        """Keep a time, apart from the numbers that are the same in every run."""
        return self._keep(f"{TIMES}/{self.headings[-1].name}", name, seconds)

    def _keep(self, where: str, name: str, value: Any) -> Any:
        kept = self.results
        for key in where.split("/"):
            kept = kept.setdefault(key, {})
        kept[name] = plain(value)
        return with_address(f"/{where}/{name}", kept[name])

    def plain(self, text: str) -> str:
        """The text with its numbers written out, for a figure or the terminal."""
        return resolve(html.bare(text), self.results)

    def html(self, text: str) -> str:
        """The same for the page."""
        return resolve(html.text(text), self.results, html.number)

    # Texts, code, tables

    def say(self, text: str) -> None:
        """Write a paragraph, in the terminal and on the page."""
        self.stop_if_interrupted()
        text = " ".join(text.split())
        width = min(self.console.width, 100)
        self._print(Padding(self.plain(text), (1, 2, 0, 2)), width=width)
        self.body.append(f"<p>{self.html(text)}</p>")

    def _print(self, what: Any, **options: Any) -> None:
        self.console.print(what, highlight=False, markup=False, **options)

    def show(self, value: Any) -> None:
        """Something with a terminal form and an HTML form, such as a Trace."""
        narrow = self.console.width < 72
        printed = Text(str(value)) if narrow else value
        self.console.print(Padding(printed, (1, 2, 0, 2)))
        self.body.append(html.wide(value.html()))

    def formulas(self, *pairs: tuple[str, str]) -> None:
        """Formulas, each as written in code and in LaTeX."""
        written = "\n".join(code for code, _ in pairs)
        self._print(Padding(written, (1, 4, 0, 4)))
        blocks = "".join(mathml(tex, block=True) for _, tex in pairs)
        self.body.append(f'<div class="formulas">{blocks}</div>')

    def equations(self, title: str, *tags: str) -> None:
        """Equations by their tags, each beside the statement that computes it."""
        listed = Table(
            title=title, title_justify="left", title_style="italic", show_header=False
        )
        for tag in tags:
            statement = statement_of(tag)
            where = f"{statement.file}:{statement.number}"
            listed.add_row(
                Text(f"[{tag}]"),
                Text(EQUATIONS[tag][0]),
                Text(f"{statement.code}\n{where}"),
            )
        self.console.print(Padding(listed, (1, 2, 0, 2)), highlight=False)
        self.body.append(html.equations(title, tags))

    def code(self, *functions: Callable[..., Any]) -> None:
        """The source of functions."""
        sources = [textwrap.dedent(inspect.getsource(each)) for each in functions]
        source = "\n\n".join(each.strip() for each in sources)
        lines = Syntax(
            source,
            "python",
            theme="ansi_light",
            background_color="default",
            word_wrap=True,
        )
        self._print(Padding(lines, (1, 4, 0, 4)))
        self.body.append(html.code(source))

    def items(self, texts: Sequence[str]) -> None:
        """Write a numbered list."""
        for i, text in enumerate(texts, start=1):
            row = Table.grid(padding=(0, 1))
            row.add_row(f"{i}.", Text(self.plain(text)))
            above = 1 if i == 1 else 0
            self.console.print(Padding(row, (above, 2, 0, 4)), highlight=False)
        listed = "".join(f"<li>{self.html(text)}</li>" for text in texts)
        self.body.append(f"<ol>{listed}</ol>")

    def table(
        self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """A table; the first column heads its row, the others are set to the right."""
        texts = [[format(cell) for cell in row] for row in rows]
        table = Table(
            title=self.plain(title), title_justify="left", title_style="italic"
        )
        for i, column in enumerate(columns):
            table.add_column(self.plain(column), justify="left" if i == 0 else "right")
        for row in texts:
            table.add_row(*(Text(self.plain(cell)) for cell in row))
        self.console.print(Padding(table, (1, 2, 0, 2)))
        head = [self.html(column) for column in columns]
        cells = [[self.html(cell) for cell in row] for row in texts]
        self.body.append(html.table(self.html(title), head, cells))

    # Figures

    @contextmanager
    def figure(
        self, name: str, caption: str, description: str, size: tuple[float, float]
    ) -> Iterator[Figure]:
        """A figure to draw on, saved as SVG and PNG.

        `description` is for a reader who cannot see it; `size` is in inches. On narrow
        screens every axes of the figure stands by itself.
        """
        self.stop_if_interrupted()
        with style():
            fig = Figure(figsize=size)
            yield fig
        process = drawing_process()
        order = process.order(fig, self.out, name, png=self.png)
        files = f"{self.out / name}.svg{' (and .png)' if self.png else ''}"
        line = Text(f"Figure: {files}\n{self.plain(caption)}", style="dim")
        self.console.print(Padding(line, (1, 4, 0, 4)))
        label = escape(self.plain(description))
        below = self.html(caption)

        def fetch() -> str:
            try:
                svg, boxes = process.result(order)
                drawing = on_page(svg, boxes, f"figure-{name}", label)
            except OSError as error:
                self.missing.append(f"{name} ({error})")
                drawing = '<p class="missing">This figure was not drawn.</p>'
            return f"<figure>{drawing}<figcaption>{below}</figcaption></figure>"

        self.body.append(fetch)

    def write(self, *, wait: bool = True) -> None:
        """Write results.json and index.html.

        With wait=False figures that are not drawn yet are left out. Raises OSError,
        once both files are written, if a figure could not be drawn.
        """
        if not wait:
            drawing_process().stop()
        if TIMES in self.results:  # they stand last
            self.results[TIMES] = self.results.pop(TIMES)
        numbers = json.dumps(self.results, indent=2)
        write_file(self.out / "results.json", f"{numbers}\n")
        body = [part if isinstance(part, str) else part() for part in self.body]
        write_file(self.out / "index.html", html.page(self.front, self.headings, body))
        if self.missing and wait:
            raise OSError(
                "The page is written, but not all of its figures could be drawn: "
                f"{'; '.join(self.missing)}."
            )
