"""The kind of a column, decided by one rule over all of its cells.

The steps are tried in this order, and the first that fits decides.

1. **Missing.** An empty cell is missing, and one that holds a null word: ?, NA, N/A,
   NaN, null, #N/A, and the like, in letters of either case.
2. **empty.** All cells are missing. The column is left out.
3. **yes/no.** There are two words, and they are such a pair: yes and no, true and
   false, t and f, y and n, on and off, ja and nein, oui and non, ... (Two other words
   are a category, and 0 and 1 are numbers: a third may come, and must not be an error.)
4. **date.** All cells are eight digits that are a day between 1900 and 2099.
5. **number.** All cells are numbers, written in one way: one decimal mark, one mark
   between groups of exactly three digits, one unit or currency or % in all or in none;
   a sign, or brackets for minus. What has a leading zero is never a number (postal
   codes), nor is a whole number beyond 2^53, which float64 would round. Few different
   whole numbers are numbers too. Whole numbers that are all different in a column whose
   name says so (id, index, key) are an **id**.
6. **date.** All cells are dates, written in one way. Where it would be the day or the
   month that comes first, some value must decide it, else the column is no date.

   Among numbers and dates the words -, ., none and unknown are missing too (in a column
   of words each is a value), and so are up to five other words without a digit in at
   most 5% of the cells. The decision names them.
7. **category.** At most 40 different texts, or each occurs more than ten times on
   average.
8. **id**, **text.** More than half of the cells differ, or the cells have three words
   or more on average, or the name says id: an id if the cells have fewer than two words
   on average, else free text. Both are left out.
9. **category.** All that is left: many different texts that repeat.

A column of numbers, dates or truth values (of a frame or an array) is what it is; whole
numbers can be ids, as in step 5, or days, as in step 4. Whatever somebody has said of a
column (`columns={"zip": "category"}`) stands above the rule.
"""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.tables import date_texts, number_texts
from halfmoon.tables.cells import DOUBTFUL_WORDS, Cells, Column, cells_of
from halfmoon.tables.decision import Decision, check_kind
from halfmoon.tables.parsing import read_column

FEW = 40  # different texts are always a category
REPEATS = 10  # and more, where each occurs more often on average
# among numbers and dates, so many words in so many of the cells stand for missing ones
FEW_WORDS = 5
FEW_CELLS = 0.05
DIGIT = re.compile("[0-9]")
PAIRS = (
    ("no", "yes"),
    ("false", "true"),
    ("f", "t"),
    ("n", "y"),
    ("off", "on"),
    ("nein", "ja"),
    ("non", "oui"),
    ("no", "si"),
    ("no", "sí"),
    ("no", "sì"),
    ("não", "sim"),
    ("nee", "ja"),
    ("nej", "ja"),
    ("nie", "tak"),
    ("нет", "да"),
    ("falsch", "wahr"),
    ("faux", "vrai"),
)
# "id", "user_id", "PassengerId", "customerID", and what programs call a row's number
NAME_OF_IDS = re.compile(
    r"|(?i:.*[\W_])?(?i:ids?|uuid|guid|index|key|rownames?|row_names)|.*[a-z](?:Id|ID)"
    r"|Unnamed: \d+"
)


def decide(name: str, column: Column, cells: Cells | None = None) -> Decision:
    """The kind of a column by the rule, with what a fit needs to read its cells.

    `cells` are those of `cells_of(column)`, if they are known.
    Raises ValueError for a type that no kind can hold, such as durations.
    """
    held = column.dtype.kind
    if held in "iuf":
        return _of_numbers(name, column)
    if held == "b":
        why = "its type is true or false"
        words = ("False", "True")
        return Decision(name, "yes/no", why, held="truth values", words=words)
    if held == "M":
        kind = "empty" if np.isnat(column).all() else "date"
        why = "no cell holds a value" if kind == "empty" else "its type is a date"
        return Decision(name, kind, why, held="dates")
    if held not in "OUS":
        raise ValueError(
            f"Column {name!r} is of the type {column.dtype}, which no kind can hold; "
            "make numbers, dates or texts of it, or leave it out."
        )
    if cells is None:
        cells = cells_of(column)
    if not cells.texts:
        return Decision(name, "empty", "no cell holds a value")
    return (
        _yes_or_no(name, cells)
        or _number_or_date(name, cells.without(DOUBTFUL_WORDS), cells)
        or _number_or_date_with_words(name, cells)
        or _words(name, cells)
    )


