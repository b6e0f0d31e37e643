"""A fit that fails leaves what there was: the weights, the run, and what was read off the last data."""

from typing import Any


class Before:
    """An estimator as it was before a call, should that fail."""

    def __init__(self, estimator: Any) -> None:
        mine = vars(estimator)
        self.read = {name: mine.get(name) for name in ("n_features_in_", "feature_names_in_")}
        self.theta = mine["network_"].theta.copy() if "network_" in mine else None
        run = mine.get("_run")
        self.run: dict[str, Any] | None = None if run is None else vars(run).copy()
        self.epochs = 0 if run is None else run.epoch

    def restore(self, estimator: Any) -> None:
        """Make it so again."""
        for name, value in self.read.items():
            if value is None:
                vars(estimator).pop(name, None)
            else:
                setattr(estimator, name, value)
        if self.theta is not None:
            estimator.network_.theta = self.theta
        if self.run is not None:
            vars(estimator._run).update(self.run)
            estimator._run.history.cut(self.epochs)
