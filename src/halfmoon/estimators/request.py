"""What the parameters ask for, resolved once a fit.

From scikit-learn's names to what the core knows.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from halfmoon.arrays.elementary import Array
from halfmoon.components.activations import Activation, Identity, Logistic, ReLU, Tanh
from halfmoon.components.initializers import Initializer, Source
from halfmoon.components.losses import Loss
from halfmoon.components.optimizers import Adam, Momentum, Nesterov, Optimizer
from halfmoon.components.rules import INF, Number, setting
from halfmoon.components.schedules import (
    Constant,
    InverseScaling,
    Plateau,
    Progress,
    Schedule,
)
from halfmoon.estimators.parameters import (
    SOLVER,
    Parameters,
    check_rules,
    invalid,
    read_components,
)
from halfmoon.estimators.reading import Data
from halfmoon.estimators.targets import Targets
from halfmoon.network import Network
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import LBFGS, SOLVERS, Solver

# of the uniform distribution that scikit-learn draws from, for its four activations
_LIMITS: dict[type, float] = {Identity: 6.0, Logistic: 2.0, Tanh: 6.0, ReLU: 6.0}


@dataclass(frozen=True)
class ScikitLearn(Initializer):
    """W, b ~ U(-r, r), r = sqrt(limit / (d + k)): as scikit-learn's networks start."""

    limit: float = setting(
        6.0,
        Number("(", 0, INF, ")"),
        "6, or with logistic units 2 (Glorot & Bengio 2010)",
    )

    def draw(self, d: int, k: int, rng: Source) -> Array:
        """Draw W (d, k) from U(-r, r)."""
        bound = float(np.sqrt(self.limit / (d + k)))
        return rng.uniform(-bound, bound, (d, k))

    def biases(self, d: int, k: int, rng: Source) -> Array:
        """Draw b (k,) from U(-r, r)."""
        bound = float(np.sqrt(self.limit / (d + k)))
        return rng.uniform(-bound, bound, (k,))


class Architecture(NamedTuple):
    """What a network is made of."""

    sizes: tuple[int, ...]  # inputs, hidden layers, outputs
    activations: tuple[Activation, ...]
    dropout: float | tuple[float, ...]
    loss: Loss

    def build(self, initializer: Initializer | None, **options: Any) -> Network:
        """The network, with its first weights.

        None starts each layer as its activation wants it.
        """
        return Network.dense(
            self.sizes,
            self.activations,
            self.loss,
            initializer=initializer,
            dropout=self.dropout,
            **options,
        )


@dataclass(frozen=True)
class Request:
    """What an estimator's parameters ask of one call of `fit`, resolved."""

    hidden: tuple[int, ...]  # units of each hidden layer
    activations: tuple[Activation, ...]  # of each hidden layer
    dropout: float | tuple[float, ...]
    initializer: Initializer | None  # None: as each activation wants it
    optimizer: Optimizer | Solver
    schedule: Schedule  # Plateau, if `divides_rate`
    training: Mapping[str, Any]  # settings of training that no data decide
    alpha: float  # penalties on the sum of the rows' losses
    l1: float
    batch_size: int | None  # None: min(200, n)
    finds_rate: bool  # whether the learning rate is to be found
    divides_rate: bool  # whether it is divided where the loss stands still
    idle: Mapping[str, str]  # parameters that change nothing, and what reads them

    @property
    def is_solver(self) -> bool:
        """Whether the whole objective is minimised at once, as by L-BFGS."""
        return isinstance(self.optimizer, Solver)

    @property
    def ends_as_planned(self) -> bool:
        """Whether the schedule falls until the fit's end, which it must know."""
        if self.is_solver:
            return False
        try:
            self.schedule.factor(Progress(0, 0.0, 0, None, np.empty(0)))
        except ValueError:
            return True
        return False

    def architecture(self, d: int, targets: Targets, loss: Loss) -> Architecture:
        """What the network for d columns and such targets is made of."""
        outputs = loss.outputs(targets.columns(loss))
        sizes = (d, *self.hidden, outputs)
        return Architecture(sizes, self.activations, self.dropout, loss)

    def settings(
        self, data: Data, epochs: int, seed: int, outputs: int = 1
    ) -> Settings:
        """Training settings for these data, at most `epochs` passes over them.

        scikit-learn's `alpha`, and `l1` like it, belong to the sum of the rows' losses;
        its `tol` to a row's mean loss over `outputs`, of which ours is the sum. Raises
        ValueError where the rows' weights are out of range.
        """
        weight = data.weight
        limits = np.finfo(data.w.dtype)
        in_range = 1e8 * float(limits.tiny) < weight < 1e-8 * float(limits.max)
        if not in_range or not np.isfinite((self.alpha + self.l1) / weight):
            raise ValueError(
                f"The rows' weights sum to {weight:.3g}, which is out of range; scale "
                "them."
            )
        options = dict(self.training)
        options["epochs"] = epochs
        options["l2"] = self.alpha / weight
        options["l1"] = self.l1 / weight
        if not self.is_solver:
            n = data.X.shape[0]
            options["batch_size"] = min(self.batch_size or 200, n)
            options["seed"] = seed
        if options.get("monitor") != "score":
            if "tol" in options:
                options["tol"] *= outputs
            if self.divides_rate:
                plateau: Any = self.schedule
                tol = outputs * plateau.tol
                options["schedule"] = dataclasses.replace(plateau, tol=tol)
        return Settings(**options)


