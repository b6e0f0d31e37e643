"""Section 5: the loss, its gradient, and what really happens in 20,000 passes."""

from typing import Any

import numpy as np

from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.inspection.trace import Trace, trace
from halfmoon.network import Network
from halfmoon.pages.texts import Material, Picture, Table
from halfmoon.tutorial import experiment as settings
from halfmoon.tutorial import programs
from halfmoon.tutorial.edge import Descent, draw_edge
from halfmoon.tutorial.experiment import (
    HALF_RATE,
    L2,
    RATE,
    Experiment,
    is_zigzag,
)

POINT = 0  # the row whose gradient is derived
NUDGE = 0.001
FAR = 0.1  # a nudge so large that the curvature of the loss shows

# "Loss after iteration i" as Britz's notebook prints it: i = 0, 1000, ..., 19000
PUBLISHED = [0.432387, 0.068947, 0.068936, 0.071218, 0.071253, 0.071278, 0.071293]
PUBLISHED += [0.071303, 0.071308, 0.071312, 0.071314, 0.071315, 0.071315]
PUBLISHED += [0.071316] * 7


def measure(experiment: Experiment) -> Material:
    """One point's gradient, the check of all, the losses, and the edge of stability."""
    X, y = experiment.data
    network = experiment.network()
    steps = trace(network, X[POINT], y[POINT])
    fast = Descent(experiment, RATE, experiment.trained[1])
    slow = Descent(experiment, HALF_RATE, experiment.trained_at_half_rate[1])
    published = PUBLISHED[: len(fast.L) // 1000] if experiment.seed == 0 else []
    numbers = {
        "epsilon": settings.EPSILON,
        "reg_lambda": settings.REG_LAMBDA,
        "learning_rate": RATE,
        "half_rate": HALF_RATE,
        "l2": L2,
        "rows": len(y),
        "parameters": network.size,
        **one_point(network, steps, X[POINT : POINT + 1], int(y[POINT])),
        **losses(fast, published),
        **edge(fast, slow),
        **twice_the_rate(experiment),
    }
    check = check_gradients(network, X, y, l2=L2)
    numbers["gradients_right"] = check.ok
    figure = Picture(lambda fig: draw_edge(fig, [fast, slow], published), (11.5, 4.0))
    return Material(
        numbers=numbers,
        claims=claims(numbers, fast, slow),
        figures={"5-edge": figure},
        tables={"losses": loss_table},
        code={"network": programs.program("network"), "check": str(check)},
        shown={"backward": steps.only_backward()},
    )


def one_point(network: Network, steps: Trace, x: Any, c: int) -> dict[str, Any]:
    """One point of class c: its slopes by hand and by the backward pass.

    The weight that is nudged leads from the first hidden unit to the score of class c.
    """

    def loss(nudge: float) -> float:
        theta = network.theta.copy()
        network.views(theta)[1].W[0, c] += nudge
        return float(-np.log(network.predict(x, theta)[0, c]))

    by_hand = (loss(NUDGE) - loss(0.0)) / NUDGE
    return {
        **{line.name: line.value for line in steps.forward[1:-1] + steps.backward},
        "point_loss": loss(0.0),
        "nudge": NUDGE,
        "nudged_loss": loss(NUDGE),
        "slope_by_hand": by_hand,
        "far_nudge": FAR,
        "predicted_change": FAR * by_hand,
        "seen_change": loss(FAR) - loss(0.0),
        "error_of_true_class": steps["delta2"][c],
        "slope": steps["dW2"][0, c],
        "tanh_slope": 1.0 - steps["a1"] ** 2,
    }


def losses(run: Descent, published: list[float]) -> dict[str, Any]:
    """Our losses where Britz prints one, and how far apart the two are."""
    printed = range(0, len(run.L) - 1, 1000)
    ours = [float(run.L[i + 1]) for i in printed]
    numbers: dict[str, Any] = {
        "passes": len(run.L) - 1,
        "loss_before_training": run.L[0],
        "iterations": list(printed),
        "loss_after_iteration": dict(zip(printed, ours, strict=True)),
        "last_loss": run.L[-1],
        "last_two_losses": run.L[-2:],
        "lowest_at_end": run.L[-2:].min(),
        "highest_at_end": run.L[-2:].max(),
    }
    if published:
        numbers["published"] = dict(zip(printed, published, strict=True))
        numbers["largest_difference"] = np.abs(np.subtract(ours, published)).max()
    return numbers


def edge(fast: Descent, slow: Descent) -> dict[str, Any]:
    """Rate times curvature, and what the loss does meanwhile."""
    last = len(fast.L) - 1
    first = [*fast.rises, last][0]
    slow_first = [*slow.rises, last][0]
    return {
        "at_start": [fast.products[0], slow.products[0]],
        "first_rise_at_iteration": first,
        "at_first_rise": fast.products[first],
        "in_cycle": [fast.products[last - 1], fast.products[last]],
        "slow_first_rise": slow_first,
        "slow_at_first_rise": slow.products[slow_first],
        "slow_highest_leap": slow.L[slow_first:].max(),
        "slow_at_end": slow.products[last],
        "slow_last_loss": slow.L[-1],
    }


def twice_the_rate(experiment: Experiment) -> dict[str, Any]:
    """What becomes of the loss at twice the rate."""
    data = (experiment.network(), *experiment.data, 2.0 * RATE)
    run = experiment.fit("at twice the rate", experiment.passes, *data)
    L = run.history["loss"]
    return {
        "double_rate": 2.0 * RATE,
        "double_highest": L.max(),
        "double_typical_end": np.median(L[-1000:]),
    }


def claims(n: dict[str, Any], fast: Descent, slow: Descent) -> dict[str, bool]:
    """What the text may say of these numbers."""
    low = n["lowest_at_end"]
    high = n["highest_at_end"]
    half = n["passes"] // 2
    late = np.array([loss for i, loss in n["loss_after_iteration"].items() if i > half])
    from_either = np.minimum(np.abs(late - low), np.abs(late - high))
    published = [f"{loss:.6f}" for loss in n.get("published", {}).values()]
    first_two = [f"{n['loss_after_iteration'][i]:.6f}" for i in (0, 1000)]
    fast_explained = (
        n["at_first_rise"] > 2.0,
        is_zigzag(fast.L) and min(n["in_cycle"]) < 2.0 < max(n["in_cycle"]),
        (from_either < 0.05 * (high - low)).all(),
    )
    slow_explained = (
        n["slow_at_first_rise"] > 2.0,
        n["slow_highest_leap"] > 2.0 * slow.L[n["slow_first_rise"]],
        n["slow_at_end"] < 2.0 and max(slow.rises, default=0) < half,
        published != [] and slow.L[-1] < min(PUBLISHED),
    )
    double_survives = (
        n["double_highest"] > n["loss_before_training"],
        0.5 * low < n["double_typical_end"] < 1.1 * high,
    )
    return {
        "full_run": len(published) == len(PUBLISHED),
        "slopes_agree": bool(abs(n["slope"] - n["slope_by_hand"]) < 5e-4),
        "agree_then_differ": published[:2] == first_two,
        "fast_explained": all(fast_explained),
        "slow_explained": all(slow_explained),
        "double_survives": all(double_survives),
    }


def loss_table(n: Any) -> Table:
    """The loss at every thousandth pass, beside Britz's if the points are his."""
    published = n.get("published", {})
    rows = [["before training", f"{n['loss_before_training']:.6f}", ""]]
    for i in n["iterations"]:
        key = str(int(i))
        britz = f"{published[key]:.6f}" if key in published else ""
        ours = f"{n['loss_after_iteration'][key]:.6f}"
        rows.append([f"iteration {i:,}", ours, britz])
    return ["", "here", "Britz"], rows
