"""halfmoon itself: a network, and the estimator around it."""

import ctypes
import warnings
from functools import partial
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from workloads import Weights, Work, start

import halfmoon
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.engines.compiled import translation
from peers import CORES, Fit, Peer


def network(work: Work) -> halfmoon.Network:
    """The network at the common start."""
    model = halfmoon.Network.dense(work.sizes, work.activation, dtype=work.dtype)
    for p, (W, b) in zip(model.views(model.theta), start(work), strict=True):
        p.W[...] = W
        p.b[...] = b
    return model


def options(work: Work, n_threads: int = CORES) -> dict[str, Any]:
    """The work as settings of `train`."""
    return {
        "optimizer": work.optimizer,
        "learning_rate": work.rate,
        "batch_size": work.batch,
        "l2": work.l2,
        "n_threads": n_threads,
    }


def fitter(work: Work, X: Any, y: Any) -> Fit:
    """One call of `train`."""
    model = network(work)
    first = model.theta.copy()

    def fit(epochs: int) -> Weights:
        model.theta = first.copy()
        if work.optimizer == "lbfgs":
            lbfgs = halfmoon.LBFGS(gradient_tol=0.0)
            lbfgs_options = {"optimizer": lbfgs, "l2": work.l2, "n_threads": CORES}
            halfmoon.train(model, X, y, epochs=epochs, **lbfgs_options)
        else:
            halfmoon.train(model, X, y, epochs=epochs, **options(work))
        return [(p.W, p.b) for p in model.views(model.theta)]

    return fit


def predictor(work: Work, X: Any, y: Any) -> Any:
    """The network's own prediction, by the engine that trained it."""
    model = network(work)
    halfmoon.train(model, X, y, epochs=1, **options(work))
    return model.predict


def tanh(x: Any, out: Any) -> Any:
    """A call that fills `out` with tanh of x (float64).

    It is the loop that the kernels call, which nothing public gives.
    """
    address, _, _, _ = translation.activation(ACTIVATIONS.make("tanh"), "float64")
    pointer = ctypes.c_void_p
    kind = ctypes.CFUNCTYPE(ctypes.c_double, pointer, pointer, ctypes.c_int64, pointer)
    return partial(kind(address), x.ctypes.data, out.ctypes.data, x.size, None)


def estimator(work: Work, X: Any, y: Any) -> Any:
    """The scikit-learn estimator's, with all that it checks."""
    hidden = work.sizes[1:-1]
    few = slice(0, 1000)
    model = halfmoon.MLPClassifier(
        hidden, work.activation, max_iter=1, n_iter_no_change=float("inf")
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X[few], y[few]).predict_proba


VERSION = halfmoon.__version__
PEERS = {
    "halfmoon": Peer("halfmoon", VERSION, fitter, predictor),
    "halfmoon-estimator": Peer("halfmoon's estimator", VERSION, predictor=estimator),
}
