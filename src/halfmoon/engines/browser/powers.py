"""Powers, for which WebAssembly has no instruction."""

from halfmoon.engines.compiled.native import jit


@jit
def power(x, t):
    """x to a whole number t >= 0, by squaring; it stands in for C's pow."""
    total = 1.0
    while t >= 1.0:
        half = t * 0.5
        whole = float(int(half))
        if whole != half:
            total *= x
        x *= x
        t = whole
    return total
