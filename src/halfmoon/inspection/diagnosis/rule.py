"""What a rule of the diagnosis is: a name, a sentence, and a function that looks.

    @rule(
        "constant columns",
        "A column has at least two values.",
        "A column is the same in all rows, so nothing can be learned from it.",
    )
    def constant_columns(case: Case) -> Finding | None: ...

The function returns None where the rule is kept, or where nothing certain can be said:
a warning that comes too often is not read. The reasons for its thresholds, and their
sources, stand in its docstring.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from halfmoon.inspection.diagnosis.case import Case

Find = Callable[[Case], "Finding | None"]
Need = Literal["learning_rate", "validation"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A rule that a fit breaks.

    Parameters
    ----------
    name : str
        The name of the rule, such as "learning rate too high".
    rule : str
        The rule: what holds for a sound fit.
    plain : str
        What it means, in a sentence without technical terms.
    number : float
        The number that breaks it.
    message : str
        What was found, in a sentence.
    remedy : str
        Which setting to change, and to what.
    change : dict
        The remedy's first setting and its value, where it can be set just so; else
        empty.

    Examples
    --------
    >>> finding = Finding(
    ...     name="constant columns",
    ...     rule="A column has at least two values.",
    ...     plain="Nothing can be learned from a column that never changes.",
    ...     number=1.0,
    ...     message="The same value in all 240 rows: age.",
    ...     remedy="Remove it from X.",
    ... )
    >>> print(finding.name, finding.number)
    constant columns 1.0
    """

    name: str = ""
    rule: str = ""
    plain: str = ""
    number: float
    message: str
    remedy: str
    change: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        title = f"{self.name.capitalize()} ({self.number:.3g})"
        return f"{title}. {self.message} Rule: {self.rule} Remedy: {self.remedy}"


@dataclass(frozen=True)
class DiagnosticRule:
    """A rule, what it means if it is broken, and the function that looks for that."""

    name: str
    sentence: str
    plain: str
    find: Find
    needs: Need | None = None  # a rule is checked where the case has what it needs

    def applies(self, case: Case) -> bool:
        """Whether this rule can be checked."""
        return self.needs is None or getattr(case, self.needs) is not None

    def check(self, case: Case) -> Finding | None:
        """The finding, with this rule's name and sentences, or None."""
        finding = self.find(case)
        if finding is None:
            return None
        return replace(finding, name=self.name, rule=self.sentence, plain=self.plain)


# by name, in the order in which they are checked
RULES: dict[str, DiagnosticRule] = {}


def rule(
    name: str, sentence: str, plain: str, needs: Need | None = None
) -> Callable[[Find], Find]:
    """Add the function below to RULES."""

    def register(find: Find) -> Find:
        RULES[name] = DiagnosticRule(name, sentence, plain, find, needs)
        return find

    return register
