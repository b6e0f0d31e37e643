"""The functions that compiled loops have, by the objects that they are.

What a component calls is looked up here by identity, never by its name.
"""

import builtins
import math
from typing import Any

import numpy as np

from halfmoon.arrays import elementary
from halfmoon.engines.compiled.simd import FUNCTIONS

# NumPy's functions of single elements, beside simd's; np.sum, say, is of a whole array
# fmt: off
ELEMENTWISE = {
    "abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh",
    "ceil", "cos", "cosh", "exp2", "fabs", "floor", "hypot", "log10", "log2", "power",
    "rint", "sign", "sin", "sinh", "sqrt", "square", "tan", "trunc",
}
# fmt: on
# the same functions as `simd` has, by the objects that they are
SIMD: dict[Any, str] = {
    getattr(home, name): name
    for home in (np, elementary)
    for name in FUNCTIONS["float64"]
    if hasattr(home, name)
}
NUMPY: dict[Any, str] = {getattr(np, name): f"np.{name}" for name in ELEMENTWISE}
NUMPY[abs] = "abs"
# of an array, whatever it holds
LIKE = {np.ones_like: "1.0", np.zeros_like: "0.0"}
NUMPY |= dict.fromkeys(LIKE, "")
# of numbers; NumPy's power computes integers from integers
OF_NUMBERS: dict[Any, str] = {
    **{getattr(math, name): f"math.{name}" for name in dir(math) if name[0] != "_"},
    **{f: name for f, name in NUMPY.items() if name and f is not np.power},
    **{f: f"np.{name}" for f, name in SIMD.items() if hasattr(np, name)},
    **{getattr(builtins, name): name for name in ("float", "int", "max", "min")},
}
