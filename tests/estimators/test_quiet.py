"""Many fits in a row: their warnings are collected, and Ctrl-C ends them."""

import warnings

import pytest
from sklearn.exceptions import ConvergenceWarning

from halfmoon.estimators.quiet import quiet_fits


def test_quiet_fits_collect_warnings_and_pass_ctrl_c_on():
    with quiet_fits() as caught:
        warnings.warn("not yet", ConvergenceWarning, stacklevel=1)
    assert [str(one.message) for one in caught] == ["not yet"]
    with pytest.raises(KeyboardInterrupt), quiet_fits():
        warnings.warn("Training interrupted by user.", UserWarning, stacklevel=1)


def test_other_warnings_that_are_errors_stay_what_they_are():
    with pytest.raises(UserWarning, match="no effect"), quiet_fits():
        raise UserWarning("alpha has no effect.")
