"""scikit-learn's MLPClassifier, told never to stop early.

Two classes are one logistic output there, half of the last layer's work. It starts from
weights of its own.
"""

import warnings
from typing import Any

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from workloads import Weights, Work

from peers import Fit, Peer

SOLVERS = {"gd": "sgd", "momentum": "sgd", "adam": "adam", "lbfgs": "lbfgs"}


def model(work: Work, epochs: int) -> MLPClassifier:
    """The work as scikit-learn's parameters; its alpha is of the summed loss."""
    return MLPClassifier(
        work.sizes[1:-1],
        activation=work.activation,
        solver=SOLVERS[work.optimizer],
        alpha=work.l2 * work.rows,
        batch_size=work.batch or work.rows,
        learning_rate_init=work.rate,
        momentum=0.9 if work.optimizer == "momentum" else 0.0,
        nesterovs_momentum=False,
        shuffle=work.batch is not None,
        max_iter=epochs,
        max_fun=1_000_000,
        tol=0.0,
        n_iter_no_change=epochs + 1,
        random_state=0,
    )


def fitter(work: Work, X: Any, y: Any) -> Fit:
    """One call of `fit`."""

    def fit(epochs: int) -> Weights:
        classifier = model(work, epochs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            classifier.fit(X, y)
        weights = list(zip(classifier.coefs_, classifier.intercepts_, strict=True))
        if len(classifier.classes_) == 2:
            weights[-1] = two_outputs(*weights[-1])
        return weights

    return fit


def two_outputs(W: Any, b: Any) -> tuple[Any, Any]:
    """A logistic output as two softmax outputs: the first of them is always 0."""
    return np.hstack([np.zeros_like(W), W]), np.hstack([np.zeros_like(b), b])


def predictor(work: Work, X: Any, y: Any) -> Any:
    """The estimator's prediction, with all that it checks."""
    classifier = model(work, 1).set_params(batch_size="auto")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return classifier.fit(X[:1000], y[:1000]).predict_proba


PEERS = {"sklearn": Peer("scikit-learn", sklearn.__version__, fitter, predictor)}
