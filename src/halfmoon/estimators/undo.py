"""A fit that fails leaves what there was: the weights, the run, and what was read off
the last data.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

READ = ("n_features_in_", "feature_names_in_")


@contextmanager
def all_or_nothing(estimator: Any) -> Iterator[None]:
    """If what is done inside fails, or is interrupted, it has not been."""
    mine = vars(estimator)
    read = {name: mine[name] for name in READ if name in mine}
    network = mine.get("network_")
    run = mine.get("_run")
    theta = None if network is None else network.theta.copy()
    ran, epochs = ({}, 0) if run is None else (vars(run).copy(), run.epoch)
    try:
        yield
    except BaseException:
        for name in READ:
            mine.pop(name, None)
        mine.update(read)
        if network is not None:
            network.theta = theta
        if run is not None:
            vars(run).update(ran)
            run.history.cut(epochs)
        raise
