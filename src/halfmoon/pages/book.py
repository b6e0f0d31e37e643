"""A page as it is written: every part goes to the terminal at once, and to the page."""

import inspect
import json
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from halfmoon.atomic import write_file
from halfmoon.pages import html, live, markdown
from halfmoon.pages.equations import EQUATIONS, statement_of
from halfmoon.pages.mathematics import mathml
from halfmoon.pages.numbers import plain, resolve, with_address
from halfmoon.pages.texts import Picture
from halfmoon.training.interrupt import Interrupt

# where results.json keeps times: all other numbers are the same in every run
TIMES = "times"
CLAIMS = "claims"  # and whether a statement of a text holds
WIDTH = 100  # columns of a text in the terminal, at most


@dataclass
class Book:
    """Text, equations, tables, numbers and figures of one page, in order.

    Texts are Markdown. They may hold numbers from `number`, which know their address in
    results.json, and formulas as they are in code and in LaTeX, $x^2|x^2$. Files are
    written to the folder `out`; `png` asks for PNG files of the figures beside the SVG
    files.
    """

    out: Path
    front: html.Front
    png: bool = True
    opening: str = ""  # HTML for the head of the page
    live_data: dict[str, Any] | None = None  # what live figures start from
    console: Console = field(default_factory=Console)
    results: dict[str, Any] = field(default_factory=dict)
    body: list[str | Callable[[], str]] = field(default_factory=list)
    headings: list[html.Heading] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # figures that could not be drawn
    drawing: Any = None  # the process that draws, once it has an order
    counts: Counter[str] = field(default_factory=Counter)
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

    def keep_claims(self, claims: dict[str, bool]) -> None:
        """Keep what holds and what does not, apart from the numbers."""
        if claims:
            kept = {name: bool(holds) for name, holds in claims.items()}
            self.results.setdefault(CLAIMS, {})[self.headings[-1].name] = kept

    def _keep(self, where: str, name: str, value: Any) -> Any:
        kept = self.results
        for key in where.split("/"):
            kept = kept.setdefault(key, {})
        kept[name] = plain(value)
        return with_address(f"/{where}/{name}", kept[name])

    def count(self, what: str) -> int:
        """How many of these the page has, this one included."""
        self.counts[what] += 1
        return self.counts[what]

    def plain(self, text: str) -> str:
        """The words of a text in one line, with its numbers written out."""
        return resolve(" ".join(markdown.bare(text).split()), self.results)

    def html(self, text: str) -> str:
        """A line of a text for the page."""
        return self._page(markdown.html(text, inline=True))

    def page_markdown(self, text: str) -> str:
        """Paragraphs of a text for the page."""
        written = markdown.html(text)
        return self._page(html.with_anchors(written, self.headings[-1].name))

    def _page(self, written: str) -> str:
        # the derivation is a page of its own, beside this one
        written = written.replace('href="DERIVATION.md', 'href="derivation.html')
        return resolve(written, self.results, html.number)

    # Texts, code, tables

    def say(self, text: str) -> None:
        """Write paragraphs, lists and tables, in the terminal and on the page."""
        self.stop_if_interrupted()
        self._print_markdown(text)
        self.body.append(self.page_markdown(text))

    def _print_markdown(self, text: str) -> None:
        words = resolve(markdown.terminal(text), self.results)
        width = min(self.console.width, WIDTH)
        self._print(Padding(Markdown(words), (1, 2, 0, 2)), width=width)

    def _print(self, what: Any, **options: Any) -> None:
        self.console.print(what, highlight=False, markup=False, **options)

    @contextmanager
    def enclosed(self, title: str, frame: tuple[str, str]) -> Iterator[None]:
        """A part of the page in a frame of its own, such as one that can be folded.

        title  what the terminal prints above it, in Markdown
        frame  the HTML before the part and after it
        """
        self._print_markdown(title)
        self.body.append(frame[0])
        yield
        self.body.append(frame[1])

    def page_only(self, part: str) -> None:
        """A part that only a page can have, as HTML."""
        self.body.append(part)

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

    def code(self, code: Any) -> None:
        """Lines of Python: a text, a function, or several functions."""
        source = _source(code)
        self._print_code(source)
        self.body.append(html.code(source))

    def program(self, source: str, changed: set[int]) -> None:
        """A whole program to be copied; the lines with these numbers are marked.

        The terminal prints no version of a program that it has printed once.
        """
        if not changed:
            self._print_code(source)
        self.body.append(html.program(source, changed))

    def _print_code(self, source: str) -> None:
        lines = Syntax(
            source,
            "python",
            theme="ansi_light",
            background_color="default",
            word_wrap=True,
        )
        self._print(Padding(lines, (1, 4, 0, 4)))

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

    def figure(
        self, name: str, caption: str, description: str, picture: Picture
    ) -> None:
        """A figure, saved as SVG and PNG.

        `description` is for a reader who cannot see it. On narrow screens every axes of
        the figure stands by itself.
        """
        # matplotlib is not needed before
        from matplotlib.figure import Figure

        from halfmoon.pages.drawing_process import drawing_process
        from halfmoon.pages.figures import on_page, style

        self.stop_if_interrupted()
        with style():
            fig = Figure(figsize=picture.size)
            picture.draw(fig)
        process = drawing_process()
        self.drawing = process
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

    def write(self, page: str = "index", numbers: str = "results") -> None:
        """Write the page and its numbers. Raises OSError for a figure not drawn.

        By then both files are written.
        """
        for last in (CLAIMS, TIMES):
            if last in self.results:
                self.results[last] = self.results.pop(last)
        listed = json.dumps(self.results, indent=2)
        write_file(self.out / f"{numbers}.json", f"{listed}\n")
        body = [part if isinstance(part, str) else part() for part in self.body]
        write_file(self.out / f"{page}.html", self._whole(body))
        if self.missing:
            raise OSError(
                "The page is written, but not all of its figures could be drawn: "
                f"{'; '.join(self.missing)}."
            )

    def _whole(self, body: list[str]) -> str:
        """The page; it has a script if it has data for live figures."""
        parts = {"opening": self.opening}
        if self.live_data is not None:
            parts["style"] = live.live_style()
            parts["script"] = live.live_script(self.live_data)
            parts["policy"] = live.content_security_policy()
        return html.page(self.front, self.headings, body, **parts)

    def write_unfinished(self) -> None:
        """Write what there is, beside a page of an earlier run.

        Figures that are not drawn yet are left out.
        """
        if self.drawing is not None:
            self.drawing.stop()
        with suppress(OSError):  # of figures
            self.write("unfinished", "unfinished")


def _source(code: Any) -> str:
    """Lines of Python as text, if they are functions."""
    if isinstance(code, str):
        return code.strip()
    functions = code if isinstance(code, list | tuple) else [code]
    sources = [textwrap.dedent(inspect.getsource(each)) for each in functions]
    return "\n\n".join(each.strip() for each in sources)
