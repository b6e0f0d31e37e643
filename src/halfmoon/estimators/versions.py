"""What not every version of scikit-learn has, with what stands in its place.

All else is the same from 1.6 on.
"""

from typing import Any

import sklearn

__all__ = ["CallbackSupportMixin", "InvalidParameterError", "with_callbacks"]

try:  # from 1.9 on
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """An estimator without callbacks."""

        @property
        def set_callbacks(self) -> Any:
            """AttributeError, so that there is no such method."""
            raise AttributeError(
                "set_callbacks needs scikit-learn 1.9 or later, and "
                f"{sklearn.__version__} is installed; update it, or read history_, "
                "which has a row for each epoch."
            )

    def with_callbacks(method: Any) -> Any:
        """The method as it is."""
        return method


try:  # scikit-learn's checks ask for this very class
    from sklearn.utils._param_validation import InvalidParameterError
except ImportError:  # not one of its public names

    class InvalidParameterError(ValueError, TypeError):  # type: ignore[no-redef]
        """A parameter is not what it may be."""
