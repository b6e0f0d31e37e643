"""Our fitted estimators as scikit-learn's: `to_sklearn`, and the binarizer of classes.

scikit-learn's networks have four activations, cross-entropy, squared error and (from
1.7 on) Poisson. A network made of these has the same predictions there, from the same
weights.
"""

from numbers import Real
from typing import Any

import numpy as np

from halfmoon.components.activations import Activation, Identity, Logistic, ReLU, Tanh
from halfmoon.components.losses import LOSSES, Loss, Poisson, SquaredError
from halfmoon.estimators.labels import Labels
from halfmoon.estimators.request import Architecture

NAMES: dict[type[Activation], str] = {
    Identity: "identity",
    Logistic: "logistic",
    Tanh: "tanh",
    ReLU: "relu",
}
WORDS = {  # what scikit-learn's networks take where ours take components too
    "solver": ("sgd", "adam", "lbfgs"),
    "learning_rate": ("constant", "invscaling", "adaptive"),
}
# what is the same there, by the same name
SAME = (
    "n_features_in_",
    "n_iter_",
    "n_layers_",
    "n_outputs_",
    "out_activation_",
    "t_",
    "loss_",
    "validation_scores_",
    "best_validation_score_",
)


def to_sklearn(estimator: Any) -> Any:
    """scikit-learn's estimator with the weights of ours, which is fitted.

    Raises ValueError, with the reason, where its predictions would not be the same.
    """
    from sklearn import neural_network

    is_classifier = isinstance(estimator.targets_, Labels)
    kind = "MLPClassifier" if is_classifier else "MLPRegressor"
    theirs = getattr(neural_network, kind)()
    architecture = estimator._last.architecture
    losses = _losses(estimator.targets_, theirs)
    reason = _why_not(architecture, estimator.targets_, losses)
    if reason:
        raise ValueError(
            f"scikit-learn's {kind} cannot predict the same: {reason}. Keep this "
            "estimator, or fit one with what both have."
        )
    theirs.set_params(**_parameters(estimator, theirs))
    attributes = {name: getattr(estimator, name) for name in SAME}
    attributes["coefs_"] = [np.array(W) for W in estimator.coefs_]
    attributes["intercepts_"] = [np.array(b) for b in estimator.intercepts_]
    attributes["loss_curve_"] = list(estimator.loss_curve_)
    attributes["best_loss_"] = min(estimator.loss_curve_, default=np.inf)
    attributes["_no_improvement_count"] = 0
    if hasattr(estimator, "feature_names_in_"):
        attributes["feature_names_in_"] = estimator.feature_names_in_
    if is_classifier:
        attributes["classes_"] = estimator.classes_
        attributes["_label_binarizer"] = binarizer_of(estimator.targets_)
    vars(theirs).update(attributes)
    return theirs


def binarizer_of(targets: Labels) -> Any:
    """scikit-learn's LabelBinarizer of the classes, or of several labels.

    Raises AttributeError for several columns of classes, for which there is none.
    """
    from sklearn.preprocessing import LabelBinarizer

    if targets.kind == "columns":
        raise AttributeError(
            "There is no _label_binarizer of several columns of classes; see classes_."
        )
    if targets.kind == "labels":
        return LabelBinarizer().fit(np.eye(len(targets.classes), dtype=int))
    return LabelBinarizer().fit(targets.classes)


def _losses(targets: Any, theirs: Any) -> list[Loss]:
    """The losses that scikit-learn's estimator has for such y."""
    if isinstance(targets, Labels):
        return [LOSSES.make(targets.usual_loss)]
    has_poisson = "loss" in theirs.get_params()
    return [SquaredError(), Poisson()] if has_poisson else [SquaredError()]


def _why_not(architecture: Architecture, targets: Any, losses: list[Loss]) -> str:
    """Why scikit-learn cannot compute such a network; "" where it can."""
    kinds = {type(act) for act in architecture.activations}
    if len(kinds) > 1:
        return "its hidden layers have different activations"
    if not kinds <= set(NAMES):
        return f"it has no activation {architecture.activations[0]}"
    if targets.kind == "columns":
        return "it learns one column of classes"
    if targets.kind == "classes" and len(targets.classes) == 1:
        return "it gives a single class two columns of probabilities"
    if architecture.loss not in losses:
        return f"it has no loss {architecture.loss} for this kind of y"
    return ""


def _parameters(estimator: Any, theirs: Any) -> dict[str, Any]:
    """The parameters that both have; the default where it cannot take the value."""
    architecture = estimator._last.architecture
    options = {name: getattr(estimator, name) for name in theirs.get_params()}
    for name, words in WORDS.items():
        if options[name] not in words:
            del options[name]
    del options["activation"]
    if architecture.activations:
        options["activation"] = NAMES[type(architecture.activations[0])]
    options["hidden_layer_sizes"] = architecture.sizes[1:-1]
    options["learning_rate_init"] = estimator.learning_rate_init_
    if not isinstance(estimator.validation_fraction, Real):
        del options["validation_fraction"]
    if "loss" in options:
        is_poisson = architecture.loss == Poisson()
        options["loss"] = "poisson" if is_poisson else "squared_error"
    return options
