"""What can be asked of a fitted estimator about itself: each a line or two over a function of the core."""

from typing import Any

from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from halfmoon.diagnose import Diagnosis, diagnose
from halfmoon.elementary import Array
from halfmoon.gradcheck import GradientReport, check_gradients
from halfmoon.inspection import Summary, hidden_activations, input_gradients, summary
from halfmoon.network import Network
from halfmoon.settings import Settings
from halfmoon.solvers import Solver
from halfmoon.tracing import Trace, trace


class Inspecting:
    """Looking inside. X is (n, d) as in `fit`, y as it was brought there."""

    network_: Network
    targets_: Any

    def summary(self) -> Summary:
        """Layers, shapes, parameters and memory; prints as a table."""
        check_is_fitted(self, "network_")
        return summary(self.network_)

    def hidden_activations(self, X: Any) -> list[Array]:
        """What each hidden layer makes of the rows, (n, k) each, as when predicting."""
        return hidden_activations(self.network_, self._rows(X))

    def input_gradients(self, X: Any, y: Any = None, *, of: str = "prediction") -> Array:
        """How each output moves with each input: (n, outputs, d) for "prediction" (of the network) and "score".

        With ``of="loss"``, which needs y, the slope of each row's loss, (n, d).
        """
        truth = None if y is None else self._encoded(X, y, None)[1]
        return input_gradients(self.network_, self._rows(X), truth, of=of)

    def check_gradients(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> GradientReport:
        """Compare the backward pass with finite differences on these data; true if all is right."""
        rows, truth, w = self._encoded(X, y, sample_weight)
        settings = self._like_fit((rows, truth, w))
        return check_gradients(self.network_, rows, truth, w=w, l2=settings.l2, l1=settings.l1)

    def trace(self, x: ArrayLike, y: Any) -> Trace:
        """One row x (d,) with its y forward and backward: every number with its equation, as text, table or HTML."""
        rows, truth, _ = self._encoded([x], [y], None)
        return trace(self.network_, self.network_.read_rows(rows)[0], truth[0])

    def diagnose(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None, *, X_val: Any = None, y_val: Any = None
    ) -> Diagnosis:
        """Verdicts on the fit: each disease with its number, the rule, and the setting to change."""
        rows, truth, w = self._encoded(X, y, sample_weight)
        validation = None if X_val is None else self._encoded(X_val, y_val, None)
        settings = None if isinstance(self._solver(), Solver) else self._like_fit((rows, truth, w))
        names = getattr(self, "feature_names_in_", None)
        return diagnose(
            self.network_, self.history_, rows, truth, w=w, validation=validation, settings=settings, names=names
        )

    def find_learning_rate(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Any:
        """Try rates from tiny to huge, as a new fit would begin; has `suggestion` and `plot()`. Nothing is changed."""
        from halfmoon.rate_finder import find_learning_rate

        twin = clone(self).set_params(learning_rate_init=0.001)
        network, (rows, truth, w), settings = twin._ready(X, y, sample_weight)
        return find_learning_rate(network, rows, truth, w=w, settings=settings)
