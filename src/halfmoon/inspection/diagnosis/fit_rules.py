"""Rules about the fit: units, learning rate, too much learned and too little."""

from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.inspection.diagnosis.case import Case, LayerUnits, WeightedRows
from halfmoon.inspection.diagnosis.rule import Finding, rule
from halfmoon.inspection.diagnosis.stability import edge, gradient, sharpness

STUCK_UNITS = 0.5  # the share of a layer's units that may be stuck
SATURATED_ROWS = 0.95  # a unit that is flat in so many rows is saturated
GOOD = 0.9  # a fit that explains so much is good

END_ABOVE_BEST = 0.1  # in units of the best constant's loss, like the next two
RISE = 0.03
EXPLOSION = 1.0
STANDSTILL = 1e-3  # of the loss's whole fall

SMALLEST_UPDATE = 1e-4  # of the weights
USUAL_UPDATE = 1e-3
LATE_FALL = 0.15  # of the whole fall, in the last quarter of the epochs

LEARNED = 0.1  # a fit that explains less has learned nothing
LOST = 0.5  # the share of the gain that may be lost on validation rows
WAIT = 100  # epochs after the best one

LEARNABLE = 0.2  # of y's variance, by simple means
COMPARED_ROWS = 1_500
NEIGHBOURS = 10


def _rate_to_set(case: Case, factor: float = 0.1) -> str:
    """The setting of `factor` times the fit's learning rate, where that is known."""
    change = _other_rate(case, factor)
    if not change:
        return "another seed"
    return case.words(*next(iter(change.items())))


def _other_rate(case: Case, factor: float = 0.1) -> dict[str, Any]:
    """The same as data; nothing where the learning rate is not known."""
    if case.learning_rate is None:
        return {}
    return {"learning_rate": float(f"{factor * case.learning_rate:.2g}")}


def flattest_layer(case: Case, flat_sides: int, in_rows: float) -> LayerUnits | None:
    """The layer with the largest share of units that are flat in so many rows."""
    layers = [layer for layer in case.units if layer.flat_sides == flat_sides]

    def share(layer: LayerUnits) -> float:
        return layer.stuck(in_rows) / len(layer.flat)

    return max(layers, key=share, default=None)


@rule(
    "dead units",
    f"At most {STUCK_UNITS:.0%} of a layer's units are flat (slope under 0.005) in "
    "every row, if its activation is flat on one side, as relu is.",
    "Many units give the same answer to every row, so they cannot learn any more.",
)
def dead_units(case: Case) -> Finding | None:
    """The number is the share of flat units, in the layer with most of them.

    On the flat side f' is 0, [B1] gives these units no gradient, and they stay (Lu et
    al. 2019). Some are normal: in a relu layer on top of another, over a single input,
    a quarter begins dead. Flat means under 0.005 of the steepest slope.
    """
    layer = flattest_layer(case, flat_sides=1, in_rows=1.0)
    if layer is None:
        return None
    k = len(layer.flat)
    dead = layer.stuck(1.0)
    if dead / k <= STUCK_UNITS:
        return None
    return Finding(
        number=dead / k,
        message=(
            f"{dead} of {k} units of {layer.layer} are flat (slope under 0.005) in "
            f"each of {len(case.sample.y)} rows and hardly learn."
        ),
        remedy=(
            f"Set {case.words('activation', 'leaky_relu')}, whose units cannot die, "
            f"or {_rate_to_set(case)}."
        ),
        change={"activation": "leaky_relu"},
    )


@rule(
    "saturated units",
    f"At most {STUCK_UNITS:.0%} of a layer's units are flat (slope under 0.005) in "
    f"{SATURATED_ROWS:.0%} of the rows, if its activation is flat on both sides, as "
    "tanh is.",
    "Many units only say yes or no: small steps hardly change their answers, so they "
    "learn slowly.",
)
def saturated_units(case: Case) -> Finding | None:
    """The number is the share of saturated units, in the layer with most of them.

    They pass hardly any gradient to the layers below (Glorot & Bengio 2010). In a
    network that explains 90 % of the best constant's loss they say yes or no.
    """
    layer = flattest_layer(case, flat_sides=2, in_rows=SATURATED_ROWS)
    if layer is None:
        return None
    k = len(layer.flat)
    saturated = layer.stuck(SATURATED_ROWS)
    if saturated / k <= STUCK_UNITS or not case.explained < GOOD:
        return None
    return Finding(
        number=saturated / k,
        message=(
            f"{saturated} of {k} units of {layer.layer} are saturated, and "
            f"{case.explained:.2g} of the best constant's loss is explained (1 is all)."
        ),
        remedy=(
            f"Standardise X, keep the automatic initializer, set {_rate_to_set(case)}, "
            f"or {case.words('activation', 'relu')}, flat on one side only."
        ),
    )


