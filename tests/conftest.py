"""What many files of tests stand on."""

import io
import json

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="module")
def one_blas_thread():
    """Small products are slower, never faster, where two BLAS libraries' threads wait
    for each other.
    """
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def whole_tutorial(tmp_path_factory):
    """The folder that a quick run of the whole tutorial has written."""
    from rich.console import Console

    from halfmoon.tutorial.program import run

    out = tmp_path_factory.mktemp("tutorial") / "out"
    run(out, quick=True, console=Console(file=io.StringIO(), width=100))
    return out


@pytest.fixture(scope="session")
def results(whole_tutorial):
    """Its numbers."""
    return json.loads((whole_tutorial / "results.json").read_text())


def pytest_collection_modifyitems(items):
    """Whatever reads a whole tutorial waits for it to be written: slow."""
    for item in items:
        if "whole_tutorial" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
