"""Scripts in processes of their own, and what they leave in the cache."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

FIT = """
import numpy as np
from halfmoon import Network, datasets, train
X, y = datasets.make("moons", 50, 0.2, 0)
network = Network.dense([2, 3, 2], "tanh")
run = train(network, X, y, epochs=3)
print(run.engine, "|", run.why)
print(network.theta.sum().hex(), network.predict(X).sum().hex())
"""


def python(script, home=None, **environment):
    """A script's outcome in a fresh process, with its cache in the folder `home`."""
    given = (
        os.environ
        | environment
        | ({"HALFMOON_CACHE": str(home)} if home is not None else {})
    )
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(script)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=given, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def files(folder):
    """All files below a folder, with their sizes and times."""
    found = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}
