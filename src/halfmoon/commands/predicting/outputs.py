"""The columns that `predict` writes, for a block of rows at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from halfmoon.commands.common.targets import name_of_target, targets_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from halfmoon.tables.raw import Table

    Columns = dict[str, NDArray[Any]]

PREDICTION = "prediction"  # the column's name where the target's is not known
SEPARATOR = "|"  # between the classes of a set


@dataclass(frozen=True)
class Asked:
    """What is to be written beside, or instead of, the plain prediction."""

    proba: Annotated[
        bool,
        typer.Option("--proba", help="Also write the probability of each class."),
    ] = False
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Of two classes, take the second (in the order of describe MODEL) "
            "from this probability on.",
            metavar="SHARE",
        ),
    ] = None
    interval: Annotated[
        float | None,
        typer.Option(
            help="Also write where the truth lies in such a share of cases: two "
            "limits, or for classes a set of them.",
            metavar="SHARE",
        ),
    ] = None


def check_asked(model: Any, asked: Asked) -> None:
    """ValueError, in one sentence, for what this model cannot give."""
    has_classes = hasattr(model, "classes_")
    targets = targets_of(model)
    for name in ("proba", "threshold", "interval"):
        if getattr(asked, name) in (None, False):
            continue
        if targets > 1:
            raise ValueError(
                f"--{name} is for one target, and this model predicts {targets}; leave "
                "it out."
            )
        if not has_classes and name != "interval":
            raise ValueError(
                f"--{name} is for classes, and this model predicts values; leave it "
                "out, or ask for --interval."
            )
    if asked.threshold is not None and len(model.classes_) != 2:
        raise ValueError(
            "--threshold is for two classes, and this model has "
            f"{len(model.classes_)}; ask for --proba."
        )
    for name in ("threshold", "interval"):
        share = getattr(asked, name)
        if share is not None and not 0.0 < share < 1.0:
            raise ValueError(f"--{name} must be between 0 and 1; got {share:g}.")


def predicted_name(model: Any, taken: Sequence[str]) -> str:
    """What the predictions are called: as the target, if no other column is."""
    name = name_of_target(model) or PREDICTION
    while name in taken:
        name = f"predicted_{name}"
    return name


def predict_block(model: Any, inputs: "Table", asked: Asked, name: str) -> "Columns":
    """The columns for some rows: predictions, and whatever else was asked for."""
    if targets_of(model) > 1:
        columns = model.predict(inputs).T
        return {f"{name}_{j + 1}": column for j, column in enumerate(columns)}
    if hasattr(model, "classes_"):
        return _classes(model, inputs, asked, name)
    return _values(model, inputs, asked, name)


def _classes(model: Any, inputs: "Table", asked: Asked, name: str) -> "Columns":
    """Classes, with the probability of each and a set of those that may be."""
    p = model.predict_proba(inputs)
    chosen = p.argmax(axis=1)
    if asked.threshold is not None:
        chosen = (p[:, 1] >= asked.threshold).astype(int)
    columns: Columns = {name: model.classes_[chosen]}
    if asked.proba:
        for j, label in enumerate(model.classes_):
            columns[f"probability_{label}"] = p[:, j]
    if asked.interval is not None:
        held = model.predict_set(inputs, coverage=asked.interval)
        columns[f"{name}_set"] = _sets(held, model.classes_)
    return columns


def _sets(held: "NDArray[Any]", classes: "NDArray[Any]") -> "NDArray[Any]":
    """The classes in each row's set, as a text."""
    import numpy as np

    names = [str(label) for label in classes]
    texts = [
        SEPARATOR.join(name for name, is_in in zip(names, row, strict=True) if is_in)
        for row in held
    ]
    return np.array(texts, dtype=object)


def _values(model: Any, inputs: "Table", asked: Asked, name: str) -> "Columns":
    """Values, with the limits between which the truth lies."""
    columns: Columns = {name: model.predict(inputs).ravel()}
    if asked.interval is not None:
        limits = model.predict_interval(inputs, coverage=asked.interval)
        limits = limits.reshape(-1, 2)
        columns[f"{name}_low"] = limits[:, 0]
        columns[f"{name}_high"] = limits[:, 1]
    return columns