def _levels(curve: Array) -> Array:
    """The median of each tenth of a curve, so that no single epoch decides."""
    tenths = np.array_split(curve, min(10, len(curve)))
    return np.array([np.median(tenth) for tenth in tenths])


@rule(
    "learning rate too high",
    "Sharpness times rate stays below 2 (with momentum, 2 + 2 beta) or the loss still "
    f"falls. The loss ends within {END_ABOVE_BEST} of its best level and does not rise "
    "or explode on the way, in units of the best constant's loss.",
    "The steps are too large: they jump over the best place, to and fro.",
    needs="learning_rate",
)
def learning_rate_too_high(case: Case) -> Finding | None:
    """Four signs, of which the first one found is reported.

    The unit is the whole way from knowing nothing to knowing all. An epoch's loss is a
    mean over all rows, so small batches and dropout alone make it jump by less than
    0.03.
    """
    loss = case.history["loss"]
    if len(loss) == 0:  # it diverged in its first epoch
        loss = np.array([case.constant_loss, case.loss / 100.0])
    return (
        _jumps_across(case)
        or _ends_high(case, loss)
        or _rises_late(case, loss)
        or _exploded(case, loss)
    )


def _jumps_across(case: Case) -> Finding | None:
    """Updates jump to and fro: at one end, sharpness times rate exceeds the edge.

    Descent may do well at the edge while the loss falls on the whole (Cohen et al.
    2021): here the last fifth of the epochs brought less than 1/1000 of the fall. A
    jump that is answered by one back ends where the gradient has changed its sign, so
    that the curvature along it is edge / rate on average, and more at one of its ends.
    """
    stable = edge(case)
    rate = case.learning_rate
    loss = case.history["loss"]
    if rate is None or stable is None or len(loss) < 10:
        return None
    levels = _levels(loss)
    late_fall = levels[-4:-2].mean() - levels[-2:].mean()
    if late_fall > STANDSTILL * (loss[0] - levels.min()):
        return None
    here = case.network.theta.astype(np.float64)
    across = here - 2.0 * rate / stable * gradient(case, here)
    number = rate * max(sharpness(case, here), sharpness(case, across))
    if number <= stable:
        return None
    return Finding(
        number=number,
        message=(
            f"Sharpness times rate {rate:g} is {number:.3g}, over {stable:.3g}: "
            "updates jump to and fro, and the last fifth of the epochs gained little."
        ),
        remedy=f"Set {_rate_to_set(case, stable / number / 2.0)}, for smaller steps.",
        change=_other_rate(case, stable / number / 2.0),
    )


def _ends_high(case: Case, loss: Array) -> Finding | None:
    levels = _levels(loss)
    number = (levels[-1] - levels.min()) / case.constant_loss
    what = f"ended {number:.3g} above its best tenth"
    return _unsteady(case, number, END_ABOVE_BEST, what)


