"""Sentences that tell of Python's arguments, told in options of the command line."""

import ast
import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

TEXT = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
SIGN = re.compile(rf"\b(encoding|separator|quote|comment|target|groups|time)=({TEXT})")
LINES = re.compile(r"\bskip=(\d+)")
HEADER = re.compile(r"\bheader=(True|False)")
COVERAGE = re.compile(r"\bcoverage=([0-9.]*[0-9])")
TASK = re.compile(r"\bthe task is (classification|regression)\b")
MUST = re.compile(r"^(encoding|separator|quote|comment|skip|task) must be\b")
COLUMNS = re.compile(
    rf"(?<!in Python )\bcolumns=(\{{(?:{TEXT}): (?:{TEXT}|\{{[^{{}}]*\}})\}})"
)


def in_one_line(text: str) -> str:
    """The text without line breaks."""
    return " ".join(text.split())


def as_command(*words: str) -> str:
    """A command that can be pasted into a shell.

    >>> print(as_command("fit", "my data.csv", "--target", "y"))
    halfmoon fit 'my data.csv' --target y
    """
    return shlex.join(["halfmoon", *words])


def as_options(sentence: str) -> str:
    r"""A sentence with the options that stand for arguments of `read_file` and `fit`.

    >>> print(as_options("give separator='\\t', header=False or skip=2"))
    give --separator '\t', --no-header or --skip 2
    >>> print(as_options("to change it: columns={'zip': 'category'}"))
    to change it: --columns zip=category
    >>> print(as_options("separator must be one character; got 'ab'."))
    --separator must be one character; got 'ab'.
    """
    sentence = MUST.sub(r"--\1 must be", sentence)
    sentence = SIGN.sub(_sign, sentence)
    sentence = LINES.sub(r"--skip \1", sentence)
    sentence = HEADER.sub(_header, sentence)
    sentence = COVERAGE.sub(r"--interval \1", sentence)
    sentence = TASK.sub(r"give --task \1", sentence)
    return COLUMNS.sub(_columns, sentence)


def _sign(found: re.Match[str]) -> str:
    value = ast.literal_eval(found[2]).replace("\t", r"\t")
    written = shlex.quote(value)
    if found[1] in ("separator", "quote", "comment") and written == value:
        written = f"'{value}'"  # a single sign is easily overlooked
    return f"--{found[1]} {written}"


def _header(found: re.Match[str]) -> str:
    return "--header" if found[1] == "True" else "--no-header"


def _columns(found: re.Match[str]) -> str:
    try:
        said: Mapping[str, Any] = ast.literal_eval(found[1])
    except (ValueError, SyntaxError):
        return found[0]
    ((name, kind),) = said.items()
    written = kind if isinstance(kind, str) else json.dumps(kind, ensure_ascii=False)
    return f"--columns {shlex.quote(f'{name}={written}')}"
