"""halfmoon itself: a network, and the estimator around it."""

import ctypes
from functools import partial
from typing import Any

from workloads import Weights, Work, start

import halfmoon
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.engines.compiled import translation
from peers import CORES, Fit, Peer


def network(work: Work) -> halfmoon.Network:
    """The network at the common start."""
    made = halfmoon.Network.dense(work.sizes, work.activation, dtype=work.dtype)
    for p, (W, b) in zip(made.views(made.theta), start(work), strict=True):
        p.W[...] = W
        p.b[...] = b
    return made


def options(work: Work, n_threads: int = CORES) -> dict[str, Any]:
    """The work as settings of `train`."""
    settings = {
        "optimizer": work.optimizer,
        "learning_rate": work.rate,
        "batch_size": work.batch,
        "l2": work.l2,
    }
    return {**settings, "n_threads": n_threads}


def fitter(work: Work, X: Any, y: Any) -> Fit:
    """One call of `train`."""
    model = network(work)
    first = model.theta.copy()

    def fit(epochs: int) -> Weights:
        model.theta = first.copy()
        if work.optimizer == "lbfgs":
            lbfgs = halfmoon.LBFGS(gradient=0.0)
            lbfgs_options = {"optimizer": lbfgs, "l2": work.l2, "n_threads": CORES}
            halfmoon.train(model, X, y, epochs=epochs, **lbfgs_options)
        else:
            halfmoon.train(model, X, y, epochs=epochs, **options(work))
        return [(p.W, p.b) for p in model.views(model.theta)]

    return fit


def predictor(work: Work, X: Any, y: Any) -> Any:
    """The network's own prediction, after a fit, so that the engine that trained
    predicts.
    """
    model = network(work)
    halfmoon.train(model, X, y, epochs=1, **options(work))
    return model.predict


def tanh(x: Any, out: Any) -> Any:
    """A call that fills `out` with tanh of x (float64): the loop that the
    kernels call.
    """
    address, _, _, _ = translation.activation(ACTIVATIONS.make("tanh"), "float64")
    loop = ctypes.CFUNCTYPE(
        ctypes.c_double,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_int64,
        ctypes.c_void_p,
    )(address)
    return partial(loop, x.ctypes.data, out.ctypes.data, x.size, None)


def estimator(work: Work, X: Any, y: Any) -> Any:
    """The scikit-learn estimator's, with all that it checks."""
    hidden = work.sizes[1:-1]
    few = slice(0, 1000)
    made = halfmoon.MLPClassifier(
        hidden, work.activation, max_iter=1, n_iter_no_change=float("inf")
    )
    return made.fit(X[few], y[few]).predict_proba


PEERS = {
    "halfmoon": Peer("halfmoon", halfmoon.__version__, fitter, predictor),
    "halfmoon-estimator": Peer(
        "halfmoon's estimator", halfmoon.__version__, predictor=estimator
    ),
}
