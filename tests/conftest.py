"""What many files of tests stand on."""

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="module")
def one_blas_thread():
    """Small products are slower, never faster, where two BLAS libraries' threads wait for each other."""
    with threadpool_limits(1):
        yield
