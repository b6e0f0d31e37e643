"""The columns of a table that a model looks at, and what is said of the others."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from halfmoon.commands.common.progress import rows_bar
from halfmoon.commands.common.targets import name_of_target

if TYPE_CHECKING:
    from halfmoon.tables.novelty import Novelty
    from halfmoon.tables.raw import Table

BLOCK = 10_000  # rows
NAMED = 5  # columns in a sentence


def inputs_of(
    model: Any, table: "Table", apart: Sequence[str | None] = ()
) -> "tuple[Table, list[str]]":
    """The columns that the model knows, and sentences about those that it does not.

    Its target is left out, and so are the columns `apart`, without a word. Where one
    that it needs is missing, all others stay: one of them may be it, renamed.
    """
    from halfmoon.tables.decision import USED

    kinds = model.schema_.kinds
    target = name_of_target(model)
    inputs = {name: column for name, column in table.items() if name in kinds}
    expected = {*kinds, *apart, target}
    others = [name for name in table if name not in expected]
    if any(kind in USED and name not in table for name, kind in kinds.items()):
        return {name: table[name] for name in [*inputs, *others]}, []
    if not others:
        return inputs, []
    named = ", ".join(map(repr, others[:NAMED])) + ", ..." * (len(others) > NAMED)
    what = "column" if len(others) == 1 else f"{len(others)} columns"
    does = "is" if len(others) == 1 else "are"
    them = "it" if len(others) == 1 else "them"
    return inputs, [
        f"the {what} {named} {does} not used, since the model was made without {them}."
    ]


def read_inputs(model: Any, inputs: "Table") -> "Novelty":
    """How far the rows lie from what the model was made with, once all can be read.

    Raises ValueError, in one sentence, for a column that is missing or of another type,
    and for a cell that cannot be read, with its row.
    """
    from halfmoon.tables.novelty import novelty

    return novelty(model.schema_.parse(inputs), model.encoder_)


def blocks_of(inputs: "Table", label: str) -> "Iterator[tuple[slice, Table]]":
    """The rows in blocks: the networks' inputs for all are never needed at once.

    A terminal shows a bar called `label` meanwhile, or none if it is empty.
    """
    count = len(next(iter(inputs.values())))
    with rows_bar(label, count) as show:
        for start in range(0, count, BLOCK):
            part = slice(start, min(start + BLOCK, count))
            yield part, {name: column[part] for name, column in inputs.items()}
            show(part.stop - start)
