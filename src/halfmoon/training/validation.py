"""Validation data: how they are read, and what they say of weights."""

from typing import Any

from halfmoon.arrays.elementary import Array
from halfmoon.network import Network
from halfmoon.training.run import Score, ValidationLoss

Data = tuple[Array, Array, Array]  # X, y, w as a network reads them


def read_validation(network: Network, data: tuple[Any, ...]) -> Data:
    """(X, y) or (X, y, w) as the network reads them; else ValueError."""
    if not isinstance(data, tuple) or len(data) not in (2, 3):
        raise ValueError(
            f"validation must be (X, y) or (X, y, w); got {type(data).__name__}."
        )
    try:
        return network.read(*data)
    except ValueError as error:
        raise ValueError(f"Validation data: {error}") from None


def evaluate(
    network: Network,
    z: Array,
    data: Data,
    score: Score | None,
    validation_loss: ValidationLoss | None = None,
) -> dict[str, float]:
    """Columns of history by name, from raw predictions z (n, k) for the data's rows.

    validation_loss = sum_i w_i loss(z_i, y_i) / sum_i w_i, without penalty, or what the
    function in its place makes of z.
    """
    X, y, w = data
    row_weights = w.mean(axis=1)
    if validation_loss is None:
        weight = float(w.sum()) / w.shape[-1]
        loss = float((w * network.loss.value(z, y)).sum()) / weight
    else:
        loss = float(validation_loss(z, y, row_weights))
    columns = {"validation_loss": loss}
    if score is not None:
        columns["validation_score"] = score(network.loss.link(z), y, row_weights, X)
    return columns
