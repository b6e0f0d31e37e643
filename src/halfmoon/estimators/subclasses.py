"""A warning for subclasses that override private methods of scikit-learn's MLPs.

Ours have no such methods, so nobody would ever call them.
"""

from halfmoon.training.warn import warn

INSTEAD = {  # what is public here and does the same
    "_backprop": "loss and activation, as components of your own",
    "_check_solver": "solver",
    "_compute_loss_grad": "loss, as a component of your own",
    "_fit": "fit",
    "_fit_lbfgs": "solver",
    "_fit_stochastic": "solver, learning_rate, or partial_fit in a loop",
    "_forward_pass": "activation, as a component of your own",
    "_forward_pass_fast": "predict",
    "_init_coef": "initializer, or coefs_init and intercepts_init of fit",
    "_initialize": "initializer, or coefs_init and intercepts_init of fit",
    "_loss_grad_lbfgs": "loss, as a component of your own",
    "_predict": "predict",
    "_score": "scoring",
    "_score_with_function": "scoring",
    "_unpack": "coefs_ and intercepts_",
    "_update_no_improvement_count": "scoring, tol and n_iter_no_change",
    "_validate_input": "fit, or a transformer before it in a pipeline",
}


def warn_of_uncalled_methods(cls: type, root: type) -> None:
    """UserWarning for a class below `root` that has methods which nobody calls.

    It names each of them, and what to use instead. A class that only inherits them is
    not warned of again.
    """
    ours = [base for base in cls.__bases__ if issubclass(base, root)]
    uncalled = [
        f"{name} (instead: {instead})"
        for name, instead in INSTEAD.items()
        if hasattr(cls, name) and not any(hasattr(base, name) for base in ours)
    ]
    if uncalled:
        warn(
            f"{cls.__name__} overrides private methods of scikit-learn's networks, "
            f"which halfmoon never calls: {'; '.join(uncalled)}."
        )