def decide_as(
    name: str, column: Column, wanted: Any, cells: Cells | None = None
) -> Decision:
    """The decision for a column of which somebody has said what it is.

    `wanted` is a kind, or a dictionary of the kind and of settings of how its cells
    are read: {"kind": "date", "format": "%d/%m/%Y"}; "why" may say who says so. What
    `Decision.as_dict` told, with its "column", is taken as it is. Raises ValueError for
    what cannot be.
    """
    if isinstance(wanted, Mapping) and "column" in wanted:
        return _as_before(name, wanted)
    settings = dict(wanted) if isinstance(wanted, Mapping) else {"kind": wanted}
    by_rule = decide(name, column, cells)
    kind = check_kind(name, settings.pop("kind", by_rule.kind))
    why = str(settings.pop("why", "you said so"))
    if by_rule.held == "dates" and kind in ("number", "yes/no"):
        raise ValueError(
            f"Column {name!r} holds dates and cannot be {kind}; let it be a date, or "
            "make numbers of it first."
        )
    plain = Decision(name, kind, why, held=by_rule.held)
    if kind == by_rule.kind:
        plain = dataclasses.replace(by_rule, why=why)
    said = plain.with_settings(settings)
    if kind != by_rule.kind:
        said = _settled(said, said.cells(column, cells).texts, settings)
    if kind not in ("number", "date", "yes/no"):
        return said
    return dataclasses.replace(said, fits=read_column(said, column, cells).share)


def _as_before(name: str, told: Mapping[str, Any]) -> Decision:
    """A decision that was made of this column of a larger table, say."""
    decision = Decision.from_dict(told)
    if decision.column != name:
        raise ValueError(
            f"columns= says of {name!r} what was decided about {decision.column!r}; "
            "give each column its own."
        )
    return decision


def _settled(said: Decision, texts: list[str], settings: Mapping[str, Any]) -> Decision:
    """The decision with what was not said found in the cells, where it is needed."""
    if said.kind == "number" and not settings.keys() - {"missing"}:
        number = number_texts.find_format(texts) or number_texts.nearest_format(texts)
        return dataclasses.replace(said, number=number)
    if said.kind == "date" and "format" not in settings and said.held != "dates":
        return dataclasses.replace(said, format=_one_format(said.column, texts))
    if said.kind == "yes/no" and not {"no", "yes"} <= settings.keys():
        if len(texts) != 2:
            raise ValueError(
                f"Column {said.column!r} cannot be yes/no: it has {len(texts)} "
                "different values, not two; choose another kind, or say which are "
                "'no' and 'yes'."
            )
        no, yes = sorted(texts)
        return dataclasses.replace(said, words=(no, yes))
    return said


def _one_format(name: str, texts: list[str]) -> str:
    """The one format of these dates; ValueError if there is none, or two."""
    forms = date_texts.find_formats(texts)
    if len(forms) == 1:
        return forms[0]
    if forms:
        reason = "nothing decides whether the day or the month comes first"
    else:
        reason = "its cells are not all dates written in one known way"
    raise ValueError(
        f"Column {name!r} cannot be read as dates, since {reason}; say how they are "
        f'written: columns={{{name!r}: {{"kind": "date", "format": "%d/%m/%Y"}}}}.'
    )


# Steps of the rule


def _yes_or_no(name: str, cells: Cells) -> Decision | None:
    words = {text.casefold(): text for text in cells.texts}
    for no, yes in PAIRS:
        if words.keys() == {no, yes}:
            pair = (words[no], words[yes])
            why = f"its cells are {pair[1]!r} or {pair[0]!r}" + _missing(cells)
            return Decision(name, "yes/no", why, words=pair)
    return None


def _number_or_date(name: str, cells: Cells, before: Cells) -> Decision | None:
    """Steps 4 to 6, for cells of which some words are missing that were not before."""
    if not cells.texts:
        return None
    kept = set(cells.texts)
    note = _missing(cells, [word for word in before.texts if word not in kept])
    forms = date_texts.find_formats(cells.texts)
    if forms and forms[0].startswith("%Y%m%d"):
        return _date(name, forms[0], note)
    number = number_texts.find_format(cells.texts)
    if number is not None:
        values = number_texts.read(cells.texts, number)
        kind = "id" if _are_ids(name, values, cells) else "number"
        way = f", {number}" if str(number) else ""
        why = f"its cells are numbers{way}{_hint(kind, values, cells.known)}{note}"
        return Decision(name, kind, why, number=number)
    return _date(name, forms[0], note) if len(forms) == 1 else None


def _number_or_date_with_words(name: str, cells: Cells) -> Decision | None:
    """Steps 5 and 6, where a few words among the cells stand for missing ones."""
    kept = cells.without(DOUBTFUL_WORDS)
    words = [text for text in kept.texts if not DIGIT.search(text)]
    others = kept.without({word.casefold() for word in words})
    share = 1.0 - others.known / max(kept.known, 1)
    if not 0 < len(words) <= FEW_WORDS or share > FEW_CELLS:
        return None
    decision = _number_or_date(name, others, cells)
    if decision is None:
        return None
    return dataclasses.replace(decision, fits=1.0 - share, missing=tuple(words))


def _date(name: str, form: str, note: str) -> Decision:
    why = f"its cells are dates written as {form}{note}"
    return Decision(name, "date", why, format=form)


