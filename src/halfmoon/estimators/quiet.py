"""Many fits in a row, without a warning for each that did not converge."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.exceptions import ConvergenceWarning


@contextmanager
def quiet_fits() -> Iterator[list[warnings.WarningMessage]]:
    """Fits of estimators, without the warnings of those that did not converge.

    Yields those warnings. Ctrl-C ends a search at once.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        warnings.filterwarnings("error", "Training interrupted", UserWarning)
        try:
            yield caught
        except UserWarning as error:
            if "interrupted" not in str(error):
                raise
            raise KeyboardInterrupt from error
