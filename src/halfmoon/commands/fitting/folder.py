"""The folder of a fit: where it lies, and what is in it.

    data.halfmoon/model.safetensors    the model
                  schema.json          what was decided about each column
                  history.jsonl        each epoch of each network, a line of JSON
                  report.html          the report, once it is measured

The first three are written at once, as soon as there is a model: whatever happens
while it is measured, it is not lost.
"""

import json
import math
import os
from pathlib import Path
from typing import Any

from halfmoon.atomic import make_folder, write_file, write_folder
from halfmoon.commands.common.models import MODEL

SCHEMA = "schema.json"
HISTORY = "history.jsonl"
REPORT = "report.html"
STANDARD_INPUT = "table"  # what a table without a name is called


def folder_for(source: str, out: str | None) -> Path:
    """Where a fit's folder is to lie: beside the table, or where --out says.

    Raises ValueError, OSError, in one sentence, where it cannot be written.
    """
    if out is None:
        wanted = beside(source)
        _check_writable(wanted, "; --out names another")
        return wanted
    if not out.strip():
        raise ValueError("--out is empty; name a folder, or leave it out.")
    wanted = Path(out)
    if wanted.exists() and not wanted.is_dir():
        raise FileExistsError(f"--out names the file {out}; name a folder.")
    if wanted.is_dir() and any(wanted.iterdir()):
        raise FileExistsError(
            f"The folder {out} holds files already, and nothing is written over them; "
            "name another with --out."
        )
    _check_writable(wanted)
    return wanted


def beside(source: str) -> Path:
    """data.halfmoon for data.csv, data.csv.gz and data.parquet.

    >>> beside("sales/2024.csv.gz").as_posix()
    'sales/2024.halfmoon'
    """
    if source == "-":
        return Path(f"{STANDARD_INPUT}.halfmoon")
    path = Path(source)
    name = path.name
    if path.suffix.lower() == ".gz":
        name = path.stem
    return path.with_name(f"{Path(name).stem}.halfmoon")


def page_for(source: str, out: str | None) -> Path:
    """Where a report of its own is to lie: data.report.html, or where --out says.

    Raises ValueError, OSError, in one sentence, where it cannot be written.
    """
    if out is None:
        stem = beside(source).with_suffix("").name
        number = 1
        while True:
            name = f"{stem}.report{'' if number == 1 else f'-{number}'}.html"
            page = beside(source).with_name(name)
            if not os.path.lexists(page):
                break
            number += 1
        _check_writable(page, "; --out names another")
        return page
    page = Path(out)
    if not out.strip() or page.is_dir():
        raise ValueError(f"--out must be a file, such as report.html; got {out!r}.")
    if page.exists():
        raise FileExistsError(f"{out} is there already; name another file with --out.")
    if not page.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {page.parent}; make it first.")
    _check_writable(page)
    return page


def write_model(wanted: Path, model: Any, is_named: bool) -> Path:
    """Write a model's folder, and say where: data.halfmoon-2 if the first is taken.

    One that somebody has named is written there or not at all.
    """
    from halfmoon.files.model_file import save

    def write(folder: Path) -> None:
        save(model, folder / MODEL)
        write_file(folder / SCHEMA, model.schema_.as_json(), durable=True)
        write_file(folder / HISTORY, history_lines(model.histories_), durable=True)

    number = 1
    while True:
        path = wanted
        if number > 1:
            path = wanted.with_name(f"{wanted.name}-{number}")
        number += 1
        if not is_named and os.path.lexists(path):
            continue
        try:
            write_folder(path, write)
            return path
        except FileExistsError:  # another process has just made it
            if is_named:
                raise


def history_lines(histories: Any) -> str:
    """A line of JSON for each epoch of each network; null is what was not measured."""
    lines = []
    for number, history in enumerate(histories, start=1):
        for epoch in history:
            told: dict[str, Any] = {"network": number}
            for name, value in epoch.items():
                told[name] = value if math.isfinite(value) else None
            lines.append(json.dumps(told) + "\n")
    return "".join(lines)


def _check_writable(wanted: Path, hint: str = "") -> None:
    """OSError where no folder can be made; nothing is, before there is a model."""
    parent = wanted.absolute()
    while not parent.is_dir() and parent != parent.parent:
        parent = parent.parent
        if parent.exists() and not parent.is_dir():
            raise NotADirectoryError(
                f"{parent} is a file, so there can be no {wanted}; name another "
                "with --out."
            )
    try:
        make_folder(parent)
    except OSError as error:
        raise type(error)(f"{str(error).rstrip('.')}{hint}.") from error