def resolve(
    p: Parameters, *, validated: bool = False, divided: bool = False, stops: bool = True
) -> Request:
    """Check every parameter, and say what all of them ask for.

    `validated`: there are validation rows; `divided`: they are set aside from X;
    `stops`: the fit may stop before its last epoch. Raises InvalidParameterError for a
    parameter that breaks its rule, ValueError for parameters that cannot work together.
    """
    components = read_components(p)
    is_solver = uses_solver(p)
    unread = _unread(p, is_solver, divided)
    check_rules(p, unread)
    hidden = tuple(int(size) for size in np.ravel(p.hidden_layer_sizes))
    activations = _activations(p, components["activation"], len(hidden))
    optimizer = _optimizer(p, components["solver"])
    schedule = _schedule(p, components["learning_rate"])
    divides_rate = p.learning_rate == "adaptive" and p.solver == "sgd"
    _check_together(p, len(hidden), is_solver)
    training = _training(p, is_solver)
    training["optimizer"] = optimizer
    if not is_solver:
        training["schedule"] = schedule
    if validated and not scored_by_loss(p):
        training["monitor"] = "score"
    # a solver ends where it has converged, of whichever iteration the weights stay
    patient = stops and not divides_rate and not is_solver
    if patient and p.n_iter_no_change != INF:
        training["patience"] = int(p.n_iter_no_change)
        training["tol"] = p.tol
    dropout = p.dropout
    if np.ndim(dropout):
        dropout = tuple(np.ravel(dropout).tolist())
    return Request(
        hidden=hidden,
        activations=activations,
        dropout=dropout,
        initializer=_initializer(components, activations),
        optimizer=optimizer,
        schedule=schedule,
        training=training,
        alpha=p.alpha,
        l1=p.l1,
        batch_size=None if p.batch_size == "auto" else p.batch_size,
        finds_rate=p.learning_rate_init == "auto",
        divides_rate=divides_rate,
        idle=_changed(p, unread),
    )


def uses_solver(p: Parameters) -> bool:
    """Whether the parameter `solver` names what minimises the objective at once."""
    if isinstance(p.solver, str):
        return p.solver.partition(":")[0].strip() in SOLVERS
    return isinstance(p.solver, Solver)


def uses_updates(p: Parameters) -> bool:
    """Whether the parameter `solver` names an optimizer, which makes many updates."""
    return SOLVER.allows(p.solver) and not uses_solver(p)


def scored_by_loss(p: Parameters) -> bool:
    """Whether validation rows are scored by their loss."""
    return isinstance(p.scoring, str) and p.scoring == "loss"


def _activations(p: Parameters, made: Any, hidden: int) -> tuple[Activation, ...]:
    """One for each hidden layer."""
    if not isinstance(made, list):
        return (made,) * hidden
    if len(made) != hidden:
        wanted = f"one, or a list of {hidden}, one for each hidden layer"
        raise invalid(p, "activation", wanted, p.activation)
    return tuple(made)


def _check_together(p: Parameters, hidden: int, is_solver: bool) -> None:
    """ValueError for parameters that obey their rules, but cannot work together."""
    if np.ndim(p.dropout) == 0:
        if p.dropout and not hidden:
            raise ValueError(
                "dropout drops hidden units, and there are none; give a list with the "
                "inputs' share."
            )
    elif np.size(p.dropout) != hidden + 1:
        wanted = (
            f"a number, or a list of {hidden + 1}, the inputs' share and one for each "
            "hidden layer"
        )
        raise invalid(p, "dropout", wanted, p.dropout)
    if p.n_threads is not None and p.engine == "numpy":
        raise ValueError(
            "n_threads has no effect with engine='numpy'; leave it out, or use "
            "engine='auto'."
        )
    if is_solver and p.learning_rate_init == "auto":
        raise ValueError(
            f"learning_rate_init='auto' cannot work with solver={p.solver!r}, which "
            "has no rate."
        )


