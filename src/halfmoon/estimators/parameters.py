"""Every parameter of `MLPClassifier` and `MLPRegressor`, once.

A field says its name, its default, what it may be, what it is for, and which training
setting it becomes (`fields.py`). What the parameters ask for as a whole is
`request.py`.
"""

import dataclasses
from collections.abc import Container
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator

from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.initializers import INITIALIZERS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.registry import packed, unpack
from halfmoon.components.rules import (
    BOOLEAN,
    INF,
    NONE,
    Integer,
    Number,
    OneOf,
    OrList,
    Rule,
    Union,
    nearest,
)
from halfmoon.components.schedules import SCHEDULES
from halfmoon.estimators.fields import (
    FUNCTION,
    RANDOM_STATE,
    SCORER_NAME,
    SPLITTER,
    ComponentOf,
    NoComponentError,
    of_training,
    parameter,
    parameters,
)
from halfmoon.estimators.versions import InvalidParameterError
from halfmoon.training.solvers import SOLVERS

SOLVER = ComponentOf((OPTIMIZERS, SOLVERS), ("sgd", "adam", "lbfgs"))


@parameters
class Parameters(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor take; scikit-learn's own first, in its order."""

    loss: Any = parameter("squared_error", ComponentOf((LOSSES,)), "what is minimised")
    hidden_layer_sizes: Any = parameter(
        (100,),
        OrList(Integer("[", 1, INF, ")")),
        "units of each hidden layer; () for none",
        kw_only=False,
    )
    activation: Any = parameter(
        "relu",
        OrList(ComponentOf((ACTIVATIONS,))),
        "f of all hidden layers, or of each",
        kw_only=False,
    )
    solver: Any = parameter(
        "adam",
        SOLVER,
        (
            "'sgd' (momentum, or Nesterov's), 'adam', 'lbfgs', or any other optimizer "
            "of the registry"
        ),
    )
    alpha: float = parameter(
        0.0001,
        Number("[", 0, INF, ")"),
        "L2 penalty alpha/2 sum |W|^2 on the rows' summed loss",
    )
    batch_size: Any = parameter(
        "auto",
        OneOf("auto") | Integer("[", 1, INF, ")"),
        "rows per update; 'auto' is min(200, n)",
        only="updates",
    )
    learning_rate: Any = parameter(
        "constant",
        ComponentOf((SCHEDULES,), ("invscaling", "adaptive")),
        (
            "'constant', 'invscaling', 'adaptive' (both for 'sgd'), or any schedule of "
            "the registry"
        ),
        only="updates",
    )
    learning_rate_init: Any = parameter(
        0.001,
        OneOf("auto") | Number("(", 0, INF, ")"),
        "how far each update goes; 'auto' finds a rate by trying many",
        only="updates",
    )
    power_t: float = parameter(
        0.5, Number("[", 0, INF, ")"), "exponent of learning_rate='invscaling'"
    )
    max_iter: int = parameter(
        200,
        Integer("[", 1, INF, ")"),
        "passes over the data (L-BFGS: iterations), at most",
    )
    shuffle: bool = of_training("shuffle", only="updates")
    random_state: Any = parameter(
        None,
        NONE | Integer("[", 0, 4294967295, "]") | RANDOM_STATE,
        "where weights, splits, shuffles come from",
    )
    tol: float = parameter(
        1e-4,
        Number("[", 0, INF, ")"),
        (
            "an improvement of the score, or of the loss (the mean over a regression's "
            "outputs), counts if larger; L-BFGS: the largest slope left"
        ),
    )
    verbose: Any = parameter(
        False,
        OneOf(True) | OneOf(False) | Integer("[", 0, INF, ")"),
        "whether to print each epoch's loss",
    )
    warm_start: bool = parameter(
        False, BOOLEAN, "whether fit goes on from the last one, seed and all"
    )
    momentum: float = parameter(
        0.9,
        Number("[", 0, 1, ")"),
        "share of the last step that is taken again (solver='sgd')",
        only="sgd",
    )
    nesterovs_momentum: bool = parameter(
        True, BOOLEAN, "whether momentum looks ahead (solver='sgd')", only="sgd"
    )
    early_stopping: bool = parameter(
        False,
        BOOLEAN,
        (
            "whether to set validation rows aside, stop by these, and keep the epoch "
            "that is best on them (L-BFGS: the iteration, without stopping)"
        ),
    )
    validation_fraction: Any = parameter(
        0.1,
        Number("(", 0, 1, ")") | SPLITTER,
        (
            "rows to set aside: a share, or a splitter's first test set (its last, if "
            "it goes on in time)"
        ),
    )
    beta_1: float = parameter(
        0.9,
        Number("[", 0, 1, ")"),
        "memory of the gradient's mean (solver='adam')",
        only="adam",
    )
    beta_2: float = parameter(
        0.999,
        Number("[", 0, 1, ")"),
        "memory of the gradient's square (solver='adam')",
        only="adam",
    )
    epsilon: float = parameter(
        1e-8,
        Number("(", 0, INF, ")"),
        "least size of the divisor (solver='adam')",
        only="adam",
    )
    n_iter_no_change: float = parameter(
        10,
        Integer("[", 1, INF, ")") | OneOf(INF),
        "epochs without improvement before stopping (not of L-BFGS)",
    )
    max_fun: int = parameter(
        15000,
        Integer("[", 1, INF, ")"),
        "evaluations of the objective, at most (solver='lbfgs')",
        only="lbfgs",
    )
    initializer: Any = parameter(
        "auto",
        ComponentOf((INITIALIZERS,), ("auto",)),
        (
            "how weights start; 'auto' starts where scikit-learn does with one of its "
            "four activations, and else as the activation wants it"
        ),
    )
    dropout: Any = parameter(
        0.0,
        OrList(Number("[", 0, 1, ")")),
        "share of hidden units that each update drops; or a list, the inputs' first",
    )
    l1: float = parameter(
        0.0, Number("[", 0, INF, ")"), "L1 penalty l1 sum |W| on the rows' summed loss"
    )
    clip: Any = of_training("clip")
    decay: Any = of_training("decay")
    average: Any = of_training("average")
    scoring: Any = parameter(
        None,
        NONE | OneOf("loss") | SCORER_NAME | FUNCTION,
        (
            "what validation rows are scored by: any scorer, or 'loss'; None: "
            "accuracy, or R2"
        ),
    )
    max_seconds: Any = parameter(
        None,
        NONE | Number("(", 0, INF, ")"),
        "time budget of a fit",
        training="seconds",
    )
    engine: str = of_training("engine")
    n_threads: Any = of_training("n_threads")

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle holds; before a fit, the user's components, too.

        A worker process that tries parameters must know them by their names.
        """
        state: dict[str, Any] = super().__getstate__()
        if any(name.endswith("_") for name in vars(self)):
            return state
        return {**state, "packed": packed()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        unpack(state.pop("packed", []))
        super().__setstate__(state)

    def set_params(self, **options: Any) -> Self:
        """Set parameters by name.

        Parameters
        ----------
        **options : any
            Values by the parameters' names.

        Returns
        -------
        self : object
            The estimator.

        Raises
        ------
        ValueError
            For a name that no parameter has; the nearest one is named.
        """
        names = self.get_params(deep=False)  # a subclass may have others
        for name in options:
            if name not in names:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}; "
                    f"{nearest(name, names)}"
                )
        return super().set_params(**options)


def read_components(p: Parameters) -> dict[str, Any]:
    """The components that parameters name, each made once; a list becomes a list.

    Raises InvalidParameterError, with the parameter's name, for the first that names
    none.
    """
    return {
        field.name: _read_component(
            p, field.name, field.metadata["rule"], getattr(p, field.name)
        )
        for field in dataclasses.fields(p)
        if field.metadata["names_component"]
    }


def check_rules(p: Any, unread: Container[str]) -> None:
    """InvalidParameterError for the first parameter that breaks its rule.

    Of those that nothing reads in this fit, numbers may be of any size, as a search
    over several solvers sets them.
    """
    for field in dataclasses.fields(p):
        value = getattr(p, field.name)
        if field.metadata["names_component"] or value is field.default:
            continue
        rule = field.metadata["rule"]
        checked = _of_any_size(rule) if field.name in unread else rule
        if not checked.allows(_plain(value)):
            raise invalid(p, field.name, rule, value)


def _of_any_size(rule: Rule) -> Rule:
    """A rule without the limits of its numbers."""
    if isinstance(rule, Number):
        return dataclasses.replace(rule, left="[", low=-INF, high=INF, right="]")
    if isinstance(rule, Union):
        return Union(tuple(map(_of_any_size, rule.rules)))
    return rule


def _read_component(p: Parameters, name: str, rule: Any, value: Any) -> Any:
    """The component that a value names, or a list of them."""
    try:
        if not isinstance(rule, OrList):
            return rule.read(value)
        if not isinstance(value, list | tuple):
            return rule.one.read(value)
        return [rule.one.read(entry) for entry in value]
    except NoComponentError as error:
        hint = error.hint
        if name == "loss" and np.size(value) and np.asarray(value).dtype.kind in "iu":
            hint = (
                f"Units are hidden_layer_sizes={value!r}; the first argument is loss."
            )
        raise invalid(p, name, error.wanted, error.value, hint) from None


def invalid(
    p: Any, name: str, rule: Rule | str, value: Any, hint: str = ""
) -> InvalidParameterError:
    """The error for a parameter, in scikit-learn's words."""
    return InvalidParameterError(
        f"The {name!r} parameter of {type(p).__name__} must be {rule}. Got "
        f"{value!r} instead. {hint}".rstrip()
    )


def _plain(value: Any) -> Any:
    """NumPy's numbers and arrays as Python's; a range as a list."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return list(value) if isinstance(value, range) else value