def _rises_late(case: Case, loss: Array) -> Finding | None:
    rises = np.maximum(np.diff(loss[len(loss) // 2 :]), 0.0)
    if len(rises) < 2:
        return None
    number = rises.mean() / case.constant_loss
    what = f"rose by {number:.3g} an epoch over the last half"
    return _unsteady(case, number, RISE, what)


def _exploded(case: Case, loss: Array) -> Finding | None:
    if not case.explained < 0.5:  # it came back from there
        return None
    number = (loss.max() - loss[0]) / case.constant_loss
    what = f"was once {number:.3g} above the first epoch's"
    return _unsteady(case, number, EXPLOSION, what)


def _unsteady(case: Case, number: Any, limit: float, what: str) -> Finding | None:
    """A finding if the number is over the limit."""
    if not number > limit:
        return None
    return Finding(
        number=float(number),
        message=(
            f"In units of the best constant's loss, the loss {what}, at rate "
            f"{case.learning_rate:g}."
        ),
        remedy=(
            f"Set {_rate_to_set(case)}, or clip or scale what makes gradients large."
        ),
        change=_other_rate(case),
    )


def _late_fall(loss: Array) -> float:
    """The share of the loss's whole fall that the last quarter of the epochs brought.

    An even fall gives 1/4.
    """
    if len(loss) < 2:
        return 0.0
    quarter = max(1, len(loss) // 4)
    width = max(1, len(loss) // 20)
    end = np.median(loss[-width:])
    if loss[0] <= end:
        return 0.0
    before = np.median(loss[-quarter - width : -quarter])
    return float((before - end) / (loss[0] - end))


@rule(
    "learning rate too low",
    f"While the loss still falls, an update is at least 1/{1 / SMALLEST_UPDATE:.0f} of "
    "the weights.",
    "The steps are so small that learning takes very long.",
    needs="learning_rate",
)
def learning_rate_too_low(case: Case) -> Finding | None:
    """The number is |update| / |weights|; 1/1000 is usual (Karpathy, CS231n).

    The loss still falls if the last quarter of the epochs brought 0.15 of its whole
    fall. The update is what the optimizer makes of 100 equal gradients of the median
    length in the history: more than of real ones, which vary, so the rule errs towards
    silence. A fit that explains 90 % of the best constant's loss is let be.
    """
    rate = case.learning_rate
    late = _late_fall(case.history["loss"])
    theta = case.network.theta.astype(np.float64)
    if case.settings is None or rate is None or not theta.any():
        return None
    if late < LATE_FALL or not case.explained < GOOD:
        return None
    g = gradient(case, theta)
    usual_norm = float(np.median(case.history["gradient_norm"]))
    g = g * (usual_norm / (float(np.linalg.norm(g)) + 1e-300))
    optimizer = OPTIMIZERS.make(case.settings.optimizer)
    slots: Any = [np.zeros_like(theta) for _ in range(optimizer.slots)]
    u = g
    for t in range(1, 101):
        u, slots = optimizer.rule(g, slots, t)
    ratio = rate * float(np.linalg.norm(u) / np.linalg.norm(theta))
    if ratio >= SMALLEST_UPDATE:
        return None
    factor = USUAL_UPDATE / max(ratio, 1e-9)
    return Finding(
        number=ratio,
        message=(
            f"An update is {ratio:.2g} of the weights; the last quarter of the epochs "
            f"brought {late:.2f} of the fall."
        ),
        remedy=f"Set {_rate_to_set(case, factor)}, or train for more epochs.",
        change=_other_rate(case, factor),
    )


@rule(
    "overfitting",
    "Of what the network gains on training rows, compared with the best constant "
    f"prediction, it keeps over {1.0 - LOST:.0%} on validation rows.",
    "The network has learned its own rows by heart, and knows less about rows that it "
    "has not seen.",
)
def overfitting(case: Case) -> Finding | None:
    """The number is the share of the gain that is lost.

    Of rows learned by heart nothing is kept on others; having learned well, a part is
    lost. Nothing is said of a gain under a tenth of the constant's loss, or of a loss
    within two standard errors. The network's losses are compared, or the last epochs'
    where the fit went on for over 100 epochs after its best (or for its patience).
    """
    history = case.history
    validated = np.isfinite(history["validation_loss"])
    curve = history["validation_loss"][validated]
    loss = case.loss
    validation_loss = curve.min(initial=np.inf)
    constant_loss = case.constant_loss
    error = 0.0
    if case.validation is not None:
        rows = case.validation
        losses = case.losses(rows)
        validation_loss = rows.mean(losses)
        constant_loss = rows.mean(case.constant_losses(rows))
        training_error = case.sample.standard_error(case.losses(case.sample))
        error = np.hypot(rows.standard_error(losses), training_error)
    after_best = len(curve) - 1 - int(curve.argmin()) if len(curve) else 0
    patience = getattr(case.settings, "patience", None) or 0
    too_long = after_best > max(patience, WAIT)
    if too_long:
        loss = _levels((history["loss"] - history["penalty"])[validated])[-1]
        validation_loss = _levels(curve)[-1]
    if np.isinf(validation_loss):
        return None
    gain = case.constant_loss - loss
    lost = 1.0 - (constant_loss - validation_loss) / gain
    learned = loss < (1.0 - LEARNED) * case.constant_loss
    certain = validation_loss - loss > 2.0 * error
    if not (learned and lost > LOST and certain):
        return None
    when = f" {after_best} epochs after the best" if too_long else ""
    stop = "Set" if validated.any() and not too_long else "Stop early, or set"
    l2 = getattr(case.settings, "l2", 0.0)
    l2 = float(f"{max(1.0 / case.training.weight.sum(), 10.0 * l2):.2g}")
    return Finding(
        number=float(lost),
        message=(
            f"Losses{when}: {loss:.3g} on training rows, {validation_loss:.3g} on "
            f"validation rows, a constant's {constant_loss:.3g}; {lost:.3g} of the "
            "gain is lost."
        ),
        remedy=f"{stop} {case.words('l2', l2)} or more, or take fewer hidden units.",
        change={"l2": l2},
    )


def learnable_share(rows: WeightedRows) -> float:
    """How much of y's variance simple means explain on other rows.

    About 0 where there is nothing to learn. The better of the mean of the 10 nearest
    rows, its noise 1/10 taken off, and a straight line, adjusted for d.
    """
    n = len(rows.y)
    if n < 100:
        return 0.0
    X = _centred(rows.X)
    y = _centred(rows.y)
    X /= np.where(np.ptp(X, axis=0) > 0.0, X.std(axis=0), 1.0)
    total = (y * y).sum()
    k = NEIGHBOURS
    missed = ((y - _mean_of_nearest(X, y, k)) ** 2).sum() / total * k / (k + 1)
    free = n - X.shape[1] - 1
    if free > n / 2:
        line = X @ np.linalg.lstsq(X, y)[0]
        missed_by_line = ((y - line) ** 2).sum() / total * (n - 1) / free
        missed = min(missed, missed_by_line)
    return float(1.0 - missed)


def _centred(table: Array) -> Array:
    return np.asarray(table.astype(np.float64) - table.mean(axis=0, dtype=np.float64))


def _mean_of_nearest(X: Array, y: Array, k: int) -> Array:
    """For each row the mean of y (n, columns) over the k other rows nearest in X."""
    squares = (X * X).sum(axis=1)
    distance = squares - 2.0 * (X @ X.T)  # squared, but for what a row has in common
    np.fill_diagonal(distance, np.inf)
    nearest = np.argpartition(distance, k, axis=1)[:, :k]
    return np.asarray(y[nearest].mean(axis=1))


@rule(
    "underfitting",
    f"At least {LEARNED:.0%} of the best constant's loss is explained, if the nearest "
    f"rows or a straight line explain over {LEARNABLE:.0%} of y's variance.",
    "The network has hardly learned anything, although there is something to learn.",
)
def underfitting(case: Case) -> Finding | None:
    """The number is the share of the best constant's loss that is explained.

    Where simple means find nothing either, y may be noise, of which a constant is the
    best prediction, and nothing is said.
    """
    if not case.explained < LEARNED:
        return None
    remedy, change = _to_learn_more(case)
    learnable = learnable_share(case.training.draw(COMPARED_ROWS))
    if learnable <= LEARNABLE:
        return None
    return Finding(
        number=float(case.explained),
        message=(
            f"{case.explained:.2g} of the best constant's loss "
            f"{case.constant_loss:.3g} is explained (1 is all), by simple means "
            f"{learnable:.2f}."
        ),
        remedy=remedy,
        change=change,
    )


def _to_learn_more(case: Case) -> tuple[str, dict[str, Any]]:
    """A weaker penalty, more epochs, or a larger network, whichever was in the way."""
    network = case.network
    l2 = getattr(case.settings, "l2", 0.0)
    layers = [layer for layer in network.layers if layer.shapes]
    # |W|^2 of Glorot's initial weights
    usual = sum(2.0 * layer.d * layer.k / (layer.d + layer.k) for layer in layers)
    if l2 and network.penalty(network.theta, 2.0, 0.0) < 0.1 * usual:
        l2 = float(f"{l2 / 1000.0:.1g}")
        text = f"Set {case.words('l2', l2)}: the penalty has shrunk the weights."
        return text, {"l2": l2}
    if _late_fall(case.history["loss"]) > LATE_FALL:
        epochs = 10 * len(case.history)
        text = f"Set {case.words('epochs', epochs)}: the loss was still falling."
        return text, {"epochs": epochs}
    hidden = [4 * layer.k for layer in layers[:-1]] or [100]
    sizes = (network.d, *hidden, network.k)
    text = (
        f"Set {case.words('sizes', sizes)}, or if the loss is unsteady or above a "
        f"constant's, {_rate_to_set(case)}."
    )
    return text, {"sizes": sizes}
