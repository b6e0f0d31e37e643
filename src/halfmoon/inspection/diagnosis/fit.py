"""Diseases of the fit: units, learning rate, too much learned and too little."""

from functools import partial
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import CHECK, Stream
from halfmoon.components.losses import AbsoluteError, Pinball, Quantiles
from halfmoon.components.optimizers import (
    OPTIMIZERS,
    GradientDescent,
    Momentum,
    Nesterov,
)
from halfmoon.components.schedules import SCHEDULES
from halfmoon.inspection.diagnosis.case import FEW, ROWS, Case, Found, Rows, disease


def _rate(case: Case, factor: float = 0.1) -> str:
    """The learning rate to set, as `factor` times the fit's, where that is known."""
    return (
        "another random_state"
        if case.rate is None
        else f"learning_rate_init={factor * case.rate:.2g}"
    )


def _flat(case: Case, sides: int, share: float) -> tuple[str, int, int]:
    """The layer with most of its units on a flat side in this share of the rows: its
    name, how many, of how many.
    """
    found = [
        (name, int((flat >= share).sum()), len(flat))
        for name, bends, flat in case.units
        if bends == sides
    ]
    return max(found, key=lambda layer: layer[1] / layer[2], default=("", 0, 1))


@disease
def dead_units(case: Case) -> Found:
    """At most half of the units of a relu-like layer (flat on one side) lie on the flat
    side in every row.

    There f' is 0, [B1] hands them no gradient, and they stay (Lu et al. 2019). Some are
    normal: in a relu layer on top of another, over a single input, a quarter begins
    dead. Flat means under 0.005 of the steepest slope.
    """
    name, dead, k = _flat(case, 1, 1.0)
    told = (
        f"{dead} of {k} units of {name} are flat (slope under 0.005) in each of "
        f"{len(case.rows.y)} rows"
    )
    remedy = f"Set activation='leaky_relu', whose units cannot die, or {_rate(case)}."
    return (dead / k, f"{told} and hardly learn.", remedy) if dead / k > 0.5 else None


@disease
def saturated_units(case: Case) -> Found:
    """At most half of the units of a tanh-like layer (flat on both sides) have under
    0.005 of the steepest slope in 95% of the rows, or else nine tenths of the best
    constant's loss are explained.

    They hand hardly any gradient down (Glorot & Bengio 2010); in a network that
    predicts well they say yes or no.
    """
    name, stuck, k = _flat(case, 2, 0.95)
    finding = (
        f"{stuck} of {k} units of {name} are saturated, and {case.skill:.2g} is "
        "explained."
    )
    remedy = (
        f"Standardise X, keep initializer='auto', set {_rate(case)}, or "
        "activation='relu', flat on one side only."
    )
    return (
        (stuck / k, finding, remedy) if stuck / k > 0.5 and case.skill < 0.9 else None
    )


def _levels(curve: Array) -> Array:
    """A curve in ten steps at most: the median of each tenth, so that no single epoch
    decides.
    """
    return np.array(
        [np.median(part) for part in np.array_split(curve, min(10, len(curve)))]
    )


