"""Is your derivative right? Finite differences, and a sentence on what is wrong.

A derivative is believed if it lies between the slopes to its left and to its right,

    (L(theta) - L(theta - h)) / h   and   (L(theta + h) - L(theta)) / h,

give or take rounding, where these two differ, as they do at a kink, where every slope
between them is right.
Where they agree, the function is smooth there, and the derivative must equal their
mean.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import CHECK, Stream
from halfmoon.components.activations import Activation
from halfmoon.components.freezing import freeze
from halfmoon.components.losses import Loss, check_value
from halfmoon.layers import Context, Layer, Views
from halfmoon.network import Network

STEP = 1e-6  # h
TOLERANCE = 1e-5  # relative to the slope
ROUNDING = 64.0  # units in the last place of the values that rounding may change
SMALL = 2000  # networks up to this many parameters are checked coordinate by coordinate
DIRECTIONS = 5  # larger ones along this many random directions for each parameter array
TINY = np.finfo(np.float64).tiny


@dataclass(frozen=True)
class Check:
    """One thing that was checked, and how far off its worst slope was."""

    name: str
    slopes: int  # how many
    worst: float  # the largest error, relative to the slope
    ok: bool
    where: str = ""  # where the worst one is, in words, with both numbers
    lost: int = 0  # slopes too small beside the values to be told from rounding

    @property
    def message(self) -> str:
        """In one sentence, whether it is right."""
        return f"{self.name} is {'right' if self.ok else f'wrong: {self.where}'}."


@dataclass(frozen=True)
class GradientReport:
    """All checks; true if every derivative is right, and printed as a table.

    Parameters
    ----------
    checks : list of Check
        What was checked: activations and loss by themselves, what each layer hands
        down, then each layer's parameters.
    message : str
        In one sentence, that all is right, or which equation is wrong and where.

    Examples
    --------
    >>> from halfmoon import ACTIVATIONS
    >>> report = check_gradients(ACTIVATIONS.make("tanh"))
    >>> report.ok, report.message
    (True, 'df of tanh is right.')
    """

    checks: list[Check] = field(default_factory=list)
    message: str = "Every derivative agrees with finite differences."

    @property
    def ok(self) -> bool:
        """Whether every derivative is right."""
        return all(check.ok for check in self.checks)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        lines = [f"{'checked':<34}{'slopes':>8}{'worst error':>14}"]
        for check in self.checks:
            mark = "" if check.ok else "   WRONG"
            lines.append(f"{check.name:<34}{check.slopes:>8}{check.worst:>14.1e}{mark}")
        return "\n".join([*lines, self.message])


@np.errstate(under="ignore")
def check_gradients(
    thing: Network | Activation | Loss,
    X: ArrayLike | None = None,
    y: Any = None,
    *,
    w: ArrayLike | None = None,
    theta: ArrayLike | None = None,
    l2: float = 0.0,
    l1: float = 0.0,
    seed: int = 0,
) -> GradientReport:
    """Compare derivatives with finite differences.

    Small networks are checked in every coordinate, networks of more than 2000
    parameters along random directions within each parameter array.

    Parameters
    ----------
    thing : Network, Activation or Loss
        What is checked.
    X : array-like (n, d), optional
        Rows; a network needs them.
    y : array-like (n,) or (n, columns), optional
        The truth; a network needs it.
    w : array-like (n,) or (n, k), optional
        Weights of rows, or of single outputs.
    theta : array-like (size,), optional
        Where a network is checked. By default near its present parameters, each moved a
        little at random, so that none sits exactly on a kink (biases start at 0).
    l2, l1 : float, default=0.0
        How strong the penalties in a network's objective are.
    seed : int, default=0
        Of all that is drawn at random, dropout included.

    Returns
    -------
    GradientReport
        True if all is right; it prints as a table, with a sentence.

    Raises
    ------
    TypeError
        For something else than a network, an activation or a loss.
    ValueError
        For data that are missing or do not fit, and for a component that writes over
        what it is given.

    Examples
    --------
    >>> from halfmoon import Network, check_gradients, datasets
    >>> bool(check_gradients(Network.dense([2, 3, 2]), *datasets.make("moons")))
    True
    """
    if isinstance(thing, Activation):
        check = _check_activation(freeze(thing))
        return GradientReport([check], check.message)
    if isinstance(thing, Loss):
        check = _check_loss(freeze(thing), seed)
        return GradientReport([check], check.message)
    if not isinstance(thing, Network):
        raise TypeError(
            "Expected a Network, or an instance of an Activation or a Loss; got "
            f"{thing!r}."
        )
    if X is None or y is None:
        raise ValueError("A network's gradients are checked on data; pass X and y too.")
    network = copy(thing)
    network.freeze()
    return _check_network(network, network.read(X, y, w), theta, l2, l1, seed)


def _compare(
    name: str,
    analytic: Array,
    left: Array,
    right: Array,
    size: Any,
    where: Callable[[tuple[int, ...]], str],
) -> Check:
    """Compare derivatives with the slopes to their left and right; describe the worst.

    What rounding may do to a difference of values of this `size` does not count.
    """
    noise = ROUNDING * np.finfo(np.float64).eps * np.abs(size) / STEP
    slope = np.maximum(np.maximum(np.abs(left), np.abs(right)), np.abs(analytic))
    smooth = np.abs(right - left) < TOLERANCE * slope + noise
    below = np.minimum(left, right) - analytic
    above = analytic - np.maximum(left, right)
    outside = np.maximum(np.maximum(below, above), 0.0)
    error = np.where(smooth, np.abs(analytic - (left + right) / 2.0), outside)
    wrong = ~(error <= TOLERANCE * slope + noise)  # NaN is wrong
    if wrong.any():
        share = np.where(wrong, error / np.maximum(slope, TINY), -1.0)
        at = _largest(share)
        worst = float(share[at])
    else:
        at = _largest(error)
        worst = float(error[at]) / max(float(slope.max()), TINY)
    both = f"{analytic[at]:.6g} but the slope is {(left[at] + right[at]) / 2:.6g}"
    lost = int(((slope <= noise) & (analytic != 0.0)).sum())
    return Check(name, error.size, worst, not wrong.any(), f"{where(at)} {both}", lost)


def _largest(table: Array) -> tuple[int, ...]:
    """The index of the largest entry; NaN counts as the largest."""
    index = int(np.nan_to_num(table, nan=np.inf).argmax())
    return tuple(int(i) for i in np.unravel_index(index, table.shape))


def _check_activation(act: Activation) -> Check:
    """df against differences of f, from -6 to 6."""
    z = np.linspace(-6.0, 6.0, 241)
    a = act.f(z)
    h = STEP
    df = np.broadcast_to(act.df(z, a), z.shape)
    left = (a - act.f(z - h)) / h
    right = (act.f(z + h) - a) / h
    size = 1.0 + np.abs(z) + np.abs(a)
    return _compare(
        f"df of {act}", df, left, right, size, lambda at: f"at z = {z[at]:g}, df gives"
    )


def _check_loss(loss: Loss, seed: int) -> Check:
    """dz against differences of value, at random raw predictions and truths."""
    z, y = _examples(loss, Stream(seed, CHECK))
    check_value(loss, y, z.shape[1])
    here = loss.value(z, y)
    dz = np.broadcast_to(loss.dz(z, y), z.shape)
    left = np.empty_like(z)
    right = np.empty_like(z)
    for j in range(z.shape[1]):
        h = STEP * (np.arange(z.shape[1]) == j)
        left[:, j] = (here - loss.value(z - h, y)).sum(axis=1) / STEP
        right[:, j] = (loss.value(z + h, y) - here).sum(axis=1) / STEP

    def where(at: tuple[int, ...]) -> str:
        return (
            f"at z = {z[at[0]].round(4).tolist()}, y = {y[at[0]].round(4).tolist()}, "
            f"output {at[1]}, dz gives"
        )

    return _compare(
        f"dz of {loss}", dz, left, right, here.sum(axis=1, keepdims=True), where
    )


def _examples(loss: Loss, rng: Stream) -> tuple[Array, Array]:
    """Raw predictions and truths of the kind that the loss reads."""
    columns = 3
    y: Array
    z = 2.0 * rng.standard_normal((40, loss.outputs(columns)))
    if loss.target == "classes":
        y = np.hstack([np.eye(C)[np.arange(40) % C] for C in loss.classes(z.shape[1])])
    elif loss.target == "labels":
        y = (rng.uniform(0.0, 1.0, (40, columns)) > 0.5) * 1.0
    elif loss.target == "counts":
        y = np.floor(rng.uniform(0.0, 6.0, (40, columns)))
    else:
        y = rng.standard_normal((40, columns))
    return z, y


def _check_network(
    network: Network,
    data: tuple[Array, Array, Array],
    theta: ArrayLike | None,
    l2: float,
    l1: float,
    seed: int,
) -> GradientReport:
    """Components first, so that a wrong f' is named as such; then every layer's arrays.

    Keys of `parts` are a layer's index and a parameter's name.
    """
    acts = {str(layer.act): layer.act for layer in network.layers if layer.act}
    checks = [*map(_check_activation, acts.values()), _check_loss(network.loss, seed)]
    X, y, w = (part.astype(np.float64) for part in data)
    rng = Stream(seed, CHECK)
    nearby = network.theta + 0.05 * rng.standard_normal((network.size,))
    point = np.asarray(nearby if theta is None else theta, dtype=np.float64)
    ctx = Context(True, seed, 0)
    views = network.views(point)
    for layer in network.layers:
        if not layer.shapes or layer.index > network.lowest:
            checks.append(_check_da0(layer, views[layer.index], seed))

    def objective(theta: Array) -> float:
        part = network.objective(theta, X, y, w, l2, l1, ctx=ctx)
        return part.loss + part.penalty

    g = network.objective(point, X, y, w, l2, l1, ctx=ctx).g
    parts = {}
    for layer, names in zip(network.layers, network.layout, strict=True):
        for name, place in names.items():
            label = f"d{name}{layer.number}"
            part = _check_part(label, objective, point, g, place.part, rng)
            parts[layer.index, name] = part
    for check in checks:
        if not check.ok:
            return GradientReport([*checks, *parts.values()], check.message)
    checks += parts.values()
    if not all(check.ok for check in parts.values()):
        return GradientReport(checks, _wrong_layer(network, parts))
    lost = sum(check.lost for check in parts.values())
    slopes = sum(check.slopes for check in parts.values())
    if lost <= slopes / 10:
        return GradientReport(checks)
    return GradientReport(
        checks,
        f"{GradientReport.message} But {lost} of {slopes} slopes were lost in "
        "rounding; scale X and y.",
    )


def _check_da0(layer: Layer, p: Views, seed: int) -> Check:
    """The da0 that a layer hands down, against differences of its own forward.

    So no layer is blamed for another.
    """
    rng = Stream(seed, CHECK, layer.index)
    a0 = rng.standard_normal((3, layer.d))
    da = rng.standard_normal((3, layer.k))
    ctx = Context(True, seed, 0)
    arrays = {name: np.zeros(shape) for name, shape in layer.shapes.items()}
    da0 = layer.forward(p, a0, ctx)[1](da, SimpleNamespace(**arrays), True)
    analytic = np.zeros_like(a0) if da0 is None else np.broadcast_to(da0, a0.shape)

    def value(a0: Array) -> float:
        return float((da * layer.forward(p, a0, ctx)[0]).sum())

    here = value(a0)
    left = np.empty_like(a0)
    right = np.empty_like(a0)
    for i, j in np.ndindex(a0.shape):
        step = np.zeros_like(a0)
        step[i, j] = STEP
        left[i, j] = (here - value(a0 - step)) / STEP
        right[i, j] = (value(a0 + step) - here) / STEP

    def where(at: tuple[int, ...]) -> str:
        return f"input {at[1]} of a row: backward gives da0 ="

    tag = _tags(layer).get("da0", "")
    name = f"da0 of layer {layer.index} ({layer.name}) {tag}".rstrip()
    return _compare(name, analytic, left, right, here, where)


def _check_part(
    name: str,
    objective: Callable[[Array], float],
    theta: Array,
    g: Array,
    part: slice,
    rng: Stream,
) -> Check:
    """One parameter array: its coordinates, or random directions if theta is long."""
    size = part.stop - part.start
    by_coordinate = len(theta) <= SMALL
    if by_coordinate:
        directions = np.zeros((size, len(theta)))
        directions[np.arange(size), np.arange(part.start, part.stop)] = 1.0
    else:
        directions = np.zeros((DIRECTIONS, len(theta)))
        directions[:, part] = rng.standard_normal((DIRECTIONS, size))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    here = objective(theta)
    left = np.empty(len(directions))
    right = np.empty(len(directions))
    for i, direction in enumerate(directions):
        left[i] = (here - objective(theta - STEP * direction)) / STEP
        right[i] = (objective(theta + STEP * direction) - here) / STEP

    def where(at: tuple[int, ...]) -> str:
        kind = "coordinate" if by_coordinate else "direction"
        return f"{kind} {at[0]}: the backward pass gives"

    return _compare(name, directions @ g, left, right, here, where)


def _tags(layer: Layer) -> dict[str, str]:
    """The tag of each equation of the layer's backward pass, by its quantity."""
    return {equation.name: equation.tag for equation in layer.backward_equations}


def _wrong_layer(network: Network, parts: dict[tuple[int, str], Check]) -> str:
    """Which equation is wrong, now that every layer hands down the right da0.

    Of several layers it is the topmost; where all of its gradients are wrong, so may
    be what they are all made of.
    """
    index = max(i for (i, _), check in parts.items() if not check.ok)
    layer = network.layers[index]
    wrong = [name for name in layer.shapes if not parts[index, name].ok]
    checks = [parts[index, name] for name in wrong]
    tags = _tags(layer)
    tag = tags.get(f"d{wrong[-1]}", "")
    if tag and len(wrong) > 1:
        tag = f"{next(iter(tags.values()))} to {tag}"
    equation = f", equation {tag}" if tag else ""
    names = " and ".join(check.name for check in checks)
    return (
        f"Layer {index} ({layer.name}) has a wrong {names}{equation}: "
        f"{checks[0].where}."
    )
