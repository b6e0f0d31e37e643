"""The one program of the lesson, and the version of it for each exercise.

The other files of this folder are programs, each complete. A reader copies them from
the page into an empty file; nobody imports them.
"""

from difflib import SequenceMatcher
from importlib.resources import files

FIRST = "network"
VERSIONS = ("minibatch", "annealing", "relu", "three_classes", "four_layers")


def source(name: str) -> str:
    """The text of a program.

    Examples
    --------
    >>> print(source("network").splitlines()[1])
    import numpy as np
    """
    return files(__package__).joinpath(f"{name}.py").read_text(encoding="utf-8")


def changed(name: str) -> set[int]:
    """The lines of a version that the first program lacks, counted from 1.

    Examples
    --------
    >>> lines = source("annealing").splitlines()
    >>> [lines[number - 1].strip() for number in sorted(changed("annealing"))]
    ['rate = 2.0 * (1 - i / updates)  # falls in a straight line to 0']
    """
    first = source(FIRST).splitlines()
    version = source(name).splitlines()
    steps = SequenceMatcher(None, first, version, autojunk=False).get_opcodes()
    numbers: set[int] = set()
    for step, _, _, start, end in steps:
        if step != "equal":
            numbers |= set(range(start + 1, end + 1))
    return numbers
