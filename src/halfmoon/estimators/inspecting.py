"""What can be asked of a fitted estimator about itself: each a line or two over a
function of the core.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from halfmoon.arrays.elementary import Array
from halfmoon.estimators.reading import Reading
from halfmoon.estimators.translating import Data, parts, put, settings_for
from halfmoon.inspection import Summary, hidden_activations, input_gradients, summary
from halfmoon.inspection.diagnosis import Diagnosis, diagnose
from halfmoon.inspection.gradient_check import GradientReport, check_gradients
from halfmoon.inspection.trace import Trace, trace
from halfmoon.network import Network
from halfmoon.training.rate_finder import RateTest, find_learning_rate
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import Solver


class Inspecting(Reading):
    """Looking inside. X is (n, d) as in `fit`, y as it was brought there."""

    @property
    def coefs_(self) -> list[Array]:
        """Each layer's weights W (d, k), as views into the network's parameters; may be
        set.
        """
        return parts(self._made(), "W")

    @coefs_.setter
    def coefs_(self, given: Any) -> None:
        put(self._made(), "W", given, "coefs_")

    @property
    def intercepts_(self) -> list[Array]:
        """Each layer's biases b (k,), as views into the network's parameters; may be
        set.
        """
        return parts(self._made(), "b")

    @intercepts_.setter
    def intercepts_(self, given: Any) -> None:
        put(self._made(), "b", given, "intercepts_")

    def _made(self) -> Network:
        if "network_" not in vars(self):
            raise AttributeError(
                f"{type(self).__name__} has no weights yet; fit it first, or pass it "
                "coefs_init."
            )
        return self.network_

    def summary(self) -> Summary:
        """Layers, shapes, parameters and memory; prints as a table."""
        check_is_fitted(self, "network_")
        return summary(self.network_)

    def hidden_activations(self, X: Any) -> list[Array]:
        """What each hidden layer makes of the rows, (n, k) each, as when predicting."""
        rows = self._rows(X)
        return hidden_activations(self.network_, rows)

    def input_gradients(
        self, X: Any, y: Any = None, *, of: str = "prediction"
    ) -> Array:
        """How each output moves with each input: (n, outputs, d) for "prediction" (of
        the network) and "raw".

        With ``of="loss"``, which needs y, the slope of each row's loss, (n, d).
        """
        rows, truth = (self._rows(X), None) if y is None else self._encoded(X, y)[:2]
        return input_gradients(self.network_, rows, truth, of=of)

    def check_gradients(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None
    ) -> GradientReport:
        """Compare the backward pass with finite differences on these data; true if all
        is right.
        """
        rows, truth, w = data = self._encoded(X, y, sample_weight)
        settings = self._like_fit(data)
        return check_gradients(
            self.network_, rows, truth, w=w, l2=settings.l2, l1=settings.l1
        )

    def trace(self, x: ArrayLike, y: Any) -> Trace:
        """One row x (d,) with its y forward and backward: every number with its
        equation, as text, table or HTML.
        """
        check_is_fitted(self, "network_")
        truth = self.targets_.encode(np.asarray([y]), self.network_.loss)
        return trace(self.network_, np.asarray(x, dtype=self.network_.dtype), truth[0])

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
        """What is wrong with the fit, by which number, and which setting to change."""
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val belong together; pass both, or neither.")
        rows, truth, w = data = self._encoded(X, y, sample_weight)
        validation = (
            None if X_val is None else self._encoded(X_val, y_val, sample_weight_val)
        )
        settings = None if isinstance(self._solver(), Solver) else self._like_fit(data)
        names = getattr(self, "feature_names_in_", None)
        return diagnose(
            self.network_,
            self.history_,
            rows,
            truth,
            w=w,
            validation=validation,
            settings=settings,
            names=names,
        )

    def find_learning_rate(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None
    ) -> RateTest:
        """Try rates from tiny to huge, as a new fit would begin; has `suggestion` and
        `plot()`. Nothing is changed.
        """
        twin = clone(self).set_params(learning_rate_init="auto")
        twin._check_parameters()
        work = twin._prepare(
            (X, y, sample_weight), (None, None, None), None, None, single=False
        )
        settings = settings_for(
            twin, work.data, self.max_iter, work.seed, work.validation is not None
        )
        rows, truth, w = work.data
        return find_learning_rate(work.network, rows, truth, w=w, settings=settings)

    def _like_fit(self, data: Data) -> Settings:
        """The settings of a fit of these data."""
        settings = settings_for(self, data, self.max_iter, self._seed, validated=False)
        return replace(settings, learning_rate=self.learning_rate_init_)
