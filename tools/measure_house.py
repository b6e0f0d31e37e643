"""Count what makes a code base hard to read, in any checkout:

    python tools/measure_house.py [--root CHECKOUT]

Run it with the environment of that checkout: the last two counts fit a network. All
that is read is `src/halfmoon`, without tests. `tests/test_house.py` asserts with the
same functions what this table prints.
"""

import argparse
import ast
import dataclasses
import importlib
import re
import sys
import warnings
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

WIDTH = 88
LAYERS = {"Layer", "Dense", "Dropout", "Scaling"}
FILE = re.compile(r"`([\w/.-]+\.(?:py|md))`")
PRAGMA = re.compile(r"\s+# (?:type: ignore|noqa).*$")
COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
CORE_WINGS = ("arrays", "components", "layers", "network", "engines", "training")
# where the same lay before there were wings
CORE_BEFORE_WINGS = (
    "activations",
    "callbacks",
    "elementary",
    "engines",
    "history",
    "initializers",
    "interrupt",
    "layers",
    "loop",
    "losses",
    "network",
    "optimizers",
    "random",
    "rate_finder",
    "registry",
    "schedules",
    "settings",
    "solvers",
    "sparse",
    "training",
)


@dataclasses.dataclass(frozen=True)
class Import:
    """One imported name: in which line, its full name, whether inside a function."""

    line: int
    name: str
    lazy: bool


class House:
    """The modules of a folder in a checkout. `prefix` is what stands before a module's
    name where it is imported: the package's name and a dot, or nothing.
    """

    def __init__(
        self, root: Path, folder: str = "src/halfmoon", prefix: str = "halfmoon."
    ) -> None:
        self.root = root.resolve()
        self.prefix = prefix
        self.package = self.root / folder
        self.files = sorted(self.package.rglob("*.py"))
        named = [(self.module_of(path), path) for path in self.files]
        self.modules = {module: path for module, path in named if module}

    def module_of(self, path: Path) -> str:
        """The name of a file's module below the package: "components.losses.base"."""
        parts = path.relative_to(self.package).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def place(self, path: Path, line: int) -> str:
        """Where something stands, as an editor reads it."""
        return f"{path.relative_to(self.root)}:{line}"

    @cached_property
    def public_names(self) -> dict[str, str]:
        """Where the names lie that the package itself hands out: its `_PUBLIC`."""
        path = self.package / "__init__.py"
        body = tree(path).body if path.exists() else []
        for node in body:
            if isinstance(node, ast.Assign) and names_in(node.targets[0]) == {
                "_PUBLIC"
            }:
                homes = ast.literal_eval(node.value)
                return {name: home for home, names in homes.items() for name in names}
        return {}

    def target_of(self, name: str) -> str:
        """The module of the folder that an import reaches, through a public name too;
        "" for what lies outside.
        """
        if not name.startswith(self.prefix):
            return ""
        name = name.removeprefix(self.prefix)
        home = self.public_names.get(name, name)
        name = home.removeprefix(self.prefix)
        while name and name not in self.modules:
            name = name.rpartition(".")[0]
        return name

    @cached_property
    def arrows(self) -> list[tuple[str, str, str]]:
        """Each module, with the modules that it imports and where."""
        return [
            (module, target, self.place(path, found.line))
            for module, path in self.modules.items()
            for found in imports(path, self.package)
            if (target := self.target_of(found.name)) not in ("", module)
        ]


def benchmarks(root: Path) -> House:
    """The benchmarks, which import each other by bare names."""
    return House(root, "benchmarks", prefix="")


# Reading a file


@cache
def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All nodes of its tree."""
    return list(ast.walk(tree(path)))


def names_in(node: ast.AST) -> set[str]:
    """All names and attributes that an expression mentions."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {
        part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)
    }


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in nodes(path) if isinstance(node, kinds)]


