"""The rules of the house, read from the source tree: arrows, imports, equation tags,
names, sizes, registries.
"""

import ast
import dataclasses
import io
import json
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import measure_house
import pytest
from measure_house import House, benchmarks, circles, imports, nodes

from halfmoon.commands.catalogue import REGISTRIES

ROOT = Path(__file__).resolve().parents[1]
HOUSE = House(ROOT)
FILES = HOUSE.files
MODULES = HOUSE.modules

# A wing may import from the wings above its own line, and from modules of its own.
WINGS = [
    {"atomic"},
    {"arrays"},
    {"tables", "components"},  # tables knows arrays only
    {"layers", "datasets"},
    {"stack"},
    {"network"},
    {"engines"},
    {"training"},
    {"inspection"},
    {"estimators", "displays"},
    {"files", "pages"},
    {"serving"},
    {"scaleout", "report", "tutorial", "playground"},
    {"commands"},
    {"__main__"},
]
LEVEL = {wing: level for level, wings in enumerate(WINGS) for wing in wings}
CORE_LEVEL = LEVEL["training"]

MAY_IMPORT = {  # outside packages that only some wings may know, lazily or not
    "numba": {"engines.compiled", "engines.browser"},
    "llvmlite": {"engines.compiled", "engines.browser"},
    "threadpoolctl": {"arrays.blas", "report", "tutorial"},
    "scipy": {"arrays.sparse", "training.solvers", "engines.compiled"},
    "sklearn": {"datasets", "displays", "estimators", "report", "tutorial"},
    "matplotlib": {"displays", "pages", "tutorial"},
    "narwhals": {"displays", "tables"},
    "duckdb": {"tables"},
    "safetensors": {"files"},
    "jinja2": {"report"},
    "starlette": {"serving"},
    "uvicorn": {"serving"},
    "anywidget": {"playground"},
}
LETTERS = set("xyzaWbphfgmvutLndkCTXwijqrsecB_")
TAG = re.compile(r"\[([FBLIOSRDNE])(\d+)\]")
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
DEFINITION = re.compile(r"^\*\*\[([FBLIOSRDNE]\d+)\]\*\*")


def wing_of(module):
    return module.split(".")[0]


def core_files():
    """Everything up to `training`, but the compiled engine, which nobody imports before
    a fit begins, and what the browser's is made from.
    """
    return [
        path
        for module, path in MODULES.items()
        if LEVEL[wing_of(module)] <= CORE_LEVEL and wing_of(module) != "datasets"
        if not module.startswith(("engines.compiled", "engines.browser"))
    ]


def report(wrong):
    assert not wrong, "\n" + "\n".join(wrong)


# Arrows and imports


def test_every_wing_has_a_place():
    wings = {wing_of(module) for module in MODULES}
    report(
        [
            f"halfmoon.{wing} has no place in tests/test_house.py; add it to WINGS."
            for wing in wings - set(LEVEL)
        ]
    )


def test_contributing_lists_the_wings_in_their_order():
    lines = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| wing "))
    listed = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        listed += re.findall(r"`(\w+)`", line.split("|")[1])
    assert set(listed) == {wing_of(module) for module in MODULES} - {"__main__"}
    assert [LEVEL[wing] for wing in listed] == sorted(LEVEL[wing] for wing in listed)


def test_no_arrow_points_back():
    wrong = []
    for module, target, where in HOUSE.arrows:
        wing = wing_of(module)
        other = wing_of(target)
        if other != wing and LEVEL.get(other, -1) >= LEVEL.get(wing, len(WINGS)):
            wrong.append(
                f"{where}: {wing} must not import {target}, which is not below."
            )
    report(wrong)


@pytest.mark.parametrize("house", [HOUSE, benchmarks(ROOT)], ids=["src", "benchmarks"])
def test_no_circle_anywhere(house):
    """Every module can be read after those that it imports: lazy imports count too."""
    report([" -> ".join(circle) for circle in circles(house)])


def test_tables_know_arrays_only():
    known = {
        wing_of(target)
        for module, target, _ in HOUSE.arrows
        if wing_of(module) == "tables"
    }
    assert known <= {"tables", "arrays"}


