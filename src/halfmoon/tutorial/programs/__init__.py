"""The one program of the lesson, and the version of it for each exercise.

The other files of this folder are programs, each complete. A reader copies them from
the page into an empty file; nobody imports them.
"""

from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from importlib.resources import files

FIRST = "network"
VERSIONS = ("minibatch", "annealing", "relu", "three_classes", "four_layers")


@dataclass(frozen=True)
class Program:
    """A program as text, and the numbers of the lines that the first program lacks."""

    source: str
    changed: set[int]

    @property
    def changes(self) -> str:
        """The lines of the first program that go, and those that come.

        Examples
        --------
        >>> print(program("annealing").changes)
        -     rate = 2.0
        +     rate = 2.0 * (1 - i / updates)  # falls in a straight line to 0
        """
        before = source(FIRST).splitlines()
        lines = unified_diff(before, self.source.splitlines(), n=0, lineterm="")
        changes = [f"{line[0]} {line[1:]}" for line in lines if line[0] != "@"]
        return "\n".join(changes[2:])  # two name the files


def program(name: str) -> Program:
    """A program by its name, with what it changes in the first one.

    Examples
    --------
    >>> annealing = program("annealing")
    >>> lines = annealing.source.splitlines()
    >>> [lines[number - 1].strip() for number in annealing.changed]
    ['rate = 2.0 * (1 - i / updates)  # falls in a straight line to 0']
    """
    return Program(source(name), changed(name))


def source(name: str) -> str:
    """The text of a program."""
    return files(__package__).joinpath(f"{name}.py").read_text(encoding="utf-8")


def changed(name: str) -> set[int]:
    """The lines of a version that the first program lacks, counted from 1."""
    first = source(FIRST).splitlines()
    version = source(name).splitlines()
    steps = SequenceMatcher(None, first, version, autojunk=False).get_opcodes()
    numbers: set[int] = set()
    for step, _, _, start, end in steps:
        if step != "equal":
            numbers |= set(range(start + 1, end + 1))
    return numbers
