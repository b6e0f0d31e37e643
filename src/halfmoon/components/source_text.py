"""The text of a function as it is loaded, from its file or its notebook cell.

A file may have been edited since it was loaded, a function may be one of several of its
name, a lambda has no name at all. So the whole file is compiled once more, and the text
counts only where its code is the loaded one, instruction by instruction.
"""

import __future__

import ast
import linecache
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType, FunctionType

FUTURE = __future__.annotations.compiler_flag
Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def source_text(function: FunctionType) -> str | None:
    """A function's source without its decorators, as `ast` writes it.

    None where it cannot be found, and where it has changed since it was loaded.
    """
    loaded = function.__code__
    linecache.checkcache(loaded.co_filename)
    lines = linecache.getlines(loaded.co_filename, function.__globals__)
    wanted = without_lines(loaded)
    found = []
    for node, code in _functions("".join(lines), loaded.co_flags & FUTURE):
        alike = (code.co_name, code.co_code) == (loaded.co_name, loaded.co_code)
        if alike and without_lines(code) == wanted:
            found.append((abs(code.co_firstlineno - loaded.co_firstlineno), node))
    if not found:
        return None
    _, node = min(found, key=lambda pair: pair[0])
    if isinstance(node, ast.Lambda):
        return ast.unparse(node)
    parts = dict(ast.iter_fields(node)) | {"decorator_list": [], "lineno": 1}
    return ast.unparse(type(node)(**parts))


@lru_cache(maxsize=32)
def _functions(text: str, flags: int) -> list[tuple[Node, CodeType]]:
    """Each function in a file, and its code."""
    try:
        tree = ast.parse(text)
        whole = compile(tree, "", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return []
    nodes: dict[tuple[str, int], list[Node]] = {}
    for node in ast.walk(tree):
        if isinstance(node, Node):
            decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
            line = min(part.lineno for part in (node, *decorators))
            name = getattr(node, "name", "<lambda>")
            nodes.setdefault((name, line), []).append(node)
    functions = []
    for code in codes_in(whole):
        candidates = nodes.get((code.co_name, code.co_firstlineno), [])
        if len(candidates) > 1:  # lambdas that begin in one line
            places = set(code.co_positions())
            candidates = [node for node in candidates if _place(node) in places]
        if len(candidates) == 1:
            functions.append((candidates[0], code))
    return functions


def _place(node: Node) -> tuple[int | None, ...] | None:
    """Where a lambda's body stands: its code gives the value back from there."""
    if not isinstance(node, ast.Lambda):
        return None
    body = node.body
    return body.lineno, body.end_lineno, body.col_offset, body.end_col_offset


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """A piece of code, and all that are defined within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)


def without_lines(code: CodeType) -> CodeType:
    """The code without what tells where in the file it stands."""
    constants = [
        without_lines(constant) if isinstance(constant, CodeType) else constant
        for constant in code.co_consts
    ]
    return code.replace(
        co_consts=tuple(constants),
        co_filename="",
        co_firstlineno=1,
        co_linetable=b"",
    )