def test_the_core_imports_numpy_only():
    allowed = set(sys.stdlib_module_names) | {"numpy", "halfmoon"}
    further = {("scipy", "training.solvers"), ("narwhals", "tables.frames")}
    wrong = []
    for path in core_files():
        for found in imports(path, HOUSE.package):
            package = found.name.split(".")[0]
            may = package in allowed or (package, HOUSE.module_of(path)) in further
            if not (found.lazy or may):
                wrong.append(f"{HOUSE.place(path, found.line)}: imports {found.name}")
    report(wrong)


def test_heavy_packages_enter_only_where_they_may():
    wrong = []
    for module, path in MODULES.items():
        for found in imports(path, HOUSE.package):
            package = found.name.split(".")[0]
            places = MAY_IMPORT.get(package, {module})
            if not any(f"{module}.".startswith(f"{place}.") for place in places):
                wrong.append(
                    f"{HOUSE.place(path, found.line)}: {package} may be imported only "
                    f"in {sorted(places)}."
                )
    report(wrong)


def test_nothing_private_of_sklearn_is_used():
    # its checks ask for it; we can do without
    needed = {"sklearn.utils._param_validation.InvalidParameterError"}
    wrong = []
    for path in FILES:
        for found in imports(path, HOUSE.package):
            parts = found.name.split(".")
            is_private = any(part.startswith("_") for part in parts)
            if parts[0] == "sklearn" and is_private and found.name not in needed:
                wrong.append(
                    f"{HOUSE.place(path, found.line)}: {found.name} is private"
                )
    report(wrong)


def test_what_is_private_to_a_module_stays_there():
    """No module imports a name that begins with "_", or reads it off another module."""
    wrong = []
    for module, path in MODULES.items():
        own = [
            (found.line, found.name)
            for found in imports(path, HOUSE.package)
            if HOUSE.target_of(found.name) not in ("", module)
        ]
        known = {name.rpartition(".")[2] for _, name in own}
        own += [
            (node.lineno, f"{node.value.id}.{node.attr}")
            for node in nodes(path)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            if node.value.id in known and not node.attr.startswith("__")
        ]
        wrong += [
            f"{HOUSE.place(path, line)}: {name} is private"
            for line, name in own
            if name.rpartition(".")[2].startswith("_")
        ]
    report(wrong)


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


@pytest.mark.slow
def test_the_compiled_engine_is_loaded_by_the_first_fit():
    assert not loaded_by("import halfmoon.training.train, halfmoon.inspection") & {
        "numba",
        "llvmlite",
    }
    code = (
        "import halfmoon\nhalfmoon.train(halfmoon.Network.dense([1, 2]), [[0.0], "
        "[1.0]], [0, 1], epochs=1)"
    )
    assert "numba" in loaded_by(code)


def test_help_on_the_command_line_is_light():
    code = (
        "import sys\nfrom halfmoon.commands import main as cli\n"
        "sys.argv = ['halfmoon', '--help']\n"
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
            f"{HOUSE.place(path, 1)}: [{tag}] has no definition in DERIVATION.md"
            for tag in sorted(unknown)
        ]
    report(wrong)


def test_defined_tags_stand_on_lines_of_code():
    tagged = set().union(
        *(tags_in(text) for path in FILES for _, text in code_comments(path))
    )
    report(
        [
            f"[{tag}] is defined, but no line of the code ends with it"
            for tag in definitions()
            if tag not in tagged
        ]
    )


# Names and sizes


def bound_names(path):
    """(line, name) of all that a file binds: arguments, assignments, loop variables,
    functions, classes.
    """
    for node in nodes(path):
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
            f"{HOUSE.place(path, line)}: {name!r} is no name of the mathematics; write "
            "a word"
            for line, name in odd
        ]
    report(wrong)


# Statements that pack


@pytest.mark.parametrize(
    "count", measure_house.COUNTS.values(), ids=measure_house.COUNTS
)
def test_one_statement_a_line(count):
    report([HOUSE.place(path, line) for path in FILES for line in count(path)])


def test_nobody_asks_which_class_a_layer_is():
    asked = [
        HOUSE.place(path, line)
        for path in FILES
        if HOUSE.module_of(path) != "layers"
        for line in measure_house.questions_of_class(path)
    ]
    report(asked)


# Tests by module

