"""tutorial.c, compiled for this processor and these sizes: plainly, and tuned."""

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from workloads import Weights, Work, start

from peers import Fit, Peer

SOURCE = Path(__file__).parent.parent / "tutorial.c"
FLAGS = [
    "-O3",
    f"-march={os.environ.get('MARCH', 'native')}",
    "-ffast-math",
    "-fopenmp-simd",
    "-fPIC",
]
TUNED = ["-funroll-loops", "-mprefer-vector-width=512", "-DTANH_BY_EXP"]
COMPILER = shutil.which("gcc")
if COMPILER is None:
    raise ImportError("gcc is not installed")


def fitter(work: Work, X: Any, y: Any, flags: Sequence[str] = ()) -> Fit:
    """The C function, called in this process on the common data and start."""
    sizes = [f"-DROWS={work.rows}", f"-DHIDDEN={work.sizes[1]}"]
    train = build([*FLAGS, *flags, *sizes]).train
    x_all = np.ascontiguousarray(X)
    y_all = np.ascontiguousarray(y, dtype=np.int64)

    def fit(epochs: int) -> Weights:
        weights = start(work)
        arrays = [x_all, y_all, *(p for pair in weights for p in pair)]
        # of the summed loss, as in the tutorial
        rate = work.rate / work.rows
        l2 = work.l2 * work.rows
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in arrays]
        numbers = [ctypes.c_long(epochs), ctypes.c_double(rate), ctypes.c_double(l2)]
        train(*pointers, *numbers)
        return weights

    return fit


def build(flags: list[str]) -> ctypes.CDLL:
    """The C file as a library in this process.

    Linked without -ffast-math, which would change everybody's rounding.
    """
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder) / "tutorial.o"
        library = Path(folder) / "tutorial.so"
        subprocess.run([COMPILER, *flags, "-c", SOURCE, "-o", compiled], check=True)
        subprocess.run(
            [COMPILER, "-shared", compiled, "-o", library, "-lmvec", "-lm"], check=True
        )
        return ctypes.CDLL(str(library))


def why_not(work: Work) -> str:
    """It knows the tutorial's network only."""
    return "" if work.group == "tutorial" else "the tutorial's network only"


def version() -> str:
    """The compiler's."""
    return subprocess.run(
        [COMPILER, "-dumpfullversion"], check=True, capture_output=True, text=True
    ).stdout.strip()


PEERS = {
    "c": Peer("C", f"gcc {version()}", fitter, why_not=why_not),
    "c-tuned": Peer(
        "C, tuned", f"gcc {version()}", partial(fitter, flags=TUNED), why_not=why_not
    ),
}
