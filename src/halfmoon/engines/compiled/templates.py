"""What a block's module looks like: its lines, translated by `codegen`, inside the
loops that kernels call.
"""

import ast
from typing import Any

from halfmoon.components.activations import Activation
from halfmoon.components.losses import Loss
from halfmoon.components.optimizers import Optimizer
from halfmoon.components.registry import Component
from halfmoon.engines.compiled.codegen import Invariant, Loop, UntranslatableError
from halfmoon.engines.compiled.simd import FUNCTIONS

HEAD = '''"""{block}, made by halfmoon from its source; do not edit."""
import math
import numpy as np
from numba import carray
from halfmoon.engines.compiled.native import fast, loop
from halfmoon.engines.compiled.simd import FUNCTIONS
T = np.{dtype}
'''
FORWARD = """
@loop("TTih")
def f(z_, a_, n, h):
    fast()
    z_, a_ = carray(z_, n), carray(a_, n)
    {before}
    for i in range(n):
        z = {z}[i]
        {inside}
        a_[i] = {value}  # [F2]
    return 0.0
"""
BACKWARD = """
@loop("TTTih")
def df(z_, a_, delta_, n, h):
    fast()
    z_, a_, delta_ = carray(z_, n), carray(a_, n), carray(delta_, n)
    {before}
    for i in range(n):
        {loads}
        {inside}
        delta_[i] *= {value}  # [B1]
    return 0.0
"""
LOSS = """
@loop("TTTTTiiiih", sums=True)
def loss(z_, y_, w_, dz_, spare_, k, n, ld, w_ld, h):
    fast()
    z_ = carray(z_, (k, ld))
    y_ = carray(y_, (k, ld))
    w_ = carray(w_, k * ld)
    dz_ = carray(dz_, (k, ld))
    {before}
    total = T(0)
    for j in range(k):
        for r in range(n):
            z, y, w = z_[j, r], y_[j, r], w_[j * w_ld + r]
            {inside}
            total += w * ({value})
            dz_[j, r] = w * ({dz})
    return total
"""
LINK = """
@loop("TTTiiih")
def link(z_, out_, spare_, k, n, ld, h):
    fast()
    z_, out_ = carray(z_, (k, ld)), carray(out_, (n, k))
    {before}
    for j in range(k):
        for r in range(n):
            z = z_[j, r]
            {inside}
            out_[r, j] = {value}
    return 0.0
"""
RULE = """
@loop("TTTTTih")
def rule(theta_, g_, s0_, s1_, s2_, n, h):
    fast()
    theta_ = carray(theta_, n)
    g_ = carray(g_, n)
    s0_ = carray(s0_, n)
    s1_ = carray(s1_, n)
    s2_ = carray(s2_, n)
    t, eta, decay, scale = h[0], T(h[1]), T(h[2]), T(h[3])
    {before}
    for i in range(n):
        g = g_[i] * scale  # [O5]
        {loads}
        {inside}
        {stores}
        theta_[i] -= eta * (({value}) + decay * theta_[i])  # [O4]
    return 0.0
"""


def activation(block: Activation, dtype: str) -> tuple[str, list[str]]:
    """The text of its module and the settings it reads; without z in df, f works in
    place.
    """
    settings: list[str] = []
    z = ast.Name("z")
    a = ast.Name("a")
    f = Loop(block, dtype, settings)
    df = Loop(block, dtype, settings)
    value = f.written(block.f, z)
    slope = df.written(block.df, z, a)
    read = {name for name in ("z", "a") if name in _names([*df.inside, slope])}
    text = _filled(FORWARD, f, value=value, z="z_" if "z" in read else "a_")
    loads = [f"{name} = {name}_[i]" for name in sorted(read)]
    text += (
        _filled(BACKWARD, df, value=slope, loads=loads) + f"needs_z = {'z' in read}\n"
    )
    return module(block, dtype, text), settings


def loss(block: Loss, dtype: str) -> tuple[str, list[str]]:
    """The text of its module and the settings it reads."""
    settings: list[str] = []
    z = ast.Name("z")
    y = ast.Name("y")
    loop = Loop(block, dtype, settings)
    link = Loop(block, dtype, settings)
    value = loop.written(block.value, z, y)
    dz = loop.written(block.dz, z, y)
    y_hat = link.written(block.link, z)
    text = _filled(LOSS, loop, value=value, dz=dz)
    return module(block, dtype, text + _filled(LINK, link, value=y_hat)), settings


def rule(block: Optimizer, dtype: str) -> tuple[str, list[str]]:
    """The text of its module and the settings it reads; in h they follow t, eta, decay
    and the clipping's scale.
    """
    loop = Loop(block, dtype, [], first=4)
    slots = tuple(ast.Name(f"s{i}") for i in range(block.slots))
    direction = loop.inline(
        block.rule, [ast.Name("g"), slots, Invariant(ast.Name("t"))]
    )
    if (
        not isinstance(direction, tuple)
        or not isinstance(direction[1], tuple)
        or len(direction[1]) != len(slots)
    ):
        raise UntranslatableError(
            "it does not return u and as many slots as it was given"
        )
    u = ast.unparse(loop.element(direction[0]))
    new = [ast.unparse(loop.element(slot)) for slot in direction[1]]
    # all old ones, before the first new one is stored
    loads = [f"s{i} = s{i}_[i]" for i in range(block.slots)]
    stores = [f"s{i}_[i] = {slot}" for i, slot in enumerate(new)]
    return module(
        block, dtype, _filled(RULE, loop, value=u, loads=loads, stores=stores)
    ), loop.settings


def _names(lines: list[str]) -> set[str]:
    return {
        node.id
        for line in lines
        for node in ast.walk(ast.parse(line))
        if isinstance(node, ast.Name)
    }


def module(block: Component, dtype: str, functions: str) -> str:
    """A block's functions as a file, with the names that they use."""
    used = [name for name in FUNCTIONS[dtype] if f"_{name}(" in functions]
    names = "".join(f'_{name} = FUNCTIONS["{dtype}"]["{name}"]\n' for name in used)
    return HEAD.format(block=type(block).__name__, dtype=dtype) + names + functions


def _filled(template: str, loop: Loop, **values: Any) -> str:
    """The template with its places filled; a place alone on its line takes any number
    of lines.
    """
    values = {"before": loop.before, "inside": loop.inside, **values}
    lines = []
    for line in template.splitlines():
        alone = line.strip().strip("{}")
        if isinstance(values.get(alone), list):
            lines += [
                line[: len(line) - len(line.lstrip())] + one for one in values[alone]
            ]
        else:
            lines.append(line.format(**values) if "{" in line else line)
    return "\n".join(lines) + "\n"
