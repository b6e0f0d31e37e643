"""What was decided about one column: its kind, why, and how its cells are read."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from halfmoon.tables.cells import DOUBTFUL_WORDS, Cells, Column, cells_of
from halfmoon.tables.date_texts import pattern_of
from halfmoon.tables.number_texts import NumberFormat

USED = ("number", "yes/no", "date", "category")
LEFT_OUT = ("id", "text", "empty")
KINDS = USED + LEFT_OUT
# what a column held when it was typed
HELD = ("texts", "numbers", "dates", "truth values")
NUMBER = tuple(field.name for field in dataclasses.fields(NumberFormat))
# what can be said of how the cells of a kind are read
SETTINGS = {"number": NUMBER, "date": ("format",), "yes/no": ("no", "yes")}
FACTS = ("column", "kind", "why", "fits", "held")


@dataclass(frozen=True)
class Decision:
    """The kind of a column, why, and how its cells are read.

    `fits` is the share of the cells that can be read so, of those that are not missing.
    `held` says what the column held: texts, numbers, dates or truth values. `missing`
    are the words that stand for a missing cell, if somebody has said which.
    `number` tells how numbers are written, `format` how dates are (None: like any date
    that can be read in one way only), `words` which word is no and which is yes.
    """

    column: str
    kind: str
    why: str
    fits: float = 1.0
    held: str = "texts"
    missing: tuple[str, ...] | None = None
    number: NumberFormat = NumberFormat()
    format: str | None = None
    words: tuple[str, str] = ("no", "yes")

    def __str__(self) -> str:
        other = "text" if self.kind == "category" else "category"
        left_out = "" if self.kind in USED else ", left out"
        share = math.floor(1e4 * self.fits) / 1e2  # 100% are all of them
        return (
            f"{self.column}: {self.kind}{left_out}: {self.why}; {share:g}% of its "
            f"cells fit; to change it: columns={{{self.column!r}: {other!r}}}"
        )

    def cells(self, column: Column, cells: Cells | None = None) -> Cells:
        """The cells of the column, of which those that stand for nothing are missing.

        Those are empty cells and null words, or instead of these the words of
        `missing`. Among numbers and dates all of them are missing, and the doubtful
        words too: none of them is a number. `cells` are those of `cells_of(column)`, if
        they are known.
        """
        said = {word.casefold() for word in self.missing or ()}
        may_doubt = self.kind in ("number", "date")
        if self.missing is not None and not may_doubt:
            return cells_of(column, said)
        if cells is None:
            cells = cells_of(column)
        return cells.without(DOUBTFUL_WORDS | said) if may_doubt else cells

    def as_dict(self) -> dict[str, Any]:
        """The decision as plain data for JSON, without what is as usual."""
        told: dict[str, Any] = {name: getattr(self, name) for name in FACTS}
        if self.missing is not None:
            told["missing"] = list(self.missing)
        if self.kind == "number":
            told |= {
                field.name: getattr(self.number, field.name)
                for field in dataclasses.fields(NumberFormat)
                if getattr(self.number, field.name) != field.default
            }
        if self.kind == "date" and self.format is not None:
            told["format"] = self.format
        if self.kind == "yes/no":
            told["no"] = self.words[0]
            told["yes"] = self.words[1]
        return told

    def with_settings(self, given: Mapping[str, Any]) -> "Decision":
        """The decision with settings of how its cells are read, by their names in JSON.

        Raises ValueError for a setting that its kind does not have, or a wrong value.
        """
        names = ("missing", *SETTINGS.get(self.kind, ()))
        for name, value in given.items():
            if name not in names:
                raise ValueError(
                    f"Column {self.column!r} has the setting {name!r}, but a column of "
                    f"the kind {self.kind!r} can have only {', '.join(names)}."
                )
            _check_setting(self.column, name, value)
        numbers = {name: given[name] for name in NUMBER if name in given}
        if numbers.get("decimal") == self.number.grouping:
            numbers = {"grouping": ""} | numbers  # the mark has another meaning now
        number = dataclasses.replace(self.number, **numbers)
        missing = given.get("missing", self.missing)
        no = given.get("no", self.words[0])
        yes = given.get("yes", self.words[1])
        for one, other, both in (
            (number.decimal, number.grouping, "'decimal' and 'grouping'"),
            (no.casefold(), yes.casefold(), "'no' and 'yes'"),
        ):
            if one == other:
                raise ValueError(
                    f"{both} of column {self.column!r} must differ; both are {one!r}."
                )
        return dataclasses.replace(
            self,
            missing=None if missing is None else tuple(missing),
            number=number,
            format=given.get("format", self.format),
            words=(no, yes),
        )

    @classmethod
    def from_dict(cls, told: Any) -> "Decision":
        """The decision that `as_dict` told, or that somebody has edited.

        Raises ValueError for a kind or a setting that does not exist.
        """
        if not isinstance(told, Mapping) or not isinstance(told.get("column"), str):
            raise ValueError(
                f"Each entry of a schema's columns must be an object with the name of "
                f"its 'column'; got {told!r:.80}."
            )
        column = told["column"]
        kind = check_kind(column, told.get("kind"))
        held = told.get("held", "texts")
        why = told.get("why", "")
        fits = told.get("fits", 1.0)
        if held not in HELD or not isinstance(why, str):
            raise ValueError(
                f"Column {column!r} must have held one of {', '.join(HELD)}, and 'why' "
                f"must be a text; got {held!r:.80} and {why!r:.80}."
            )
        is_number = isinstance(fits, int | float) and not isinstance(fits, bool)
        if not is_number or not 0.0 <= fits <= 1.0:
            raise ValueError(
                f"'fits' of column {column!r} must be a number in [0, 1]; got "
                f"{fits!r:.80}."
            )
        settings = {name: told[name] for name in told if name not in FACTS}
        plain = cls(column, kind, why, float(fits), held)
        return plain.with_settings(settings)


def check_kind(column: str, kind: Any) -> str:
    """The kind, if there is such a kind; else ValueError."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(
            f"Column {column!r} cannot be of the kind {kind!r:.80}; it can be one of "
            f"{', '.join(KINDS)}."
        )
    return kind


def _check_setting(column: str, name: str, value: Any) -> None:
    """ValueError for a setting with a value that it cannot have."""
    allowed = "a text"
    is_allowed = isinstance(value, str)
    if name == "missing":
        allowed = "a list of texts"
        is_list = isinstance(value, list | tuple)
        is_allowed = is_list and all(isinstance(word, str) for word in value)
    elif name == "leading_zeros":
        allowed = "true or false"
        is_allowed = isinstance(value, bool)
    elif name == "decimal":
        allowed = "'.' or ','"
        is_allowed = is_allowed and value in (".", ",")
    elif name == "grouping":
        allowed = "'', ',', '.', ' ' or \"'\""
        is_allowed = is_allowed and value in ("", ",", ".", " ", "'")
    if not is_allowed:
        raise ValueError(
            f"{name!r} of column {column!r} must be {allowed}; got {value!r:.80}."
        )
    if name == "format":
        pattern_of(value)
