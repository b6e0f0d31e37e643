"""What many files of tests stand on."""

import io
import json
import os
import signal
import sys
import time

import hypothesis
import pytest
from threadpoolctl import threadpool_limits

# The processes that tests start keep what Python compiles, even where this is switched
# off: else each of them compiles all libraries anew, which takes two seconds.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# the same examples in each run, and no clock: a busy machine breaks no test
hypothesis.settings.register_profile(
    "halfmoon",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("halfmoon")


def pytest_xdist_auto_num_workers():
    """One worker more than there are cores: many tests wait, for a browser say."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def ctrl_c():
    """Ctrl-C works as in a terminal, also where the tests run in the background.

    There it is ignored, by these processes and by those that they start.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def one_blas_thread():
    """Small products are slower, never faster, where two BLAS libraries' threads wait
    for each other.
    """
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium, for the tests of one file."""
    from playwright.sync_api import sync_playwright

    from live_page import CHROMIUM, FLAGS

    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def whole_tutorial(tmp_path_factory):
    """The folder that a quick run of the whole tutorial has written.

    One process of the tests writes it, and the others wait until it has.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # of all workers
    folder = base / "whole-tutorial"
    ended = folder / "ended"
    try:
        folder.mkdir()
    except FileExistsError:
        while not ended.exists():
            time.sleep(0.1)
        assert ended.read_text() == "well", "another worker could not write it"
        return folder / "out"
    try:
        write_tutorial(folder / "out")
    except BaseException:
        ended.write_text("badly")
        raise
    ended.write_text("well")
    return folder / "out"


def write_tutorial(out):
    from rich.console import Console

    from halfmoon.tutorial.program import run

    run(out, quick=True, console=Console(file=io.StringIO(), width=100))


@pytest.fixture(scope="session")
def results(whole_tutorial):
    """Its numbers."""
    return json.loads((whole_tutorial / "results.json").read_text())


def pytest_collection_modifyitems(items):
    """Whatever reads a whole tutorial waits for it to be written: slow.

    The longest tests come first, so that no worker is left alone with them at the end.
    """
    items.sort(key=lambda item: "test_additions.py" not in item.nodeid)
    for item in items:
        if "whole_tutorial" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
