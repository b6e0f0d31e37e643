"""The rules of the house, read from the source tree: arrows, imports, equation tags,
names, sizes, shelves.
"""

import ast
import dataclasses
import io
import json
import re
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path

import pytest

import halfmoon

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "halfmoon"
FILES = sorted(PACKAGE.rglob("*.py"))

# Each module may import from the lines above its own; a package counts as one module.
ORDER = [
    {"settings"},
    {"registry", "elementary", "random", "sparse"},
    {"activations", "losses", "initializers", "optimizers", "schedules"},
    {"layers"},
    {"network"},
    {"engines"},
    {"history", "interrupt"},
    {"loop"},
    {"training"},
    {"store"},
    {"callbacks", "solvers"},
    {"gradcheck", "tracing", "inspection", "rate_finder", "diagnosis", "datasets"},
    {"estimators"},
    {
        "catalogue",
        "tables",
        "model_file",
        "export",
        "scaleout",
        "plots",
        "report",
        "page",
    },
    {"displays"},
    {"tutorial", "playground", "cli"},
    {"__main__"},
]
LEVEL = {module: level for level, modules in enumerate(ORDER) for module in modules}
CORE_LEVEL = LEVEL["training"]

MAY_IMPORT = {  # outside packages that only some modules may know, lazily or not
    "numba": {"engines"},
    "llvmlite": {"engines"},
    "threadpoolctl": {"engines", "tutorial"},
    "scipy": {"solvers", "engines", "sparse"},
    "sklearn": {"datasets", "displays", "estimators", "plots", "tutorial"},
    "matplotlib": {"displays", "plots", "tutorial"},
    "narwhals": {"displays"},
}
LETTERS = set("xyzaWbphfgmvutLndkCTXwijqrsecB_")
TAG = re.compile(r"\[([FBLIOSRDN])(\d+)\]")
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
DEFINITION = re.compile(r"^\*\*\[([FBLIOSRDN]\d+)\]\*\*")


@dataclasses.dataclass(frozen=True)
class Import:
    """One imported module: where, its full name, whether inside a function, whether
    written in one line.
    """

    where: str
    name: str
    lazy: bool
    one_line: bool


def place(path):
    return str(path.relative_to(ROOT))


def module_of(path):
    """The module of the house that a file belongs to: its file, or its package, just
    below halfmoon.
    """
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, FUNCTION)]


def imported_names(path, node):
    """Full names of what an import statement imports; `from halfmoon import x` gives
    halfmoon.x.
    """
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        package = ("halfmoon", *path.relative_to(PACKAGE).parts[:-1])
        base = ".".join(
            [*package[: len(package) - node.level + 1], *filter(None, [base])]
        )
    return [f"{base}.{alias.name}" for alias in node.names]


def imports(path):
    inside = {id(node) for function in functions(path) for node in ast.walk(function)}
    return [
        Import(
            f"{place(path)}:{node.lineno}",
            name,
            id(node) in inside,
            node.lineno == node.end_lineno,
        )
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imported_names(path, node)
    ]


def target_of(name):
    """The module of the house that an import reaches, through a public name too; "" for
    what lies outside.
    """
    name = halfmoon._HOME.get(name.removeprefix("halfmoon."), name)
    return name.split(".")[1] if name.startswith("halfmoon.") else ""


def core_files():
    """Everything up to `training`; modules without a place are reported by another
    test.
    """
    return [
        path
        for path in FILES
        if LEVEL.get(module_of(path), CORE_LEVEL + 1) <= CORE_LEVEL
    ]


def report(wrong):
    assert not wrong, "\n" + "\n".join(wrong)


# Arrows and imports


def test_every_module_has_a_place():
    modules = {module_of(path) for path in FILES} - {"__init__"}
    report(
        [
            f"halfmoon.{name} has no place in tests/test_house.py; add it to ORDER."
            for name in modules - set(LEVEL)
        ]
    )


def test_no_arrow_points_back():
    wrong = []
    for path in FILES:
        module = module_of(path)
        level = LEVEL.get(module, len(ORDER))
        for found in imports(path) if module != "__init__" else []:
            target = target_of(found.name)
            upward = target not in ("", module) and LEVEL.get(target, -1) >= level
            if upward and not (found.lazy and found.one_line):
                wrong.append(
                    f"{found.where}: {module} must not import {target}, which is not "
                    "below it."
                )
    report(wrong)


def compiled_files():
    """The compiled engine, which nobody imports before a fit begins."""
    return [
        path
        for path in FILES
        if path.parent.name == "engines" and path.stem not in ("__init__", "reference")
    ]


def test_the_core_imports_numpy_only():
    allowed = set(sys.stdlib_module_names) | {"numpy", "halfmoon"}
    found = [
        one
        for path in core_files()
        if path not in compiled_files()
        for one in imports(path)
    ]
    report(
        [
            f"{i.where}: imports {i.name}"
            for i in found
            if not i.lazy and i.name.split(".")[0] not in allowed
        ]
    )


def test_heavy_packages_enter_only_where_they_may():
    wrong = []
    for path in FILES:
        for found in imports(path):
            package = found.name.split(".")[0]
            if module_of(path) not in MAY_IMPORT.get(package, {module_of(path)}):
                wrong.append(
                    f"{found.where}: {package} may be imported only in "
                    f"{sorted(MAY_IMPORT[package])}."
                )
    report(wrong)


