"""A block's methods are sources: an engine that compiles them must be able to, so they
keep to a small vocabulary.
"""

import ast
import builtins
import inspect
import textwrap

import pytest

from halfmoon import ACTIVATIONS, LOSSES, OPTIMIZERS
from halfmoon.arrays import elementary

METHODS = {"f", "df", "link", "value", "dz", "rule"}
KNOWN = {name for name in vars(elementary) if not name.startswith("_")} | {"np"}
SOURCES = [
    pytest.param(getattr(block, method), id=f"{name}-{method}")
    for registry in (ACTIVATIONS, LOSSES, OPTIMIZERS)
    for name, block in registry.items()
    for method in sorted(METHODS & set(dir(block)))
]


def free_names(function):
    """Names that a function reads from outside, but for builtins and the float
    constants of its module.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    body = [node for statement in tree.body[0].body for node in ast.walk(statement)]
    read = {
        node.id
        for node in body
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    bound = {
        node.id
        for node in body
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    constants = {
        name
        for name, value in vars(inspect.getmodule(function)).items()
        if isinstance(value, float)
    }
    return (
        read
        - bound
        - set(inspect.signature(function).parameters)
        - set(dir(builtins))
        - constants
    )


@pytest.mark.parametrize("function", SOURCES)
def test_a_source_uses_numpy_and_elementary_functions_only(function):
    assert free_names(function) <= KNOWN


@pytest.mark.parametrize("function", SOURCES)
def test_a_source_never_writes_to_itself_or_its_arguments(function):
    taken = set(inspect.signature(function).parameters)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AugAssign)
            else []
        )
        for target in targets:
            root = target
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            changed = isinstance(target, ast.Attribute | ast.Subscript) or isinstance(
                node, ast.AugAssign
            )
            assert not (changed and isinstance(root, ast.Name) and root.id in taken), (
                ast.unparse(node)
            )
