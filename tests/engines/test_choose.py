"""Which engine runs a fit, and what is said about it."""

import textwrap
from itertools import product

import pytest

from engines.problems import fit, outputs
from engines.processes import FIT, files, python
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.engines.choose import choose
from halfmoon.engines.compiled import engine as compiled
from halfmoon.network import Network


@pytest.mark.parametrize(
    ("wanted", "engine", "why"),
    [
        ("numpy", "numpy", "it was asked for"),
        ("compiled", "compiled", "it was asked for"),
        ("auto", "compiled", "it is the faster one, and can run all of this"),
    ],
)
def test_the_engine_is_chosen_and_said(wanted, engine, why):
    network = Network.dense([2, 3, 2])
    run = fit(network, engine=wanted)
    assert (run.engine, run.why, network.engine) == (engine, why, engine)


def test_everything_on_the_registries_can_be_compiled():
    for activation, loss, optimizer in product(ACTIVATIONS, LOSSES, OPTIMIZERS):
        network = Network.dense([2, 3, outputs(loss)], activation, loss)
        assert choose(network, OPTIMIZERS.make(optimizer))[0] is compiled


@pytest.mark.slow
def test_without_numba_numpy_serves_and_says_so_once(tmp_path):
    script = (
        """
    import sys
    sys.modules["numba"] = None
    """
        + textwrap.indent(FIT, "    ")
        + """
    again = train(network, X, y, epochs=2, engine="auto")
    assert again.engine == network.engine == "numpy"
    try:
        train(network, X, y, epochs=2, engine="compiled")
    except ValueError as error:
        print(error)
    """
    )
    done = python(script, tmp_path)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("numpy | numba cannot be imported here")
    assert lines[-1].startswith(
        "engine='compiled' cannot run this: numba cannot be imported here"
    )
    assert done.stderr.startswith("halfmoon: numba cannot be imported here")
    assert "NumPy does the work, more slowly" in done.stderr
    assert done.stderr.count("\n") == 1
    assert files(tmp_path) == {}


@pytest.mark.slow
def test_an_interrupt_while_numba_is_imported_leaves_it_whole():
    script = """
    import signal, sys

    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "numba.core.types":
                signal.raise_signal(signal.SIGINT)

    sys.meta_path.insert(0, Finder())
    from halfmoon.engines.choose import compiled_engine
    try:
        compiled_engine()
    except KeyboardInterrupt:
        print("interrupted")
    engine, reason = compiled_engine()
    print(engine.NAME)
    """
    assert python(script).stdout.split() == ["interrupted", "compiled"]
