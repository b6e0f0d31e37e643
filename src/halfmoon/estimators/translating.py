"""From scikit-learn's parameters to what the core knows: a Network with its first
weights, and training Settings.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from halfmoon.arrays.elementary import Array
from halfmoon.components.activations import Activation, Identity, Logistic, ReLU, Tanh
from halfmoon.components.initializers import Initializer, Source
from halfmoon.components.losses import Loss
from halfmoon.components.rules import INF, Number, setting
from halfmoon.estimators.parameters import Parameters
from halfmoon.network import Network
from halfmoon.training.rate_finder import find_learning_rate
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import Solver

Data = tuple[Any, Any, Array]  # X, y and w as a network reads them

# scikit-learn's four
_LIMITS: dict[type, float] = {Identity: 6.0, Logistic: 2.0, Tanh: 6.0, ReLU: 6.0}


@dataclass(frozen=True)
class ScikitLearn(Initializer):
    """W ~ U(-r, r),  r = sqrt(limit / (d + k)), and b likewise: where scikit-learn's
    networks start.
    """

    limit: float = setting(
        6.0,
        Number("(", 0, INF, ")"),
        "6, or with logistic units 2 (Glorot & Bengio 2010)",
    )

    def draw(self, d: int, k: int, rng: Source) -> Array:
        """W (d, k)."""
        bound = float(np.sqrt(self.limit / (d + k)))
        return rng.uniform(-bound, bound, (d, k))


class Architecture(NamedTuple):
    """What a network is made of."""

    sizes: tuple[int, ...]  # inputs, hidden layers, outputs
    activations: tuple[Activation, ...]
    dropout: float | tuple[float, ...]
    loss: Loss

    def build(self, **options: Any) -> Network:
        """The network, with its first weights."""
        return Network.dense(
            self.sizes, self.activations, self.loss, dropout=self.dropout, **options
        )


def architecture_for(p: Parameters, d: int, loss: Loss, outputs: int) -> Architecture:
    """What the network for d columns is made of."""
    dropout = tuple(np.ravel(p.dropout).tolist()) if np.ndim(p.dropout) else p.dropout
    return Architecture(
        (d, *p._sizes(), outputs), tuple(p._activations()), dropout, loss
    )


def network_for(
    p: Parameters, architecture: Architecture, dtype: Any
) -> tuple[Network, int]:
    """A network with its first weights, and the seed of shuffles, splits and masks;
    both from `random_state`.
    """
    rng = check_random_state(p.random_state)
    kinds = {type(act) for act in p._activations() or [p._activation()]}
    limit = (
        _LIMITS.get(kinds.pop())
        if p.initializer == "auto" and len(kinds) == 1
        else None
    )
    if limit is None:
        network = architecture.build(
            initializer=None if p.initializer == "auto" else p.initializer,
            dtype=dtype,
            rng=rng,
        )
    else:
        network = architecture.build(initializer=ScikitLearn(limit), dtype=dtype)
        _draw_alike(network, limit, rng)
    return network, int(rng.randint(2**31 - 1))


def _draw_alike(network: Network, limit: float, rng: np.random.RandomState) -> None:
    """The very weights and biases that scikit-learn starts from: uniform up to
    sqrt(limit / (d + k)) for each layer.
    """
    for layer, p in zip(network.layers, network.views(network.theta), strict=True):
        if hasattr(p, "W"):
            bound = np.sqrt(limit / (layer.d + layer.k))
            p.W[...] = rng.uniform(-bound, bound, p.W.shape)
            p.b[...] = rng.uniform(-bound, bound, p.b.shape)


class Views(list[Array]):
    """Arrays that share memory with a network: to set an item, or a slice of them, is
    to write there.
    """

    def __setitem__(self, place: Any, given: Any) -> None:
        """ValueError for another shape."""
        views: Any = self[place]
        for view, array in (
            zip(views, given, strict=True)
            if isinstance(views, list)
            else [(views, given)]
        ):
            if view.shape != np.shape(array):
                raise ValueError(
                    f"The weights here have shape {view.shape}; got {np.shape(array)}."
                )
            view[...] = array


def parts(network: Network, name: str) -> Views:
    """Each layer's W, or b, as views into the network's parameters."""
    return Views(
        getattr(p, name) for p in network.views(network.theta) if hasattr(p, name)
    )


def put(network: Network, name: str, given: Any, told: str) -> None:
    """Write into each layer's W, or b; ValueError for other shapes, or values that are
    not finite.
    """
    arrays = [np.asarray(array) for array in given]
    views = parts(network, name)
    shapes = [array.shape for array in arrays]
    wanted = [view.shape for view in views]
    if shapes != wanted or not all(np.isfinite(array).all() for array in arrays):
        raise ValueError(
            f"{told} must hold arrays of finite numbers of shapes {wanted}; got "
            f"{shapes}."
        )
    views[:] = arrays


def _sum(w: Array) -> float:
    with np.errstate(over="ignore"):
        return float(w.sum(dtype=np.float64))


def settings_for(
    p: Parameters,
    data: Data,
    passes: int,
    seed: int,
    validated: bool,
    patient: bool = True,
) -> Settings:
    """Training settings for `passes` over the data; `patient`: whether it may stop
    earlier.

    scikit-learn's `alpha`, and `l1` like it, belong to the sum of the rows' losses. The
    rate is still to be found where `learning_rate_init` is "auto".
    """
    X, _, w = data
    n = X.shape[0]
    weight = _sum(w) / (1 if w.ndim == 1 else w.shape[1])
    solver = p._solver()
    if not 1e-300 < weight < 1e300 or not np.isfinite((p.alpha + p.l1) / weight):
        raise ValueError(
            f"The rows' weights sum to {weight:.3g}, which is out of range; scale them."
        )
    stops = (
        patient
        and not p._divides_rate()
        and (validated or not isinstance(solver, Solver))
    )
    patience = p.n_iter_no_change if stops and p.n_iter_no_change != np.inf else None
    settings = Settings(
        optimizer=solver,
        epochs=passes,
        l2=p.alpha / weight,
        l1=p.l1 / weight,
        clip=p.clip,
        decay=p.decay,
        average=p.average,
        patience=None if patience is None else int(patience),
        tol=0.0 if patience is None else p.tol,
        monitor="score" if validated and not p._judges_by_loss() else "loss",
        seconds=p.max_seconds,
        engine=p.engine,
        n_threads=p.n_threads,
    )
    if isinstance(solver, Solver):
        if p.learning_rate_init == "auto":
            raise ValueError(
                f"learning_rate_init='auto' cannot work with solver={p.solver!r}, "
                "which has no rate."
            )
        return settings
    return replace(
        settings,
        seed=seed,
        schedule=p._schedule(),
        batch_size=min(200 if p.batch_size == "auto" else p.batch_size, n),
        shuffle=p.shuffle,
        learning_rate=0.001 if p.learning_rate_init == "auto" else p.learning_rate_init,
    )


def with_found_rate(settings: Settings, network: Network, data: Data) -> Settings:
    """The settings with the rate that a range test on a copy of the network
    suggests.
    """
    X, y, w = data
    return replace(
        settings,
        learning_rate=find_learning_rate(
            network, X, y, w=w, settings=settings
        ).suggestion,
    )
