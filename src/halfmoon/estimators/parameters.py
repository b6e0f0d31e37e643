"""Every parameter of `MLPClassifier` and `MLPRegressor`, once: name, default, what it
may be, what it is for.

A dataclass writes the constructor that scikit-learn reads the names off. The rules make
the checks, the error messages and the docstrings' list of parameters; what training
takes as it stands comes from `settings.Settings`.
"""

import dataclasses
import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from numbers import Integral, Real
from typing import Any, Self, TypeVar, dataclass_transform

import numpy as np
from sklearn.base import BaseEstimator

from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.initializers import INITIALIZERS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import (
    OPTIMIZERS,
    Adam,
    Momentum,
    Nesterov,
    Optimizer,
)
from halfmoon.components.registry import Registry
from halfmoon.components.rules import (
    BOOLEAN,
    COMPONENT,
    INF,
    NONE,
    Integer,
    Kind,
    Number,
    OneOf,
    OrList,
    Rule,
    nearest,
    setting,
)
from halfmoon.components.schedules import SCHEDULES, InverseScaling, Plateau, Progress
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import LBFGS, SOLVERS, Solver

try:  # scikit-learn's checks ask for this very class
    from sklearn.utils._param_validation import InvalidParameterError
except ImportError:  # not one of its public names

    class InvalidParameterError(ValueError, TypeError):  # type: ignore[no-redef]
        """A parameter is not what it may be."""


RANDOM_STATE = Kind(
    "a RandomState", lambda value: isinstance(value, np.random.RandomState)
)
SPLITTER = Kind(
    "a splitter",
    lambda value: hasattr(value, "split") and not isinstance(value, str | type),
)
FUNCTION = Kind("a function", callable)
SCORER_NAME = Kind("the name of a scorer", lambda value: isinstance(value, str))
DICT = Kind("a dict", lambda value: isinstance(value, Mapping))
_OF_SOLVER = {  # scikit-learn's own parameters that only one of its solvers reads
    "momentum": "sgd",
    "nesterovs_momentum": "sgd",
    "beta_1": "adam",
    "beta_2": "adam",
    "epsilon": "adam",
    "max_fun": "lbfgs",
}
_OF_UPDATES = ("batch_size", "shuffle", "learning_rate", "learning_rate_init")
T = TypeVar("T")


def of_training(name: str) -> Any:
    """A parameter that is one of training's settings, under the same name."""
    field = {field.name: field for field in dataclasses.fields(Settings)}[name]
    return setting(field.default, field.metadata["rule"], field.metadata["help"])


@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(setting,)
)
def parameters(cls: type[T]) -> type[T]:
    """Make a class's fields its constructor's parameters, and list them in its
    docstring as numpydoc does.
    """
    doc = cls.__doc__ or ""
    made: Any = dataclasses.dataclass(eq=False, repr=False, kw_only=True)(cls)
    fields = dataclasses.fields(made)
    listed = [
        (
            f"{f.name} : {f.metadata['rule']}, default={f.default!r}\n    "
            f"{f.metadata['help']}"
        )
        for f in fields
    ]
    made.__doc__ = (
        f"{doc.rstrip()}\n\nParameters\n----------\n" + "\n".join(listed) + "\n"
    )
    made._parameter_constraints = {f.name: _types(f.metadata["rule"]) for f in fields}
    made.__init__ = _telling_the_nearest(made.__init__, [f.name for f in fields])
    return made


def _telling_the_nearest(
    init: Callable[..., None], names: list[str]
) -> Callable[..., None]:
    """A constructor that answers a misspelt parameter with the name that was probably
    meant.
    """

    @wraps(init)
    def constructor(self: Any, *args: Any, **given: Any) -> None:
        for name in given:
            if name not in names:
                told = (
                    f"{type(self).__name__}() got an unexpected keyword argument "
                    f"{name!r}"
                )
                raise TypeError(f"{told}; {nearest(name, names)}")
        init(self, *args, **given)

    return constructor


def _types(rule: Rule) -> list[Any]:
    """A rule's types, as scikit-learn's checks want to know them."""
    found: list[Any] = []
    for option in rule.options():
        if isinstance(option, Integer):
            found.append(Integral)
        elif isinstance(option, Number):
            found.append(Real)
        elif option == NONE:
            found.append(None)
        elif option in (OneOf(True), OneOf(False)):
            found.append("boolean")
        elif isinstance(option, OneOf) or option in (SCORER_NAME, COMPONENT):
            found.append(str)
    return list(dict.fromkeys(found)) or [object]