def _training(p: Parameters, is_solver: bool) -> dict[str, Any]:
    """The training settings that parameters become as they stand."""
    training: dict[str, Any] = {}
    for field in dataclasses.fields(p):
        name = field.metadata["training"]
        is_idle = is_solver and field.metadata["only"] == "updates"
        if name is not None and not is_idle:
            training[name] = getattr(p, field.name)
    if not is_solver and p.learning_rate_init != "auto":
        training["learning_rate"] = p.learning_rate_init
    return training


def _optimizer(p: Parameters, made: Any) -> Optimizer | Solver:
    """scikit-learn's three with their own parameters; any other as it is."""
    if made == "sgd":
        momentum = Nesterov if p.nesterovs_momentum else Momentum
        return momentum(p.momentum)
    if made == "adam":
        return Adam(p.beta_1, p.beta_2, p.epsilon)
    if made == "lbfgs":
        return LBFGS(evaluations=p.max_fun, gradient_tol=p.tol)
    return made


def _schedule(p: Parameters, made: Any) -> Schedule:
    """scikit-learn's two with their own parameters; any other as it is."""
    if not isinstance(made, str):
        return made
    if _is_constant(p):
        return Constant()
    if made == "invscaling":
        return InverseScaling(p.power_t, "rows_by_epoch")
    return Plateau(patience=int(min(p.n_iter_no_change, 2**31)), tol=p.tol)


def _is_constant(p: Parameters) -> bool:
    """Whether the schedule is one that only "sgd" reads, and the solver is another."""
    return p.learning_rate in ("invscaling", "adaptive") and p.solver != "sgd"


def _initializer(
    components: Mapping[str, Any], activations: tuple[Activation, ...]
) -> Initializer | None:
    """The initializer asked for; None is each activation's own.

    "auto" is scikit-learn's, if all layers have the same one of its four activations.
    """
    if components["initializer"] != "auto":
        return components["initializer"]
    kinds = {type(act) for act in activations}
    if not kinds:  # no hidden layer: the activation that it would have
        asked = components["activation"]
        kinds = {Identity if isinstance(asked, list) else type(asked)}
    limit = _LIMITS.get(kinds.pop()) if len(kinds) == 1 else None
    return None if limit is None else ScikitLearn(limit)


def _unread(p: Parameters, is_solver: bool, divided: bool) -> dict[str, str]:
    """Parameters that nothing reads in this fit, and what would read them."""
    readers: dict[str, str] = {}
    for field in dataclasses.fields(p):
        only = field.metadata["only"]
        if only == "updates" and is_solver:
            readers[field.name] = "solvers that make many updates"
        elif only not in (None, "updates", p.solver):
            readers[field.name] = f"solver={only!r}"
    if is_solver:
        readers["n_iter_no_change"] = "solvers that make many updates"
        if p.solver != "lbfgs":
            readers["tol"] = "solver='lbfgs', or solvers that make many updates"
    if _is_constant(p) and not is_solver:
        readers["learning_rate"] = (
            "solver='sgd' (others take 'inverse_scaling' and 'plateau')"
        )
    if p.learning_rate != "invscaling" or p.solver != "sgd":
        readers["power_t"] = "learning_rate='invscaling' with solver='sgd'"
    if not divided:
        readers["validation_fraction"] = "early_stopping=True without X_val"
    return readers


def _changed(p: Parameters, unread: Mapping[str, str]) -> dict[str, str]:
    """Those of the parameters that are not as they are by default."""
    fields = {field.name: field for field in dataclasses.fields(p)}
    return {
        name: reader
        for name, reader in unread.items()
        if getattr(p, name) != fields[name].default
    }


def first_network(
    request: Request, architecture: Architecture, random_state: Any, dtype: Any
) -> tuple[Network, int]:
    """A network with its first weights, and the seed of shuffles, splits and masks.

    Both come from `random_state`.
    """
    rng = check_random_state(random_state)
    network = architecture.build(request.initializer, dtype=dtype, rng=rng)
    return network, int(rng.randint(2**31 - 1))