def _late(loss: Array) -> float:
    """The share of the loss's whole fall that the last quarter of the epochs brought;
    an even fall gives 1/4.
    """
    quarter = max(1, len(loss) // 4)
    width = max(1, len(loss) // 20)
    if len(loss) < 2 or loss[0] <= (end := np.median(loss[-width:])):
        return 0.0
    return float((np.median(loss[-quarter - width : -quarter]) - end) / (loss[0] - end))


def _gradient(case: Case, theta: Array) -> Array:
    """The objective's gradient, in float64."""
    assert case.settings is not None
    X, y, w = (part.astype(np.float64) for part in case.rows)
    return case.network.objective(theta, X, y, w, case.settings.l2, case.settings.l1).g


def _edge(case: Case) -> float | None:
    """The largest sharpness times rate at which steps on a parabola do not grow; None
    for fits it does not tell.

    Gradient descent multiplies the distance to the minimum, along an eigenvector of the
    Hessian with eigenvalue s, by 1 - rate s: stable for rate s < 2. The others' bounds
    are by Cohen et al. (2021), appendix B.
    """
    settings = case.settings
    assert settings is not None
    optimizer = OPTIMIZERS.make(settings.optimizer)
    layers = case.network.layers
    changed = (
        optimizer.decay
        or settings.decay
        or settings.l1
        or settings.clip
        or settings.average
    )
    parts = len(case.all.y) > min(settings.batch_size or ROWS, ROWS) or any(
        layer.random for layer in layers
    )
    # no curvature to speak of
    kinked = isinstance(case.network.loss, AbsoluteError | Pinball | Quantiles)
    # at the best epoch, not where the rate led
    elsewhere = np.isfinite(case.history["validation_loss"]).any()
    uneven = (
        any(layer.rate_factor != 1.0 for layer in layers)
        or str(SCHEDULES.make(settings.schedule)) != "constant"
    )
    beta = getattr(optimizer, "beta", 0.0)
    bounds = {
        GradientDescent: 2.0,
        Momentum: 2.0 + 2.0 * beta,
        Nesterov: (2.0 + 2.0 * beta) / (1.0 + 2.0 * beta),
    }
    return (
        None
        if changed or parts or kinked or elsewhere or uneven
        else bounds.get(type(optimizer))
    )


def _sharpness(case: Case, theta: Array, h: float = 1e-5) -> float:
    """The objective's largest curvature, from below: power iteration on H v = (g(theta
    + hv) - g(theta - hv)) / 2h.
    """
    v = Stream(0, CHECK).standard_normal(theta.shape)
    curvature = 0.0
    before = np.inf
    for _ in range(24):
        v /= np.linalg.norm(v)
        Hv = (_gradient(case, theta + h * v) - _gradient(case, theta - h * v)) / (
            2.0 * h
        )
        before = curvature
        curvature = float(v @ Hv)
        v = Hv
        if abs(curvature - before) <= 0.01 * abs(curvature):
            break
    return curvature


def _beyond_the_edge(case: Case) -> Found:
    """Jumps to and fro across the valley, at one end of which sharpness times rate
    exceeds the edge.

    Descent may do well at the edge while the loss falls on the whole (Cohen et al.
    2021): here the last fifth of the epochs brought less than 1/1000 of the fall. A
    jump that is answered by one back ends where the gradient has changed its sign, so
    that the curvature along it is edge / rate on average, and more at one of its ends.
    """
    edge = _edge(case)
    loss = case.history["loss"]
    theta = case.network.theta.astype(np.float64)
    if edge is None or len(loss) < 10:
        return None
    curve = _levels(loss)
    if curve[-4:-2].mean() - curve[-2:].mean() > 1e-3 * (loss[0] - curve.min()):
        return None
    across = theta - 2.0 * case.rate / edge * _gradient(case, theta)
    number = case.rate * max(_sharpness(case, theta), _sharpness(case, across))
    finding = (
        f"Sharpness times rate {case.rate:g} is {number:.3g}, over {edge:.3g}: updates "
        "jump to and fro for nothing."
    )
    return (
        (number, finding, f"Set {_rate(case, edge / number / 2.0)}, for smaller steps.")
        if number > edge
        else None
    )


@partial(disease, needs="rate")
def learning_rate_too_high(case: Case) -> Found:
    """In full-batch descent sharpness times rate is below 2 (with momentum 2 + 2 beta)
    or the loss still falls; and any loss, in units of the best constant's, ends at most
    0.1 above its best tenth, rises by at most 0.03 an epoch over the last half, and is
    never 1 above the first epoch's unless half of it is explained in the end.

    The unit is the whole way from knowing nothing to knowing all. An epoch's loss is a
    mean over all rows, so small batches and dropout alone make it jump by less than
    0.03.
    """
    if (found := _beyond_the_edge(case)) is not None:
        return found
    loss = case.history["loss"]
    # it diverged in its first epoch
    loss = loss if len(loss) else np.array([case.start, case.reached / 100.0])
    curve = _levels(loss)
    rises = np.maximum(np.diff(loss[len(loss) // 2 :]), 0.0)
    for limit, height, words in (
        (0.1, curve[-1] - curve.min(), "ended {:.3g} above its best tenth"),
        (
            0.03,
            rises.mean() if len(rises) > 1 else 0.0,
            "rose by {:.3g} an epoch over the last half",
        ),
        (
            1.0,
            loss.max() - loss[0] if case.skill < 0.5 else 0.0,
            "was once {:.3g} above the first epoch's",
        ),
    ):
        if (number := height / case.start) > limit:
            finding = (
                f"In units of the best constant's, the loss {words.format(number)}, at "
                f"rate {case.rate:g}."
            )
            return (
                number,
                finding,
                f"Set {_rate(case)}, or clip or scale what makes gradients large.",
            )
    return None


@partial(disease, needs="rate")
def learning_rate_too_low(case: Case) -> Found:
    """An update is at least 1/10000 of the weights, or the last quarter of the epochs
    brought under 0.15 of the loss's whole fall (an even fall gives 0.25), or nine
    tenths of the best constant's loss are explained.

    1/1000 is usual (Karpathy, CS231n, Neural Networks 3). The update is what the
    optimizer makes of 100 equal gradients of the median length in the history: more
    than of real ones, which vary, so the rule errs towards silence.
    """
    late = _late(case.history["loss"])
    theta = case.network.theta.astype(np.float64)
    if case.settings is None or late < 0.15 or not theta.any() or not case.skill < 0.9:
        return None
    optimizer = OPTIMIZERS.make(case.settings.optimizer)
    g = _gradient(case, theta)
    u = g = g * (
        float(np.median(case.history["gradient_norm"]))
        / (float(np.linalg.norm(g)) + 1e-300)
    )
    slots: Any = [np.zeros_like(theta) for _ in range(optimizer.slots)]
    for t in range(1, 101):
        u, slots = optimizer.rule(g, slots, t)
    ratio = case.rate * float(np.linalg.norm(u) / np.linalg.norm(theta))
    finding = (
        f"An update is {ratio:.2g} of the weights; the last quarter of the epochs "
        f"brought {late:.2f} of the fall."
    )
    remedy = f"Set {_rate(case, 1e-3 / max(ratio, 1e-9))}, or a larger max_iter."
    return (ratio, finding, remedy) if ratio < 1e-4 else None


@disease
def overfitting(case: Case) -> Found:
    """Over half of the training rows' gain on the best constant's loss is found on
    validation rows too, or all but two standard errors; or the gain is less than a
    tenth of that loss.

    By heart nothing is gained on other rows; having learned well, a part is lost. The
    network's losses are compared, or the last epochs' where the fit went on for over
    100 epochs after its best (or its patience): it was left to overfit.
    """
    history = case.history
    rows = case.validation
    start = case.start
    error = 0.0
    seen = np.isfinite(history["validation_loss"])
    curve = history["validation_loss"][seen]
    reached = case.reached
    held = curve.min(initial=np.inf)
    after = len(curve) - 1 - int(curve.argmin()) if len(curve) else 0
    if rows is not None:
        held = rows.mean(case.losses(rows))[0]
        start = rows.mean(case.losses(rows, constant=True))[0]
        error = np.hypot(
            rows.mean(case.losses(rows))[1], case.rows.mean(case.losses(case.rows))[1]
        )
    if too_long := after > max(getattr(case.settings, "patience", None) or 0, 100):
        reached = _levels((history["loss"] - history["penalty"])[seen])[-1]
        held = _levels(curve)[-1]
    lost = 1.0 - (start - held) / (case.start - reached)
    if np.isinf(held) or not (
        reached < 0.9 * case.start and lost > 0.5 and held - reached > 2.0 * error
    ):
        return None
    alpha = max(1.0, 10.0 * getattr(case.settings, "l2", 0.0) * case.all.weight.sum())
    when = f" {after} epochs after the best" if too_long else ""
    finding = (
        f"Losses{when}: {reached:.3g} on training rows, {held:.3g} on validation rows, "
        f"a constant's {start:.3g}."
    )
    stop = "" if seen.any() and not too_long else "early_stopping=True, "
    return (
        lost,
        finding,
        f"Set {stop}alpha={alpha:.2g} or more, or smaller hidden_layer_sizes.",
    )


def _learnable(rows: Rows, k: int = 10) -> float:
    """How much of y's variance simple means explain on other rows: about 0 where there
    is nothing to learn.

    The better of the mean of the k nearest rows, its noise 1/k taken off, and a
    straight line, adjusted for d.
    """
    X, y = (
        part.astype(np.float64) - part.mean(axis=0, dtype=np.float64)
        for part in rows[:2]
    )
    X /= np.where(np.ptp(X, axis=0) > 0.0, X.std(axis=0), 1.0)
    n = len(X)
    total = (y * y).sum()
    squares = (X * X).sum(axis=1)
    if n < 100:
        return 0.0
    near = np.argpartition(
        squares - 2.0 * (X @ X.T) + np.diag(np.full(n, np.inf)), k, axis=1
    )[:, :k]
    missed = ((y - y[near].mean(axis=1)) ** 2).sum() / total * k / (k + 1)
    if (free := n - X.shape[1] - 1) > n / 2:
        missed = min(
            missed,
            ((y - X @ np.linalg.lstsq(X, y)[0]) ** 2).sum() / total * (n - 1) / free,
        )
    return float(1.0 - missed)


@disease
def underfitting(case: Case) -> Found:
    """A tenth of the best constant's loss is explained, or else simple means, the
    nearest rows' or a straight line's, explain at most a fifth of y's variance.

    Where these find nothing either, y may be noise, of which a constant is the best
    prediction, and nothing is said.
    """
    if not case.skill < 0.1 or (known := _learnable(case.all.draw(FEW))) <= 0.2:
        return None
    finding = (
        f"{case.skill:.2g} of the best constant's loss {case.start:.3g} is explained, "
        f"by simple means {known:.2f}."
    )
    network = case.network
    l2 = getattr(case.settings, "l2", 0.0)
    epochs = len(case.history)
    dense = [layer for layer in network.layers if layer.shapes]
    # Glorot's |W|^2
    usual = sum(2.0 * layer.d * layer.k / (layer.d + layer.k) for layer in dense)
    if l2 and network.penalty(network.theta, 2.0, 0.0) < 0.1 * usual:
        remedy = (
            f"Set alpha={l2 * case.all.weight.sum() / 1000.0:.1g}: the penalty has "
            "shrunk the weights."
        )
    elif _late(case.history["loss"]) > 0.15:
        remedy = f"Set max_iter={10 * epochs}: the loss was still falling."
    else:
        sizes = ", ".join(str(4 * layer.k) for layer in dense[:-1]) or "100"
        remedy = (
            f"Set hidden_layer_sizes=({sizes},), or if the loss is unsteady or above a "
            f"constant's, {_rate(case)}."
        )
    return case.skill, finding, remedy