@cache
def imports(path: Path, package: Path) -> list[Import]:
    """All imports of a file, those written as `import_module("...")` too."""
    found = []
    inside = {id(node) for function in functions(path) for node in ast.walk(function)}
    for node in nodes(path):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = module_imported_from(path, package, node)
            names = [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and called(node) == "import_module":
            names = [text_of(node.args[0])]
        lazy = id(node) in inside
        found += [Import(node.lineno, name, lazy) for name in names]
    return found


def module_imported_from(path: Path, package: Path, node: ast.ImportFrom) -> str:
    """The full name of what stands between `from` and `import`."""
    if not node.level:
        return node.module or ""
    parents = (package.name, *path.relative_to(package).parts[:-1])
    parents = parents[: len(parents) - node.level + 1]
    return ".".join([*parents, *([node.module] if node.module else [])])


def called(node: ast.Call) -> str | None:
    """The name of what is called."""
    return getattr(node.func, "id", getattr(node.func, "attr", None))


def text_of(node: ast.expr) -> str:
    """A string, also one with places to fill in: they become a star."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    return "*"


# What is counted: functions of one file, each yielding line numbers


def wide_lines(path: Path) -> Iterator[int]:
    """Lines of more than 88 characters, not counting what a comment tells a checker."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if len(PRAGMA.sub("", line)) > WIDTH:
            yield number


def packed_assignments(path: Path) -> Iterator[int]:
    """`a, b = x, y`: a tuple on both sides that could be one statement each. A swap
    could not, nor anything else of which a later part reads what an earlier part binds.
    """
    for node in nodes(path):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Tuple):
            continue
        for target in node.targets:
            if isinstance(target, ast.Tuple) and not in_one_go(target, node.value):
                yield node.lineno


def in_one_go(target: ast.Tuple, value: ast.Tuple) -> bool:
    """Whether the parts of an assignment, carried out one after the other, would do
    something else.
    """
    bound: set[str] = set()
    for left, right in zip(target.elts, value.elts, strict=False):
        read = {ast.unparse(node) for node in ast.walk(right)}
        if bound & read:
            return True
        bound.add(ast.unparse(left))
    return False


def chained_conditionals(path: Path) -> Iterator[int]:
    """`a if p else b if q else c`: a conditional expression with another for a side."""
    for node in nodes(path):
        if isinstance(node, ast.IfExp) and (
            isinstance(node.body, ast.IfExp) or isinstance(node.orelse, ast.IfExp)
        ):
            yield node.lineno


def questions_of_class(path: Path) -> Iterator[int]:
    """`isinstance(layer, Dense)`, or of any other class of layers."""
    for node in nodes(path):
        if not isinstance(node, ast.Call) or called(node) != "isinstance":
            continue
        if names_in(node.args[-1]) & LAYERS:
            yield node.lineno


def anys(path: Path) -> Iterator[int]:
    """`Any` in an annotation, a cast or an alias: each mention but the import."""
    for node in nodes(path):
        if isinstance(node, ast.Name) and node.id == "Any":
            yield node.lineno


def core_files(house: House) -> list[Path]:
    """The files from arrays to training, in today's layout or the one before."""
    has_wings = (house.package / "components").is_dir()
    core = CORE_WINGS if has_wings else CORE_BEFORE_WINGS
    return [
        path for module, path in house.modules.items() if module.split(".")[0] in core
    ]


# Circles


def circles(house: House) -> list[list[str]]:
    """One actual circle, [a, b, c, a], for each group of modules that can all reach
    each other by imports, lazy ones and those of `import_module("...")` included.
    """
    below: dict[str, set[str]] = {module: set() for module in house.modules}
    for module, target, _ in house.arrows:
        below[module].add(target)
    reached = {module: reachable(module, below) for module in below}
    found = []
    done: set[str] = set()
    for module in below:
        if module in reached[module] and module not in done:
            group = {other for other in reached[module] if module in reached[other]}
            done |= group
            found.append(
                min((round_trip(one, below) for one in sorted(group)), key=len)
            )
    return found


def reachable(start: str, below: dict[str, set[str]]) -> set[str]:
    """All that can be reached from a module, itself only by a circle."""
    seen: set[str] = set()
    waiting = list(below[start])
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(below[module])
    return seen


