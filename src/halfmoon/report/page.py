"""A measured model as one self-contained page: the verdict first, then the evidence."""

import dataclasses
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from halfmoon.atomic import write_file
from halfmoon.pages import html, live, modules
from halfmoon.report import pictures, wording
from halfmoon.report.context import context_of
from halfmoon.report.measured import Measured

# in this order; one with nothing to say is left out
SECTIONS = {
    "score": "The score, beside the baselines",
    "data": "The data",
    "errors": "Where it is right, and where wrong",
    "probabilities": "Whether its probabilities can be trusted",
    "threshold": "Choose a threshold",
    "columns": "What the predictions depend on",
    "mistakes": "The worst mistakes",
    "learning": "How the networks learned",
    "again": "Time, memory, and the same again",
}
FOOT = (
    "Written by halfmoon, the neural network you can read. This page is one file: it "
    "needs no connection, and sends nothing."
)
# control characters, halves of signs, and no characters at all: XML forbids them
UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)
FOLDER = files("halfmoon.report").joinpath("web")


def report_page(measured: Measured) -> str:
    """The page of a report, as the text of an HTML file.

    Parameters
    ----------
    measured : Measured
        What was measured of a model.

    Returns
    -------
    str
        One page that needs no other file and no connection.
    """
    shown = _printable(measured)
    environment = _environment()
    context = context_of(shown)
    body: list[str] = []
    headings: list[html.Heading] = []
    for name, title in SECTIONS.items():
        part = environment.get_template(f"{name}.html").render(context)
        if not part.strip():
            continue
        heading = html.Heading(str(len(headings) + 1), name, title)
        headings.append(heading)
        body += [html.heading(heading), part]
    opening = environment.get_template("opening.html").render(context)
    return html.page(
        _front(shown),
        headings,
        body,
        opening=opening,
        script=f'<script type="module">{_script()}</script>\n',
        style=FOLDER.joinpath("report.css").read_text(encoding="utf-8"),
        policy=modules.policy(_script()),
    )


def write_report(measured: Measured, path: str | Path) -> None:
    """Write the page of a report: one HTML file that needs no other and no connection.

    Parameters
    ----------
    measured : Measured
        What was measured of a model, from `measure`.
    path : str or Path
        The file, which is written whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written, in one sentence.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.datasets import load_iris
    >>> from halfmoon import TabularClassifier, measure, split_rows
    >>> X, y = load_iris(return_X_y=True)
    >>> split = split_rows(len(y), labels=y)
    >>> model = TabularClassifier(effort=1, random_state=0)
    >>> model = model.fit(X[split.train], y[split.train])
    >>> data = (X[split.train], y[split.train], X[split.test], y[split.test])
    >>> measured = measure(model, *data, split=split, target="species")
    >>> with TemporaryDirectory() as folder:
    ...     write_report(measured, Path(folder) / "report.html")
    """
    write_file(Path(path), report_page(measured))


@cache
def _script() -> str:
    """The page's one script."""
    ours = modules.read_modules(FOLDER)
    shared = modules.read_modules(live.FOLDER)
    return modules.join(shared | ours, "report")


def _printable(value: Any) -> Any:
    """The same without signs that no page and no picture can show."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, tuple):
        return tuple(map(_printable, value))
    if isinstance(value, dict):
        return {_printable(key): _printable(each) for key, each in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        parts = {field.name: getattr(value, field.name) for field in fields}
        return type(value)(**{name: _printable(part) for name, part in parts.items()})
    return value


def _front(measured: Measured) -> html.Front:
    n = measured.rows.train + measured.rows.test
    what = "values" if measured.task == "regression" else "classes"
    source = f" of {_as_markdown(measured.source)}" if measured.source else ""
    return html.Front(
        title=f"Predicting {measured.target}",
        lead=f"A report on {wording.plural(n, 'row')}{source}: how well neural "
        f"networks predict {what} of rows that they have not seen.",
        foot=FOOT,
        description=f"How well {measured.target} is predicted. "
        f"{measured.verdict.headline}",
    )


def _as_markdown(words: str) -> str:
    """Words whose signs mean nothing in Markdown."""
    return re.sub(r"[^\w\s]", lambda sign: f"&#{ord(sign.group())};", words)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("halfmoon.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "value": wording.value_of,
        "difference": wording.difference_of,
        "percent": wording.percent,
        "number": wording.number,
        "seconds": wording.seconds,
        "size": wording.size,
        "plural": wording.plural,
        "anchor": _anchor,
        "cut": pictures.short,
    }
    environment.tests["share"] = lambda score: score.name in wording.SHARES
    return environment


def _anchor(name: str) -> Markup:
    """The link of a heading to itself."""
    return Markup(html.link_to(name))
