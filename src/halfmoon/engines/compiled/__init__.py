"""The compiled engine: the reference's lines, translated and compiled by numba."""
