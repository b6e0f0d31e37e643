"""The paper the tutorial is written on: what a section says goes to the terminal at
once, and to a page at the end.
"""

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

from halfmoon.pages import drawing, html
from halfmoon.pages.equations import EQUATIONS, line_of, mathml
from halfmoon.pages.figures import on_page, style
from halfmoon.pages.numbers import kept, plain, resolve
from halfmoon.training.interrupt import Interrupt

# where results.json keeps what a clock said: all else is the same in every run
TIMES = "times"


@dataclass
class Book:
    """Text, equations, tables, numbers and figures of a run of the tutorial, in order.

    Texts may hold numbers from `number`, which know their place in results.json, `code`
    between backticks, and formulas as they are in code and in LaTeX, $x^2|x^2$.
    """

    out: Path
    seed: int = 0
    quick: bool = False
    console: Console = field(default_factory=Console)
    results: dict[str, Any] = field(default_factory=dict)
    body: list[str | Callable[[], str]] = field(default_factory=list)
    sections: list[tuple[str, str, str]] = field(default_factory=list)
    section: str = ""
    missing: list[str] = field(default_factory=list)  # figures that could not be drawn
    interrupt: Interrupt = field(default_factory=Interrupt)

    def heed(self) -> None:
        """Grant a Ctrl-C that came while a section was at work: drawing libraries would
        lose an exception then.
        """
        if self.interrupt.seen:
            raise KeyboardInterrupt

    def open(self, number: str, name: str, title: str) -> None:
        """Begin a section, or with a number such as "8.1" a part of one."""
        self.heed()
        self.section = name
        self.results[name] = {}
        self.sections.append((number, name, title))
        self.console.print()
        self.console.rule(
            f"[bold]{number}{'' if '.' in number else '.'} {title}", align="left"
        )
        self.body.append(html.heading(number, name, title))

    # Numbers

    def number(self, name: str, value: Any) -> Any:
        """Keep a number (or a list or dict of them) for results.json, and hand it back
        to be shown.
        """
        return self._keep(self.section, name, value)

    def time(self, name: str, seconds: Any) -> Any:
        """Keep what a clock said, apart from the numbers that are the same in every
        run.
        """
        return self._keep(f"{TIMES}/{self.section}", name, seconds)

    def _keep(self, where: str, name: str, value: Any) -> Any:
        registry = self.results
        for key in where.split("/"):
            registry = registry.setdefault(key, {})
        registry[name] = plain(value)
        return kept(f"/{where}/{name}", registry[name])

    def plain(self, text: str) -> str:
        """The text with its numbers written out, for a figure's title or the
        terminal.
        """
        return resolve(html.bare(text), self.results)

    def html(self, text: str) -> str:
        """The same for the page."""
        return resolve(html.text(text), self.results, html.number)

    # What is said and shown

    def say(self, text: str) -> None:
        """A paragraph."""
        self.heed()
        text = " ".join(text.split())
        self._print(
            Padding(self.plain(text), (1, 2, 0, 2)), width=min(self.console.width, 100)
        )
        self.body.append(f"<p>{self.html(text)}</p>")

    def _print(self, what: Any, **options: Any) -> None:
        self.console.print(what, highlight=False, markup=False, **options)

    def show(self, value: Any) -> None:
        """Something with a terminal form and an HTML form, such as a Trace."""
        roomy = self.console.width >= 72
        self.console.print(Padding(value if roomy else Text(str(value)), (1, 2, 0, 2)))
        self.body.append(html.wide(value.html()))

    def formulas(self, *pairs: tuple[str, str]) -> None:
        """Formulas, each as written in code and in LaTeX."""
        self._print(Padding("\n".join(written for written, _ in pairs), (1, 4, 0, 4)))
        blocks = "".join(mathml(tex, block=True) for _, tex in pairs)
        self.body.append(f'<div class="formulas">{blocks}</div>')

    def equations(self, title: str, *tags: str) -> None:
        """Equations by their tags, each beside the line of the source that
        computes it.
        """
        listed = Table(
            title=title, title_justify="left", title_style="italic", show_header=False
        )
        for tag in tags:
            line = line_of(tag)
            listed.add_row(
                Text(f"[{tag}]"),
                Text(EQUATIONS[tag][0]),
                Text(f"{line.code}\n{line.file}:{line.number}"),
            )
        self.console.print(Padding(listed, (1, 2, 0, 2)), highlight=False)
        self.body.append(html.equations(title, tags))

    def code(self, *functions: Callable[..., Any]) -> None:
        """The source of functions that the section calls."""
        source = "\n\n".join(
            textwrap.dedent(inspect.getsource(function)).strip()
            for function in functions
        )
        source = source.replace("  # fmt: skip", "")
        self._print(
            Padding(
                Syntax(
                    source,
                    "python",
                    theme="ansi_light",
                    background_color="default",
                    word_wrap=True,
                ),
                (1, 4, 0, 4),
            )
        )
        self.body.append(html.code(source))

    def items(self, texts: Sequence[str]) -> None:
        """A numbered list."""
        for i, text in enumerate(texts, start=1):
            row = Table.grid(padding=(0, 1))
            row.add_row(f"{i}.", Text(self.plain(text)))
            self.console.print(
                Padding(row, (1 if i == 1 else 0, 2, 0, 4)), highlight=False
            )
        self.body.append(
            "<ol>" + "".join(f"<li>{self.html(text)}</li>" for text in texts) + "</ol>"
        )

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
        cells = [[self.html(cell) for cell in row] for row in texts]
        self.body.append(
            html.table(
                self.html(title), [self.html(column) for column in columns], cells
            )
        )

    @contextmanager
    def figure(
        self, name: str, caption: str, described: str, size: tuple[float, float]
    ) -> Iterator[Figure]:
        """A figure to draw on, saved as SVG and PNG; `described` is what a reader who
        cannot see it is told.

        `size` is in inches. On narrow screens every axes of the figure stands by
        itself.
        """
        self.heed()
        with style():
            fig = Figure(figsize=size)
            yield fig
        printer = drawing.start()
        number = printer.order(fig, self.out, name, png=not self.quick)
        files = f"{self.out / name}.svg{'' if self.quick else ' (and .png)'}"
        told = Text(f"Figure: {files}\n{self.plain(caption)}", style="dim")
        self.console.print(Padding(told, (1, 4, 0, 4)))
        words = escape(self.plain(described))
        below = self.html(caption)

        def drawn() -> str:
            try:
                drawing = on_page(*printer.drawn(number), f"figure-{name}", words)
            except OSError as error:
                self.missing.append(f"{name} ({error})")
                drawing = '<p class="missing">This figure was not drawn.</p>'
            return f"<figure>{drawing}<figcaption>{below}</figcaption></figure>"

        self.body.append(drawn)

    def close(self, hurry: bool = False) -> None:
        """Write results.json and index.html, in a hurry without the figures that are
        not drawn yet.

        Raises OSError, once both are written, if a figure could not be drawn.
        """
        if hurry:
            drawing.start().drop()
        ordered = {name: value for name, value in self.results.items() if name != TIMES}
        ordered |= {
            name: value for name, value in self.results.items() if name == TIMES
        }
        write(self.out / "results.json", json.dumps(ordered, indent=2) + "\n")
        body = [part if isinstance(part, str) else part() for part in self.body]
        write(self.out / "index.html", html.whole(self.sections, body))
        if self.missing and not hurry:
            raise OSError(
                "The page is written, but not all of its figures could be drawn: "
                f"{'; '.join(self.missing)}."
            )


def write(path: Path, text: str) -> None:
    """A file whole or not at all: a full disk leaves what was there before."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