@parameters
class Parameters(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor take; scikit-learn's own first, in its order."""

    loss: Any = setting("squared_error", COMPONENT, "what is minimised")
    hidden_layer_sizes: Any = setting(
        (100,),
        OrList(Integer("[", 1, INF, ")")),
        "units of each hidden layer; () for none",
        kw_only=False,
    )
    activation: Any = setting(
        "relu", OrList(COMPONENT), "f of all hidden layers, or of each", kw_only=False
    )
    solver: Any = setting(
        "adam",
        COMPONENT,
        (
            "'sgd' (momentum, or Nesterov's), 'adam', 'lbfgs', or any other optimizer "
            "of the registry"
        ),
    )
    alpha: float = setting(
        0.0001,
        Number("[", 0, INF, ")"),
        "L2 penalty alpha/2 sum |W|^2 on the rows' summed loss",
    )
    batch_size: Any = setting(
        "auto",
        OneOf("auto") | Integer("[", 1, INF, ")"),
        "rows per update; 'auto' is min(200, n)",
    )
    learning_rate: Any = setting(
        "constant",
        COMPONENT,
        (
            "'constant', 'invscaling', 'adaptive' (both for 'sgd'), or any schedule of "
            "the registry"
        ),
    )
    learning_rate_init: Any = setting(
        0.001,
        OneOf("auto") | Number("(", 0, INF, ")"),
        "how far each update goes; 'auto' finds a rate by trying many",
    )
    power_t: float = setting(
        0.5, Number("[", 0, INF, ")"), "exponent of learning_rate='invscaling'"
    )
    max_iter: int = setting(
        200,
        Integer("[", 1, INF, ")"),
        "passes over the data (L-BFGS: iterations), at most",
    )
    shuffle: bool = setting(
        True, BOOLEAN, "whether minibatches are drawn anew each epoch"
    )
    random_state: Any = setting(
        None,
        NONE | Integer("[", 0, 4294967295, "]") | RANDOM_STATE,
        "where weights, splits, shuffles come from",
    )
    tol: float = setting(
        1e-4,
        Number("[", 0, INF, ")"),
        "an improvement counts if larger; L-BFGS: the largest slope left",
    )
    verbose: Any = setting(
        False,
        OneOf(True) | OneOf(False) | Integer("[", 0, INF, ")"),
        "whether to print each epoch's loss",
    )
    warm_start: bool = setting(
        False, BOOLEAN, "whether fit goes on from the last one, seed and all"
    )
    momentum: float = setting(
        0.9,
        Number("[", 0, 1, ")"),
        "share of the last step that is taken again (solver='sgd')",
    )
    nesterovs_momentum: bool = setting(
        True, BOOLEAN, "whether momentum looks ahead (solver='sgd')"
    )
    early_stopping: bool = setting(
        False, BOOLEAN, "whether to set rows aside, and stop by these"
    )
    validation_fraction: Any = setting(
        0.1,
        Number("(", 0, 1, ")") | SPLITTER,
        "rows to set aside: a share, or a splitter's first test set",
    )
    beta_1: float = setting(
        0.9, Number("[", 0, 1, ")"), "memory of the gradient's mean (solver='adam')"
    )
    beta_2: float = setting(
        0.999, Number("[", 0, 1, ")"), "memory of the gradient's square (solver='adam')"
    )
    epsilon: float = setting(
        1e-8, Number("(", 0, INF, ")"), "least size of the divisor (solver='adam')"
    )
    n_iter_no_change: float = setting(
        10,
        Integer("[", 1, INF, ")") | OneOf(INF),
        "epochs without improvement before stopping",
    )
    max_fun: int = setting(
        15000,
        Integer("[", 1, INF, ")"),
        "evaluations of the objective, at most (solver='lbfgs')",
    )
    initializer: Any = setting(
        "auto",
        COMPONENT,
        (
            "how weights start; 'auto': as scikit-learn's with its four activations, "
            "else as suits"
        ),
    )
    dropout: Any = setting(
        0.0,
        OrList(Number("[", 0, 1, ")")),
        "of hidden units; or a list, the inputs' share first",
    )
    l1: float = setting(
        0.0, Number("[", 0, INF, ")"), "L1 penalty l1 sum |W| on the rows' summed loss"
    )
    clip: Any = of_training("clip")
    decay: Any = of_training("decay")
    average: Any = of_training("average")
    scoring: Any = setting(
        None,
        NONE | OneOf("loss") | SCORER_NAME | FUNCTION,
        (
            "what validation rows are scored by: any scorer, or 'loss'; None: "
            "accuracy, or R2"
        ),
    )
    max_seconds: Any = setting(
        None, NONE | Number("(", 0, INF, ")"), "time budget of a fit"
    )
    engine: str = of_training("engine")
    n_threads: Any = of_training("n_threads")

    def set_params(self, **given: Any) -> Self:
        """Set parameters by name; ValueError, with the nearest name, for one that there
        is not.
        """
        names = self.get_params(deep=False)  # a subclass may have others
        for name in given:
            if name not in names:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}; "
                    f"{nearest(name, names)}"
                )
        return super().set_params(**given)

    def _check_parameters(self) -> None:
        """InvalidParameterError for the first parameter that breaks its rule, by its
        own name.
        """
        for field in dataclasses.fields(self):
            rule = field.metadata["rule"]
            value = getattr(self, field.name)
            if not _obeys(rule, value):
                raise self._invalid(field.name, rule, value)
        self._solver(), self._schedule(), self._activations()
        if np.ndim(self.dropout) == 0 and self.dropout and not self._sizes():
            raise ValueError(
                "dropout is of hidden units, and there are none; give a list with the "
                "inputs' share."
            )
        if np.ndim(self.dropout) and np.size(self.dropout) != len(self._sizes()) + 1:
            wanted = (
                f"a number, or a list of {len(self._sizes()) + 1}, the inputs' share "
                "and one for each hidden layer"
            )
            raise self._invalid("dropout", wanted, self.dropout)
        if self.n_threads is not None and self.engine == "numpy":
            raise ValueError(
                "n_threads has no effect with engine='numpy'; leave it out, or use "
                "engine='auto'."
            )
        self._make("initializer", INITIALIZERS, "auto")
        self._make("loss", LOSSES, type(self).loss)

    def _invalid(
        self, name: str, rule: Rule | str, value: Any, more: str = ""
    ) -> InvalidParameterError:
        """The error, in scikit-learn's words."""
        told = (
            f"The {name!r} parameter of {type(self).__name__} must be {rule}. Got "
            f"{value!r} instead."
        )
        return InvalidParameterError(f"{told} {more}".rstrip())

    def _make(
        self, name: str, registry: Registry[Any], *words: str, value: Any = None
    ) -> Any:
        """The block that a parameter names; one of `words` stays as it is."""
        value = getattr(self, name) if value is None else value
        if isinstance(value, str) and value in words:
            return value
        try:
            return registry.make(value)
        except TypeError:
            raise self._invalid(
                name, f"a name ({', '.join([*words, *registry])}) or a block", value
            ) from None
        except ValueError as error:
            if isinstance(value, str) and value.partition(":")[0].strip() in registry:
                raise self._invalid(
                    name, "a name, with settings that it may have", value, str(error)
                ) from None
            more = nearest(str(value), dict.fromkeys([*words, *registry]))
            raise self._invalid(
                name, "a name from the registry", value, more[0].upper() + more[1:]
            ) from None

    def _sizes(self) -> list[int]:
        """The hidden layers' sizes; one number stands for one layer."""
        given = self.hidden_layer_sizes
        return [int(size) for size in np.ravel(given)]

    def _activation(self) -> Any:
        """The block of all hidden layers; the identity where each has its own."""
        given = self.activation
        return (
            ACTIVATIONS.make("identity")
            if isinstance(given, list | tuple)
            else self._make("activation", ACTIVATIONS)
        )

    def _activations(self) -> list[Any]:
        """A block for each hidden layer."""
        given = self.activation
        hidden = len(self._sizes())
        if not isinstance(given, list | tuple):
            return [self._activation()] * hidden
        if len(given) != hidden:
            raise self._invalid(
                "activation",
                f"one, or a list of {hidden}, one for each hidden layer",
                given,
            )
        return [self._make("activation", ACTIVATIONS, value=value) for value in given]

    def _solver(self) -> Optimizer | Solver:
        """The update rule: scikit-learn's three by their own parameters, any other from
        the registries.
        """
        own: dict[Any, Callable[[], Optimizer | Solver]] = {
            "sgd": lambda: (Nesterov if self.nesterovs_momentum else Momentum)(
                self.momentum
            ),
            "adam": lambda: Adam(self.beta_1, self.beta_2, self.epsilon),
            "lbfgs": lambda: LBFGS(evaluations=self.max_fun, gradient=self.tol),
        }
        if isinstance(self.solver, Solver | Optimizer):
            return self.solver
        if isinstance(self.solver, str) and self.solver in own:
            return own[self.solver]()
        if isinstance(self.solver, str) and self.solver.partition(":")[0] in SOLVERS:
            return self._make("solver", SOLVERS)
        return self._make("solver", OPTIMIZERS, "sgd", "lbfgs")

    def _schedule(self) -> Any:
        """How the learning rate changes: scikit-learn's names with their own
        parameters, any other from the registry.
        """
        if self._rate_is_of_sgd():
            return "constant"
        if self.learning_rate == "invscaling":
            return InverseScaling(self.power_t, "rows_by_epoch")
        if self._divides_rate():
            return Plateau(
                patience=int(min(self.n_iter_no_change, 2**31)), tol=self.tol
            )
        return self._make("learning_rate", SCHEDULES)

    def _rate_is_of_sgd(self) -> bool:
        """Whether the schedule is one that scikit-learn keeps for solver="sgd", and the
        solver is another.
        """
        return self.learning_rate in ("invscaling", "adaptive") and self.solver != "sgd"

    def _divides_rate(self) -> bool:
        """Whether the rate is divided where the loss stands still, instead of stopping
        there.
        """
        return bool(self.learning_rate == "adaptive" and self.solver == "sgd")

    def _ends_as_planned(self) -> bool:
        """Whether the schedule must know how long the fit will be, as it falls until
        its end.
        """
        try:
            SCHEDULES.make(self._schedule()).factor(
                Progress(0, 0.0, 0, None, np.empty(0))
            )
        except ValueError:
            return not isinstance(self._solver(), Solver)
        return False

    def _judges_by_loss(self) -> bool:
        """Whether validation rows are judged by their loss."""
        return isinstance(self.scoring, str) and self.scoring == "loss"

    def _idle(self, validated: bool, divided: bool) -> dict[str, str]:
        """Parameters that differ from their defaults and yet change nothing, and what
        they are for.

        `validated`: whether there are rows to stop by; `divided`: whether these were
        set aside.
        """
        defaults = {field.name: field.default for field in dataclasses.fields(self)}
        of = {
            name: f"solver={owner!r}"
            for name, owner in _OF_SOLVER.items()
            if self.solver != owner
        }
        if isinstance(self._solver(), Solver):
            of |= dict.fromkeys(_OF_UPDATES, "solvers that make many updates")
            if not validated:
                of["n_iter_no_change"] = (
                    "solvers that make many updates, or validation rows"
                )
            if not validated and self.solver != "lbfgs":
                of["tol"] = "solver='lbfgs', or validation rows"
        elif self._rate_is_of_sgd():
            of["learning_rate"] = (
                "solver='sgd' (others take 'inverse_scaling' and 'plateau')"
            )
        if self.learning_rate != "invscaling":
            of["power_t"] = "learning_rate='invscaling'"
        if not divided:
            of["validation_fraction"] = "early_stopping=True without X_val"
        return {
            name: owner
            for name, owner in of.items()
            if getattr(self, name) != defaults[name]
        }

    def _tell_idle(self, validated: bool, divided: bool) -> None:
        """UserWarning for parameters of scikit-learn's that, as there, change nothing
        in this fit.
        """
        for name, owner in self._idle(validated, divided).items():
            told = (
                f"{name}={getattr(self, name)!r} has no effect in this fit; it is for "
                f"{owner}."
            )
            warnings.warn(told, UserWarning, stacklevel=5)


def _obeys(rule: Rule, value: Any) -> bool:
    """Whether a value is what its rule says; NumPy's numbers count as Python's."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, range):
        value = list(value)
    return rule.allows(value)