def test_nothing_private_of_sklearn_is_used():
    # its checks ask for it; we can do without
    needed = {"sklearn.utils._param_validation.InvalidParameterError"}
    found = [
        i
        for path in FILES
        for i in imports(path)
        if i.name.startswith("sklearn.") and i.name not in needed
    ]
    report(
        [
            f"{i.where}: {i.name} is private"
            for i in found
            if any(p.startswith("_") for p in i.name.split("."))
        ]
    )


def loaded_by(code):
    """The packages that a fresh interpreter has loaded after running `code`."""
    code += (
        "\nimport json, sys\nprint(); print(json.dumps(sorted({name.split('.')[0] for "
        "name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_halfmoon_costs_nothing():
    heavy = {"numpy", "sklearn", "matplotlib", "scipy", "numba", "pandas"}
    assert not loaded_by("import halfmoon") & heavy


def test_the_compiled_engine_is_loaded_by_the_first_fit():
    assert not loaded_by(
        "import halfmoon.training.train, halfmoon.inspection.gradient_check, halfmoon.inspection.trace"
    ) & {"numba", "llvmlite"}
    code = (
        "import halfmoon\nhalfmoon.train(halfmoon.Network.dense([1, 2]), [[0.0], "
        "[1.0]], [0, 1], epochs=1)"
    )
    assert "numba" in loaded_by(code)


def test_help_on_the_command_line_is_light():
    code = (
        "import sys\nfrom halfmoon import cli\nsys.argv = ['halfmoon', '--help']\n"
        "try:\n    cli.main()\nexcept SystemExit as stop:\n    assert not stop.code, "
        "stop.code"
    )
    assert not loaded_by(code) & {"numpy", "sklearn", "matplotlib", "scipy"}


# Equation tags


def code_comments(path):
    """(line number, comment) of each comment at the end of a line of code."""
    with io.BytesIO(path.read_bytes()) as source:
        for token in tokenize.tokenize(source.readline):
            if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip():
                yield token.start[0], token.string


def tags_in(text):
    """Tags in a text; "[O1] to [O3]" counts as all three."""
    found = {letter + number for letter, number in TAG.findall(text)}
    for first, low, last, high in re.findall(
        r"\[([A-Z])(\d+)\] to \[([A-Z])(\d+)\]", text
    ):
        if first == last:
            found |= {f"{first}{number}" for number in range(int(low), int(high) + 1)}
    return found


def definitions():
    lines = (ROOT / "DERIVATION.md").read_text(encoding="utf-8").splitlines()
    return [match[1] for line in lines if (match := DEFINITION.match(line))]


def test_each_equation_is_defined_once():
    tags = definitions()
    report(
        [
            f"[{tag}] is defined twice in DERIVATION.md"
            for tag in sorted({t for t in tags if tags.count(t) > 1})
        ]
    )


def test_tags_that_are_mentioned_are_defined():
    defined = set(definitions())
    wrong = []
    for path in [*FILES, ROOT / "DERIVATION.md"]:
        unknown = tags_in(path.read_text(encoding="utf-8")) - defined
        wrong += [
            f"{place(path)}: [{tag}] has no definition in DERIVATION.md"
            for tag in sorted(unknown)
        ]
    report(wrong)


def test_defined_tags_stand_on_lines_of_code():
    tagged = set().union(
        *(tags_in(text) for path in core_files() for _, text in code_comments(path))
    )
    report(
        [
            f"[{tag}] is defined, but no line of the core ends with it"
            for tag in definitions()
            if tag not in tagged
        ]
    )


# Names and sizes


def bound_names(path):
    """(line, name) of all that a file binds: arguments, assignments, loop variables,
    functions, classes.
    """
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(
            node, FUNCTION | ast.ClassDef | ast.ExceptHandler | ast.MatchAs
        ):
            yield node.lineno, node.name or ""
        elif isinstance(node, ast.alias):
            yield node.lineno, node.asname or node.name


def test_one_letter_names_are_those_of_the_mathematics():
    wrong = []
    for path in core_files():
        odd = [
            (line, name)
            for line, name in bound_names(path)
            if len(name) == 1 and name not in LETTERS
        ]
        wrong += [
            (
                f"{place(path)}:{line}: {name!r} is no name of the mathematics; write "
                "a word"
            )
            for line, name in odd
        ]
    report(wrong)


# Shelves

CORE_SHELVES = ("ACTIVATIONS", "LOSSES", "INITIALIZERS", "OPTIMIZERS", "SCHEDULES")


def blocks():
    shelves = {name: getattr(halfmoon, name) for name in CORE_SHELVES} | {
        "DATASETS": halfmoon.datasets.DATASETS
    }
    return [
        pytest.param(kind, block, id=f"{kind}-{name}")
        for kind, shelf in shelves.items()
        for name, block in shelf.items()
    ]


@pytest.mark.parametrize(("shelf", "block"), blocks())
def test_a_block_says_what_it_is(shelf, block):
    text = block.__doc__ or ""
    first = text.strip().split("\n")[0]
    is_sentence = first.endswith(".") and len(first.split()) >= 3
    assert is_sentence, (
        f"{block.__name__}: the first line of its docstring is no sentence: {first!r}"
    )
    if shelf in CORE_SHELVES:
        cited = re.search(r"\([^()]*\b\d{4}\b[^()]*\)", text)
        assert "=" in text or "~" in text or cited, (
            f"{block.__name__}: neither an equation nor a source"
        )
    for field in dataclasses.fields(block):
        told = [field.metadata.get("rule"), field.metadata.get("help")]
        assert all(told), (
            f"{block.__name__}.{field.name} needs a rule and a help text; write it "
            "with setting()"
        )
