"""How good a model's predictions are for rows whose target is known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from halfmoon.commands.common.inputs import blocks_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from halfmoon.report.measured import Score
    from halfmoon.tables.raw import Table
    from halfmoon.tables.task import Target


@dataclass(frozen=True)
class Judged:
    """Scores on some rows, each with its standard error, and what was left out.

    `unknown` counts rows of classes that the model does not know; such a row cannot be
    right, and `accuracy_with_unknown` counts it as wrong.
    """

    rows: int
    scores: "list[tuple[Score, float]]"
    without_target: int
    unknown: int
    examples: tuple[str, ...] = ()
    accuracy_with_unknown: float | None = None


def judge(model: Any, inputs: "Table", target: "Target") -> Judged:
    """The scores of a model on the rows whose target is known.

    Raises ValueError, in one sentence, if there are none.
    """
    known = target.known
    without = int((~known).sum())
    if not known.any():
        raise ValueError(
            f"No row has a value in the column {target.column!r}, so nothing can be "
            "compared; give rows with it."
        )
    inputs = {name: column[known] for name, column in inputs.items()}
    truth = target.values[known]
    if hasattr(model, "classes_"):
        return _judge_classes(model, inputs, truth, without)
    return _judge_values(model, inputs, truth, without)


def _judge_classes(
    model: Any, inputs: "Table", truth: "NDArray[Any]", without: int
) -> Judged:
    import numpy as np

    from halfmoon.report.scores import class_metrics
    from halfmoon.tables.cells import as_text

    numbers = {as_text(c): i for i, c in enumerate(model.classes_.tolist())}
    texts = [as_text(label) for label in truth.tolist()]
    t = np.array([numbers.get(text, -1) for text in texts])
    unknown = t < 0
    examples = tuple(sorted({text for text in texts if text not in numbers}))
    if unknown.all():
        raise ValueError(
            f"The model knows none of the classes here ({', '.join(examples[:5])}): it "
            f"was made with {', '.join([*numbers][:5])}; give rows of these."
        )
    inputs = {name: column[~unknown] for name, column in inputs.items()}
    t = t[~unknown]
    parts = [model.predict_proba(some) for _, some in blocks_of(inputs, "predicting")]
    metrics = class_metrics(t, np.vstack(parts))
    accuracy = next(each.value for each in metrics if each.name == "accuracy")
    return Judged(
        rows=len(t),
        scores=_scored(metrics),
        without_target=without,
        unknown=int(unknown.sum()),
        examples=examples,
        accuracy_with_unknown=accuracy * len(t) / len(unknown) if examples else None,
    )


def _judge_values(
    model: Any, inputs: "Table", truth: "NDArray[Any]", without: int
) -> Judged:
    import numpy as np

    from halfmoon.report.scores import value_metrics

    parts = [model.predict(some).ravel() for _, some in blocks_of(inputs, "predicting")]
    metrics = value_metrics(truth, np.concatenate(parts))
    return Judged(len(truth), _scored(metrics), without, unknown=0)


def _scored(metrics: Any) -> "list[tuple[Score, float]]":
    """Each metric as a score with its interval, and its standard error."""
    from halfmoon.report.scores import score, standard_error

    return [(score(each), standard_error(each.influence)) for each in metrics]
