"""A small table of houses as a file would have it: texts, commas, euros, dates."""

import numpy as np

ROWS = 120
RANDOM = np.random.default_rng(0)
SIZE = RANDOM.normal(size=ROWS).round(4)
TABLE = {
    "id": [f"r{i:03d}" for i in range(ROWS)],
    "size": [f"{size:.4f}".replace(".", ",") for size in SIZE],
    "city": RANDOM.choice(["Köln", "Rome", "Bonn"], ROWS).tolist(),
    "since": [f"{1 + i % 28:02d}.05.2020" for i in range(ROWS)],
    "price": [f"{300 + 100 * size:.2f} €".replace(".", ",") for size in SIZE],
    "large": ["yes" if size > 0.0 else "no" for size in SIZE],
}
INPUTS = ["id", "size", "city", "since"]  # the others can be predicted


def written(columns):
    """Columns as a file with semicolons."""
    lines = [";".join(columns), *map(";".join, zip(*columns.values(), strict=True))]
    return "".join(f"{line}\n" for line in lines)
