"""What can be asked of a fitted estimator about itself.

Each method is a line or two over a function of the core.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from halfmoon.arrays.elementary import Array
from halfmoon.estimators.base import MLP
from halfmoon.estimators.conversion import to_sklearn
from halfmoon.estimators.reading import (
    Call,
    Data,
    check_fitted,
    check_pair,
    read_as_fitted,
    read_finite_table,
    read_truth,
)
from halfmoon.estimators.remedies import as_parameter, with_parameters
from halfmoon.estimators.request import resolve, uses_solver
from halfmoon.inspection import Summary, hidden_activations, input_gradients, summary
from halfmoon.inspection.diagnosis import Diagnosis, diagnose
from halfmoon.inspection.diagnosis.case import as_setting
from halfmoon.inspection.gradient_check import GradientReport, check_gradients
from halfmoon.inspection.trace import Trace, trace
from halfmoon.training.rate_finder import RateTest, find_learning_rate
from halfmoon.training.settings import Settings


class Inspecting(MLP):
    """Looking inside. X is (n, d) as in `fit`, y as it was given there."""

    def summary(self) -> Summary:
        """Layers, shapes, parameters and memory of the fitted network.

        Returns
        -------
        Summary
            A table, which prints itself.
        """
        check_fitted(self)
        return summary(self.network_)

    def hidden_activations(self, X: Any) -> list[Array]:
        """What each hidden layer makes of the rows, as when predicting.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows.

        Returns
        -------
        list of arrays of shape (n, k)
            The activations of each hidden layer's k units.
        """
        rows = read_finite_table(self, X)
        return hidden_activations(self.network_, rows)

    def input_gradients(
        self, X: Any, y: Any = None, *, of: str = "prediction"
    ) -> Array:
        """How each output moves with each input.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows.
        y : array of shape (n,) or (n, columns), default=None
            Their labels or values, needed for ``of="loss"``.
        of : str, default="prediction"
            "prediction" (in y's own units), "raw" (the network's raw predictions,
            before the link, as it learned them), or "loss".

        Returns
        -------
        array of shape (n, outputs, d), for "loss" (n, d)
            The slopes.
        """
        if y is None:
            rows = read_finite_table(self, X)
            slopes = input_gradients(self.network_, rows, of=of)
            units = self.targets_.units(self.network_.k)
            if units is None or of != "prediction":
                return slopes
            scale, _ = units
            return np.asarray(slopes * scale[:, None])
        rows, truth, _ = read_as_fitted(self, X, y)
        return input_gradients(self.network_, rows, truth, of=of)

    def check_gradients(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None
    ) -> GradientReport:
        """Compare the backward pass with finite differences on these data.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows.
        y : array of shape (n,) or (n, columns)
            Their labels or values.
        sample_weight : array of shape (n,), default=None
            Their weights.

        Returns
        -------
        GradientReport
            True if all derivatives agree; prints itself.
        """
        data = read_as_fitted(self, X, y, sample_weight)
        settings = self._settings_as_fitted(data)
        rows, truth, w = data
        return check_gradients(
            self.network_, rows, truth, w=w, l2=settings.l2, l1=settings.l1
        )

    def trace(self, x: Any, y: Any) -> Trace:
        """One row forward and backward: every number with its equation.

        Parameters
        ----------
        x : array or sparse matrix of shape (d,) or (1, d)
            The row.
        y : label or value
            Its label or value; with several columns, an array of them.

        Returns
        -------
        Trace
            A table that prints itself, also as HTML.
        """
        check_fitted(self)
        truth = self.targets_.encode(read_truth([y]), self.network_.loss)
        return trace(self.network_, x, truth[0])

    def diagnose(
        self,
        X: Any,
        y: Any,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Diagnosis:
        """What is wrong with the fit, by which number, and which setting to change.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows that were learned from.
        y : array of shape (n,) or (n, columns)
            Their labels or values.
        sample_weight : array of shape (n,), default=None
            Their weights.
        X_val : array, data frame or sparse matrix of shape (m, d), default=None
            Validation rows.
        y_val : array of shape (m,) or (m, columns), default=None
            Their labels or values.
        sample_weight_val : array of shape (m,), default=None
            Their weights.

        Returns
        -------
        Diagnosis
            The findings; prints itself.
        """
        check_pair(X_val, y_val)
        data = read_as_fitted(self, X, y, sample_weight)
        validation = None
        if X_val is not None:
            validation = tuple(
                read_as_fitted(self, X_val, y_val, sample_weight_val, "_val")
            )
        rows, truth, w = data
        weight = data.weight
        told = diagnose(
            self.network_,
            self.history_,
            rows,
            truth,
            w=w,
            validation=validation,
            settings=None if uses_solver(self) else self._settings_as_fitted(data),
            names=getattr(self, "feature_names_in_", None),
            words=lambda name, value: as_setting(*as_parameter(name, value, weight)),
        )
        return with_parameters(told, weight)

    def find_learning_rate(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None
    ) -> RateTest:
        """Try learning rates from tiny to huge, as a new fit would begin.

        The estimator stays as it is.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows to learn from.
        y : array of shape (n,) or (n, columns)
            Their labels or values.
        sample_weight : array of shape (n,), default=None
            Their weights.

        Returns
        -------
        RateTest
            Losses by learning rate, with its `suggestion`; `draw_rate_test` of
            `halfmoon.displays` draws it.
        """
        fresh = clone(self)
        fresh.learning_rate_init = "auto"  # which a subclass need not take
        call = Call(X, y, sample_weight)
        request = fresh._resolve(call)
        work = fresh._make_work(call, request)
        settings = request.settings(work.data, self.max_iter, work.seed)
        rows, truth, w = work.data
        return find_learning_rate(work.network, rows, truth, w=w, settings=settings)

    def to_sklearn(self) -> Any:
        """scikit-learn's own estimator with the same weights, so the same predictions.

        It is for programs that know scikit-learn's classes, such as exporters. It may
        learn on, as scikit-learn does, from these weights; a parameter that it cannot
        take has its default there.

        Returns
        -------
        estimator : sklearn.neural_network.MLPClassifier or MLPRegressor
            A fitted one, which shares nothing with this.

        Raises
        ------
        ValueError
            Where scikit-learn has no such activation, loss or kind of y.

        Examples
        --------
        >>> from halfmoon import MLPClassifier, datasets
        >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
        >>> model = MLPClassifier((5,), "tanh", solver="lbfgs", random_state=0)
        >>> theirs = model.set_params(alpha=0.1, max_iter=2000).fit(X, y).to_sklearn()
        >>> type(theirs).__module__
        'sklearn.neural_network._multilayer_perceptron'
        >>> bool((theirs.predict(X) == model.predict(X)).all())
        True
        """
        check_fitted(self)
        return to_sklearn(self)

    def _settings_as_fitted(self, data: Data) -> Settings:
        """The settings of a fit of these data, at the rate of the last fit."""
        settings = resolve(self).settings(data, self.max_iter, self._last.seed)
        return replace(settings, learning_rate=self.learning_rate_init_)
