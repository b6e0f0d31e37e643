"""What a table's networks are like: sizes, rates and epochs, from one effort.

The figures were measured on real tables against eight other methods. They follow from
the shape of the data alone: rows, and whether classes or values are learned.
"""

from dataclasses import dataclass

# by effort: networks, hidden units of each of the two layers, epochs at most, and for
# how many of them in a row a network may be no better
EFFORTS = {
    1: (3, 64, 24, 8),
    2: (4, 128, 60, 15),
    3: (8, 128, 80, 15),
    4: (16, 128, 80, 15),
    5: (16, 256, 100, 15),
}
FOLDS = 8  # a network leaves out one of so many parts of the rows, or of more
REFINES_FROM = 1_500  # rows from which the epoch is chosen at the best temperature
# rows, and the size of a batch below so many
BATCHES = ((1_000, 32), (2_500, 64), (8_192, 128))
LARGEST_BATCH = 256


@dataclass(frozen=True)
class Recipe:
    """How the networks of a table are built and trained.

    members     how many there are; each leaves out one fold, by which it is judged
    folds       into how many parts the rows are cut
    hidden      units of the hidden layers
    activation  relu for classes; for values silu, whose slope has no jump
    dropout     the rate for hidden units
    epochs      passes over the rows, at most
    patience    epochs without a better one, after which a network's training ends
    batch_size  rows of an update
    refines     whether an epoch is judged by its log-loss at the best temperature
    scaling     factor on the learning rate of the inputs' scaling
    """

    members: int
    folds: int
    hidden: tuple[int, ...]
    activation: str
    dropout: float
    epochs: int
    patience: int
    batch_size: int
    refines: bool
    scaling: float
    learning_rate: float = 0.008
    decay: float = 0.1
    average: float = 0.98


def recipe_for(effort: int, rows: int, classes: bool) -> Recipe:
    """The recipe for so many rows, of classes or of values."""
    members, units, epochs, patience = EFFORTS[effort]
    folds = min(max(members, FOLDS), rows)
    batch = next((size for below, size in BATCHES if rows < below), LARGEST_BATCH)
    return Recipe(
        members=min(members, folds),
        folds=folds,
        hidden=(units, units),
        activation="relu" if classes else "silu",
        dropout=0.2 if classes else 0.0,
        epochs=epochs,
        patience=patience,
        batch_size=min(batch, rows),
        refines=classes and rows >= REFINES_FROM,
        scaling=6.0 if classes else 30.0,
    )
