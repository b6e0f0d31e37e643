"""What a fit warns of: parameters that it does not use, and epochs that ran out."""

from typing import Any

from sklearn.exceptions import ConvergenceWarning

from halfmoon.estimators.request import Request
from halfmoon.training.warn import warn


def warn_of_parameters(estimator: Any, request: Request, rows: int) -> None:
    """UserWarning for parameters that change nothing in a fit of so many rows.

    A search over several solvers warns of each once.
    """
    for name, reader in request.idle.items():
        warn(
            f"{name}={getattr(estimator, name)!r} has no effect in this fit; it is for "
            f"{reader}.",
            once=(type(estimator), name),
        )
    if not request.is_solver and (request.batch_size or 0) > rows:
        warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going "
            "to be clipped"
        )


def warn_of_convergence(estimator: Any, request: Request) -> None:
    """ConvergenceWarning where the epochs ran out first, in scikit-learn's words."""
    ran_out = estimator.stopped_ in ("epochs", "evaluations", "abnormal")
    if not ran_out or request.ends_as_planned:
        return
    if not request.is_solver:
        warn(
            f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached "
            "and the optimization hasn't converged yet.",
            ConvergenceWarning,
        )
        return
    remedy = "Increase the number of iterations (max_iter, max_fun) or scale the data."
    if estimator.stopped_ == "abnormal":
        remedy = (
            "No step downhill was found, mostly because rounding hides it: scale "
            "the data, or raise tol."
        )
    warn(
        f"{estimator.solver} failed to converge after {estimator.n_iter_} "
        f"iteration(s). {remedy}",
        ConvergenceWarning,
    )