# modules without a test file of their own, and the file that tries them
TESTED_TOGETHER = {
    # what a table and a model are shown as, by the command that shows them
    "commands.describing": "commands/test_describe.py",
    # parts of a fit, and of a report, on the command line
    "commands.fitting.again": "commands/test_report.py",
    "commands.fitting.measuring": "commands/test_fit.py",
    "commands.fitting.result": "commands/test_fit.py",
    "commands.fitting.training": "commands/test_fit.py",
    # what is installed is not frozen
    "components.installed": "components/test_freezing.py",
    # every loss that is registered is tried alike
    "components.losses": "components/test_losses.py",
    # what the translator looks up
    "engines.compiled.functions": "engines/test_codegen.py",
    # its texts are what the translator fills in
    "engines.compiled.templates": "engines/test_codegen.py",
    # the entry points are tried in the file that they make
    "engines.browser.areas": "engines/test_browser.py",
    "engines.browser.connecting": "engines/test_browser.py",
    "engines.browser.contents": "engines/test_browser.py",
    "engines.browser.curvature": "engines/test_browser.py",
    "engines.browser.drawing": "engines/test_browser.py",
    "engines.browser.maps": "engines/test_browser.py",
    "engines.browser.memory": "engines/test_browser.py",
    "engines.browser.module": "engines/test_browser.py",
    "engines.browser.powers": "engines/test_browser.py",
    "engines.browser.setup": "engines/test_browser.py",
    "engines.browser.updates": "engines/test_browser.py",
    # what the two estimators share, and the two, by each thing that a fit does
    "estimators.base": "estimators/test_fit.py",
    "estimators.tabular_base": "estimators/test_tabular.py",
    "estimators.warnings": "estimators/test_fit.py",
    "estimators.mlp": "estimators/test_properties.py",
    # what the fields of the parameters are made of
    "estimators.fields": "estimators/test_parameters.py",
    # how the options of a part of a frame are read
    "playground.frame_request": "playground/test_frames.py",
    # the page, as it is served
    "playground.page": "serving/test_site.py",
    # what a measuring is made of, as it comes out of it
    "report.comparing": "report/test_measure.py",
    "report.costs": "report/test_measure.py",
    "report.parts": "report/test_measure.py",
    "report.rows": "report/test_measure.py",
    # each of its steps has its own, and all files go through it
    "tables.delimited": "tables/test_reading.py",
    "tables.temporary": "tables/test_reading.py",
    # their rules and words are tried by what is found
    "tables.findings.case": "tables/test_findings.py",
    "tables.findings.column_rules": "tables/test_findings.py",
    "tables.findings.row_rules": "tables/test_findings.py",
    "tables.findings.target_rules": "tables/test_findings.py",
    # a part of section 7, which is told whole
    "tutorial.overfitting": "tutorial/test_sizes.py",
    # programs that are shown and pasted, not modules
    "tutorial.programs": "tutorial/test_programs.py",
}
# test_tutorial.py tells each section
SECTION = re.compile(r"^(?:TITLE = |def measure\(experiment)", re.MULTILINE)


def test_each_module_has_its_tests():
    """tests/<wing>/test_<module>.py, in a folder of the wing's tests if it has some."""
    wrong = []
    for module, path in MODULES.items():
        wing, _, name = module.rpartition(".")
        folder = ROOT / "tests" / wing.split(".")[0]
        own = f"test_{name}.py"
        is_section = SECTION.search(path.read_text(encoding="utf-8"))
        is_tested_together = {module, wing} & set(TESTED_TOGETHER)
        if path.stem.startswith("__") or is_section or is_tested_together:
            continue
        if not any(folder.rglob(own)):
            wrong.append(f"{HOUSE.place(path, 1)}: there is no test file {own}.")
    report(wrong)


def test_modules_that_are_tested_together_exist():
    missing = set(TESTED_TOGETHER) - set(MODULES)
    files = [ROOT / "tests" / name for name in TESTED_TOGETHER.values()]
    report([f"{module} is no module." for module in sorted(missing)])
    report([f"{path} does not exist." for path in files if not path.exists()])


# Registries


def blocks():
    return [
        pytest.param(kind, block, id=f"{kind}-{name}")
        for kind, registry in REGISTRIES.items()
        for name, block in registry.items()
    ]


@pytest.mark.parametrize(("registry", "block"), blocks())
def test_a_block_says_what_it_is(registry, block):
    text = block.__doc__ or ""
    first = text.strip().split("\n")[0]
    is_sentence = first.endswith(".") and len(first.split()) >= 3
    assert is_sentence, (
        f"{block.__name__}: the first line of its docstring is no sentence: {first!r}"
    )
    if registry != "datasets":
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
