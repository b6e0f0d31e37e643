"""A pytest plugin: our classifier with the private parts that five of scikit-learn's
tests of its MLP look into.

Each part is read off what is public, so that what these tests ask is asked of our
classifier. It serves no others.
"""

from copy import deepcopy
from types import SimpleNamespace

import numpy as np
import sklearn.neural_network

from halfmoon import MLPClassifier


class PrivateClassifier(MLPClassifier):
    """The classifier and its private parts."""

    @property
    def _optimizer(self):
        """Something with the learning rate of the next update; after a warm start, a
        copy's that goes on.
        """
        last = self
        if self.warm_start:
            last = deepcopy(self)
            MLPClassifier.partial_fit(
                last, np.zeros((1, self.n_features_in_)), self.classes_[:1]
            )
        return SimpleNamespace(learning_rate=last.history_["learning_rate"][-1])

    @property
    def _no_improvement_count(self):
        """How many epochs at the end were no better than the best before them by more
        than tol.
        """
        count = 0
        best = np.inf
        for loss in self.loss_curve_:
            count = count + 1 if loss > best - self.tol else 0
            best = min(best, loss)
        return count

    def _loss_grad_lbfgs(self, packed, X, y, sample_weight, *scratch):
        """The objective and its gradient, packed as scikit-learn packs: each layer's W,
        then each layer's b.
        """
        network = self.network_
        numbers = network.views(np.arange(network.size))
        order = np.concatenate(
            [getattr(p, name).ravel() for name in ("W", "b") for p in numbers]
        )
        theta = np.empty(network.size)
        theta[order] = packed
        part = network.objective(theta, *network.read(X, y), self.alpha / len(X))
        return part.loss + part.penalty, part.g[order]


sklearn.neural_network.MLPClassifier = PrivateClassifier
