"""What a component's module looks like: the loops that kernels call.

The lines that the component's methods become are written by `codegen`. Arguments that
are arrays end in an underscore; without it, the name is the element at hand.
"""

import ast
from typing import Any

from halfmoon.components.activations import Activation
from halfmoon.components.losses import Loss
from halfmoon.components.optimizers import Optimizer
from halfmoon.components.registry import Component
from halfmoon.engines.compiled.codegen import (
    Invariant,
    Loop,
    UntranslatableError,
    Value,
)
from halfmoon.engines.compiled.simd import FUNCTIONS

HEAD = '''"""{component}, made by halfmoon from its source; do not edit."""
import math
import numpy as np
from numba import carray
from halfmoon.engines.compiled.native import fast, loop
from halfmoon.engines.compiled.simd import FUNCTIONS
T = np.{dtype}
'''
# f: z_ (n,) to a_ (n,), which may be the same memory; h, the settings
FORWARD = """
@loop("TTih")
def f(z_, a_, n, h):
    fast()
    z_ = carray(z_, n)
    a_ = carray(a_, n)
    {before}
    for i in range(n):
        z = {z}[i]
        {inside}
        a_[i] = {value}  # [F2]
    return 0.0
"""
# df: delta_ (n,), dL/da, becomes dL/dz
BACKWARD = """
@loop("TTTih")
def df(z_, a_, delta_, n, h):
    fast()
    z_ = carray(z_, n)
    a_ = carray(a_, n)
    delta_ = carray(delta_, n)
    {before}
    for i in range(n):
        {loads}
        {inside}
        delta_[i] *= {value}  # [B1]
    return 0.0
"""
# loss and link: as joint_losses.py says, but for y_ (k, ld); w_ is (k, ld), or (ld,)
# where w_ld is 0: all outputs of a row read the same weight
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
            z = z_[j, r]
            y = y_[j, r]
            w = w_[j * w_ld + r]
            {inside}
            total += w * ({value})
            dz_[j, r] = w * ({dz})
    return total
"""
LINK = """
@loop("TTTiiih")
def link(z_, out_, spare_, k, n, ld, h):
    fast()
    z_ = carray(z_, (k, ld))
    out_ = carray(out_, (n, k))
    {before}
    for j in range(k):
        for r in range(n):
            z = z_[j, r]
            {inside}
            out_[r, j] = {value}
    return 0.0
"""
# rule: a step for n parameters; g_ their gradient, s0_ to s2_ their slots, of which
# a rule uses some; h holds t, eta, decay, the gradient's scale, then the settings
RULE = """
@loop("TTTTTih")
def rule(theta_, g_, s0_, s1_, s2_, n, h):
    fast()
    theta_ = carray(theta_, n)
    g_ = carray(g_, n)
    s0_ = carray(s0_, n)
    s1_ = carray(s1_, n)
    s2_ = carray(s2_, n)
    t = h[0]
    eta = T(h[1])
    decay = T(h[2])
    scale = T(h[3])
    {before}
    for i in range(n):
        g = g_[i] * scale  # [O5] [O15]
        {loads}
        {inside}
        {stores}
        theta_[i] -= eta * (({value}) + decay * theta_[i])  # [O4]
    return 0.0
"""


def activation(act: Activation, dtype: str) -> tuple[str, list[str]]:
    """The text of an activation's module, and the names of the settings it reads.

    Where df needs no z, f works in place, on a.
    """
    settings: list[str] = []
    z = ast.Name("z")
    a = ast.Name("a")
    f = Loop(act, dtype, settings)
    df = Loop(act, dtype, settings)
    value = f.written(act.f, z)
    slope = df.written(act.df, z, a)
    read = {"z", "a"} & _names([*df.inside, slope])
    needs_z = "z" in read
    loads = [f"{name} = {name}_[i]" for name in sorted(read)]
    forward = _filled(FORWARD, f, value=value, z="z_" if needs_z else "a_")
    backward = _filled(BACKWARD, df, value=slope, loads=loads)
    text = f"{forward}{backward}needs_z = {needs_z}\n"
    return module(act, dtype, text), settings


def loss(loss: Loss, dtype: str) -> tuple[str, list[str]]:
    """The text of a loss's module, and the names of the settings it reads."""
    settings: list[str] = []
    z = ast.Name("z")
    y = ast.Name("y")
    loop = Loop(loss, dtype, settings)
    link = Loop(loss, dtype, settings)
    value = loop.written(loss.value, z, y)
    dz = loop.written(loss.dz, z, y)
    y_hat = link.written(loss.link, z)
    text = _filled(LOSS, loop, value=value, dz=dz) + _filled(LINK, link, value=y_hat)
    return module(loss, dtype, text), settings


def rule(optimizer: Optimizer, dtype: str) -> tuple[str, list[str]]:
    """The text of an optimizer's module, and the names of the settings it reads.

    In h these follow t, eta, decay and the gradient's scale.
    """
    loop = Loop(optimizer, dtype, [], first=4)
    g = ast.Name("g")
    slots = tuple(ast.Name(f"s{i}") for i in range(optimizer.slots))
    returned = loop.inline(optimizer.rule, [g, slots, Invariant(ast.Name("t"))])
    if not _is_step(returned, optimizer.slots):
        raise UntranslatableError(
            "it does not return u and as many slots as it was given"
        )
    direction, new_slots = returned
    u = ast.unparse(loop.element(direction))
    new = [ast.unparse(loop.element(slot)) for slot in new_slots]
    # all old ones are loaded before the first new one is stored
    loads = [f"s{i} = s{i}_[i]" for i in range(optimizer.slots)]
    stores = [f"s{i}_[i] = {slot}" for i, slot in enumerate(new)]
    text = _filled(RULE, loop, value=u, loads=loads, stores=stores)
    return module(optimizer, dtype, text), loop.settings


def _is_step(returned: Value, slots: int) -> bool:
    """Whether a rule's value is (u, slots), with so many slots."""
    if not isinstance(returned, tuple) or len(returned) != 2:
        return False
    return isinstance(returned[1], tuple) and len(returned[1]) == slots


def _names(lines: list[str]) -> set[str]:
    """The names that occur in lines of code."""
    names = set()
    for line in lines:
        for node in ast.walk(ast.parse(line)):
            if isinstance(node, ast.Name):
                names.add(node.id)
    return names


def module(component: Component, dtype: str, functions: str) -> str:
    """A component's functions as a file, with the names that they use."""
    head = HEAD.format(component=type(component).__name__, dtype=dtype)
    used = [name for name in FUNCTIONS[dtype] if f"_{name}(" in functions]
    names = "".join(f'_{name} = FUNCTIONS["{dtype}"]["{name}"]\n' for name in used)
    return head + names + functions


def _filled(template: str, loop: Loop, **values: Any) -> str:
    """The template with {names} replaced; one alone on its line stands for lines."""
    values = {"before": loop.before, "inside": loop.inside, **values}
    filled = []
    for line in template.splitlines():
        name = line.strip().strip("{}")
        if isinstance(values.get(name), list):
            indent = line[: len(line) - len(line.lstrip())]
            filled += [indent + inserted for inserted in values[name]]
        elif "{" in line:
            filled.append(line.format(**values))
        else:
            filled.append(line)
    return "\n".join(filled) + "\n"