def round_trip(start: str, below: dict[str, set[str]]) -> list[str]:
    """A shortest way from a module back to itself."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for module in sorted(below[way[-1]]):
            if module == start:
                return [*way, start]
            if module not in seen:
                seen.add(module)
                ways.append([*way, module])
    raise ValueError(f"No way leads from {start} back to it.")


# From a call to the first update


@dataclasses.dataclass
class Way:
    """What happens before an engine's first update, while `look` is told of each call.

    `calls` counts the calls of Python functions and lambdas written in the package,
    methods and properties too: a generator each time it goes on, a comprehension not
    at all, nor what dataclasses generate. `changes` counts how often one of these lies
    in another file than the one before it.
    """

    package: Path
    calls: int = 0
    changes: int = 0
    file: str = ""
    arrived: bool = False

    def look(self, frame, event, _argument) -> None:
        """What sys.setprofile calls at each call and return."""
        code = frame.f_code
        if self.arrived or event != "call" or code.co_name in COMPREHENSIONS:
            return
        path = Path(code.co_filename)
        if not path.is_relative_to(self.package):
            return
        if code.co_name == "run" and "engines" in path.parts:
            self.arrived = True
            return
        self.calls += 1
        self.changes += bool(self.file) and code.co_filename != self.file
        self.file = code.co_filename


def way_to_the_first_update(house: House, begin) -> Way:
    """What `begin()` does up to the first call of an engine's `run`; the second time,
    so that no import or compilation is counted.
    """
    begin()
    way = Way(house.package)
    sys.setprofile(way.look)
    try:
        begin()
    finally:
        sys.setprofile(None)
    return way


# The table

COUNTS = {
    "lines over 88 columns": wide_lines,
    "assignments `a, b = x, y` of unrelated values": packed_assignments,
    "chained conditional expressions": chained_conditionals,
}


def counted(house: House) -> dict[str, object]:
    """Every count, by its name."""
    table: dict[str, object] = {}
    for name, count in COUNTS.items():
        table[name] = sum(len(list(count(path))) for path in house.files)
    asked = {path: len(list(questions_of_class(path))) for path in house.files}
    table["isinstance of layers"] = sum(asked.values())
    table["... outside layers.py"] = sum(asked.values()) - asked.get(
        house.package / "layers.py", 0
    )
    table["Any in the core"] = sum(len(list(anys(path))) for path in core_files(house))
    found = circles(house) + circles(benchmarks(house.root))
    table["groups of modules in circles"] = len(found)
    for number, circle in enumerate(found, 1):
        table[f"... a circle of group {number}"] = " -> ".join(circle)
    for kind, touched in files_of_additions(house.root).items():
        table[f"files a new {kind} touches"] = touched
    for name, way in ways(house).items():
        table[f"calls from {name} to the first update"] = way.calls
        table[f"changes of file from {name} on"] = way.changes
    return table


def files_of_additions(root: Path) -> dict[str, int | str]:
    """How many files each addition touches: those that CONTRIBUTING's table names,
    and one of its own where it says so; tests/test_additions.py holds the table to be
    true.
    """
    if not (root / "tests" / "test_additions.py").exists():
        return {"activation, optimizer, ...": "not tested in this checkout"}
    return {kind: len(files) for kind, files in additions(root).items() if files}


def additions(root: Path) -> dict[str, list[str]]:
    """CONTRIBUTING's table: what can be added, and the files that are touched; a file
    of its own, or a test of its own, is "new".
    """
    lines = (root / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| to add "))
    table = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        kind, touched, *_ = line.strip("| ").split(" | ")
        own = ["new"] * touched.startswith(("a module in", "a file of your own"))
        own += ["new"] * ("; its test, " in touched)
        table[kind] = own + FILE.findall(touched)
    return table


def ways(house: House) -> dict[str, Way]:
    """The ways from the two doors for a fit to the first update: the tutorial's points,
    a network of three hidden units, two epochs.
    """
    sys.path.insert(0, str(house.package.parent))
    halfmoon = importlib.import_module(house.package.name)
    if not Path(halfmoon.__file__).is_relative_to(house.package):
        sys.exit(f"{halfmoon.__file__} is not in {house.root}; use its environment.")
    X, y = halfmoon.datasets.make("moons", n=200, noise=0.2, seed=0)

    def fit() -> None:
        halfmoon.MLPClassifier((3,), max_iter=2, random_state=0).fit(X, y)

    def train() -> None:
        halfmoon.train(halfmoon.Network.dense([2, 3, 2]), X, y, epochs=2)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two epochs are not enough, and need not be
        return {
            "MLPClassifier.fit": way_to_the_first_update(house, fit),
            "train": way_to_the_first_update(house, train),
        }


def main() -> None:
    """Print the table; with --list, every place too."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    here = Path(__file__).resolve().parents[1]
    parser.add_argument("--root", type=Path, default=here, help="the checkout")
    parser.add_argument("--list", action="store_true", help="say where, too")
    options = parser.parse_args()
    house = House(options.root)
    table = counted(house)
    width = max(len(name) for name in table)
    for name, count in table.items():
        print(f"{name:{width}}  {count}")
    if options.list:
        for what, count in (
            COUNTS | {"isinstance of layers": questions_of_class}
        ).items():
            print(f"\n{what}")
            for path in house.files:
                for line in count(path):
                    print(f"    {house.place(path, line)}")


if __name__ == "__main__":
    main()