def _of_numbers(name: str, column: Column) -> Decision:
    """The kind of a column whose type is a number."""
    known = column[~np.isnan(column)]
    if not len(known):
        return Decision(name, "empty", "no cell holds a value", held="numbers")
    is_whole = bool(np.isfinite(known).all() and (known == np.floor(known)).all())
    if is_whole and known.min() >= 19000101 and known.max() <= 20991231:
        forms = date_texts.find_formats(cells_of(known).texts)
        if forms:
            dated = _date(name, forms[0], "")
            return dataclasses.replace(dated, held="numbers")
    values = np.unique(known)
    is_id = is_whole and NAME_OF_IDS.fullmatch(name) and len(values) == len(known) > 1
    kind = "id" if is_id else "number"
    why = f"its type is a number{_hint(kind, values, len(known))}"
    return Decision(name, kind, why, held="numbers")


def _are_ids(name: str, values: NDArray[np.float64], cells: Cells) -> bool:
    """Whether whole numbers are all different, under a name that says so."""
    if not NAME_OF_IDS.fullmatch(name) or not 1 < len(values) == cells.known:
        return False
    return bool((values == np.floor(values)).all())


def _words(name: str, cells: Cells) -> Decision:
    """Steps 7 to 9: category, id or free text."""
    different = len(cells.texts)
    known = cells.known
    values = "different values" if different > 1 else "value"
    many = f"{different:,} {values} in {known:,} {'cells' if known > 1 else 'cell'}"
    note = _almost(cells) + _missing(cells)
    if different <= FEW or known > REPEATS * different:
        return Decision(name, "category", many + note)
    words = np.array([len(text.split()) for text in cells.texts]) @ cells.counts / known
    says_id = bool(NAME_OF_IDS.fullmatch(name))
    if 2 * different <= known and words < 3 and not says_id:
        return Decision(name, "category", f"{many}, which repeat{note}")
    kind = "id" if words < 2 else "text"
    length = "one word in a cell" if words < 1.05 else f"{words:.1f} words in a cell"
    return Decision(name, kind, f"{many}, {length} on average{note}")


# What a reader should know besides


def _missing(cells: Cells, taken: list[str] | None = None) -> str:
    """How many cells are missing, and which words were taken for missing."""
    count = len(cells.codes) - cells.known
    if count == 0:
        return ""
    words = f" (with {', '.join(map(repr, taken))})" if taken else ""
    return f", {count:,} {'is' if count == 1 else 'are'} missing{words}"


def _hint(kind: str, values: NDArray[np.float64], known: int) -> str:
    """What is odd about the different numbers of some known cells."""
    if kind == "id":
        return ", whole, all different, and its name says that they are ids"
    if len(values) == 1:
        return ", all the same"
    is_whole = np.isfinite(values).all() and (values == np.floor(values)).all()
    if is_whole and len(values) <= 10:
        return f", only {len(values)} different (a category if they stand for names)"
    counts_rows = values.max() in (known - 1, known) and len(values) == known
    if is_whole and counts_rows and np.ptp(values) + 1 == known:
        return ", without gaps (an id if they only count the rows)"
    return ""


def _almost(cells: Cells) -> str:
    """Why a column that looks like numbers or dates is neither, if it does."""
    kept = cells.without(DOUBTFUL_WORDS)
    if len(date_texts.find_formats(kept.texts)) > 1:
        return ", dates of which nothing tells whether the day or month comes first"
    are_numbers = np.array(number_texts.are_numbers(kept.texts), dtype=bool)
    share = kept.counts @ are_numbers / max(kept.known, 1)
    if share <= 0.5:
        return ""
    if share < 1.0:
        return _others(kept, are_numbers, f"{share:.1%}")
    return _unlike(kept.texts)


def _others(cells: Cells, are_numbers: NDArray[np.bool_], share: str) -> str:
    """Which cells keep a column from being one of numbers."""
    indices = np.arange(len(cells.texts))
    numbers = [cells.texts[index] for index in indices[are_numbers]]
    others = [cells.texts[index] for index in indices[~are_numbers]]
    if number_texts.find_format(numbers) is None:
        return ""
    row = cells.row_of(cells.texts.index(others[0]))
    reason = f", {share} of them numbers, but not {others[0]!r:.40} in row {row}"
    if len(others) > FEW_WORDS:
        return f"{reason}, and {len(others) - 1} other values"
    return (
        f"{reason} (if what is no number is missing, say {{'kind': 'number', "
        f"'missing': {others!r:.200}}})"
    )


def _unlike(texts: list[str]) -> str:
    """Why texts that are numbers each are no column of numbers."""
    if number_texts.are_rounded(texts):
        return ", some of them whole numbers beyond 2^53, which would be rounded"
    units = number_texts.units_of(texts)
    if len(units) > 1:
        return f", numbers with mixed units ({', '.join(map(repr, units[:3]))})"
    if number_texts.has_zeros(texts):
        return ", digits of which some begin with 0"
    return ", numbers written in more than one way"
