"""Which small faults in the core do the tests find?

    python tools/mutants.py [--count 60] [--seed 0] [--jobs 2] [--budget MINUTES]
                            [--stages 5]

Makes mutants of the core, the engines, the estimators and the inspection: one operator,
sign, comparison, constant or line is changed. Each goes through five stages of tests:
the quick ones (`-m "not slow"`) of its own module, of its own wing, all others; then
the slow ones of its wing, and all others. The first failure ends it, and so does a run
a minute longer than five times that without a fault. The same seed makes the same
mutants. Results are kept in a file as they come, so a run that was ended goes on where
it was; with `--stages 3` it takes quick tests only, and a later run goes on with what
survived.
"""

import argparse
import ast
import dataclasses
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from queue import Queue
from threading import Lock

from halfmoon.atomic import write_file

ROOT = Path(__file__).resolve().parents[1]
WINGS = (
    "arrays",
    "components",
    "layers",
    "stack",
    "network",
    "engines",
    "training",
    "inspection",
    "estimators",
)
MEMORY = 12 * 2**30  # bytes that the tests of one mutant may take

OTHER = {  # what stands in an operator's place
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change: what stands at [start, end) of a file becomes `after`."""

    kind: str
    file: str  # from the root on
    line: int
    start: int  # in characters
    end: int
    before: str
    after: str

    def text(self, root: Path) -> str:
        """The whole file, changed."""
        text = (root / self.file).read_text(encoding="utf-8")
        return text[: self.start] + self.after + text[self.end :]

    @property
    def name(self) -> str:
        """What is changed, in a line."""
        before = " ".join(self.before.split())
        after = " ".join(self.after.split())
        return f"{self.file}:{self.line} {self.kind}: {before} -> {after}"

    @property
    def tests(self) -> str:
        """The tests of its own wing."""
        wing = Path(self.file).parts[2].removesuffix(".py")
        folder = f"tests/{wing}"
        return folder if (ROOT / folder).is_dir() else f"tests/test_{wing}.py"

    @property
    def module_tests(self) -> str:
        """The tests of its own module, or of its wing where it has none."""
        own = (ROOT / self.tests).rglob(f"test_{Path(self.file).name}")
        found = [path.relative_to(ROOT).as_posix() for path in own]
        return found[0] if found else self.tests

    @property
    def stages(self) -> list[tuple[str, list[str]]]:
        """The tests that it goes through, none twice: quick or slow, and which."""
        wing = self.tests
        module = self.module_tests
        in_wing = [] if module == wing else [wing, f"--ignore={module}"]
        return [
            ("quick", [module]),
            ("quick", in_wing),
            ("quick", [f"--ignore={wing}"]),
            ("slow", [wing]),
            ("slow", [f"--ignore={wing}"]),
        ]


# Making mutants


def changed(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What could stand in a node's place, by the kind of change."""
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp):
        yield "operator", with_field(node, op=OTHER.get(type(node.op), ast.Add)())
    elif isinstance(node, ast.Compare):
        other = [OTHER[type(node.ops[0])](), *node.ops[1:]]
        yield "comparison", with_field(node, ops=other)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield "sign", node.operand
    elif isinstance(node, ast.Call | ast.Attribute):
        yield "sign", ast.UnaryOp(ast.USub(), node)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield "constant", ast.Constant(node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield "constant", ast.Constant(2.0 * node.value or 1.0)
    if isinstance(node, ast.Assign | ast.AugAssign) or is_call_alone(node):
        yield "dropped line", ast.Pass()


def is_call_alone(node: ast.AST) -> bool:
    """A statement that only calls something."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def with_field(node: ast.AST, **fields: object) -> ast.AST:
    """A copy with other fields."""
    other = deepcopy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def mutants_of(file: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a file; annotations, decorators, f-strings and what goes over a
    comment stay as they are, and signs change in arithmetic only.
    """
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    module = ast.parse(text)
    left_alone = set(map(id, without_numbers(module)))
    in_arithmetic = set(map(id, operands(module)))
    for node in ast.walk(module):
        if id(node) in left_alone or not hasattr(node, "lineno"):
            continue
        start = starts[node.lineno - 1] + characters(text, node.lineno, node.col_offset)
        end = starts[node.end_lineno - 1] + characters(
            text, node.end_lineno, node.end_col_offset
        )
        before = text[start:end]
        if "#" in before:
            continue
        for kind, other in changed(node):
            is_sum = id(node) in in_arithmetic
            if isinstance(node, ast.Call | ast.Attribute) and not is_sum:
                continue
            after = ast.unparse(ast.fix_missing_locations(other))
            if isinstance(node, ast.expr) and not isinstance(node, ast.Constant):
                after = f"({after})"
            yield Mutant(kind, file, node.lineno, start, end, before, after)


def characters(text: str, line: int, offset: int) -> int:
    """An offset in bytes of a line, in characters."""
    encoded = text.splitlines()[line - 1].encode()
    return len(encoded[:offset].decode())


def without_numbers(module: ast.Module) -> Iterator[ast.AST]:
    """All nodes in annotations, decorators and f-strings."""
    for node in ast.walk(module):
        roots: list[ast.AST | None] = []
        if isinstance(node, ast.arg | ast.AnnAssign):
            roots.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            roots += [node.returns, *node.decorator_list]
        elif isinstance(node, ast.ClassDef):
            roots += node.decorator_list
        elif isinstance(node, ast.JoinedStr):
            roots.append(node)
        for root in filter(None, roots):
            yield from ast.walk(root)


def operands(module: ast.Module) -> Iterator[ast.AST]:
    """The two sides of each operation."""
    for node in ast.walk(module):
        if isinstance(node, ast.BinOp):
            yield node.left
            yield node.right


def chosen(root: Path, count: int, seed: int) -> list[Mutant]:
    """So many mutants, of each kind alike, drawn from all files of the core."""
    by_kind: dict[str, list[Mutant]] = {}
    for path in sorted((root / "src" / "halfmoon").rglob("*.py")):
        if path.relative_to(root).parts[2].removesuffix(".py") in WINGS:
            file = path.relative_to(root).as_posix()
            for mutant in mutants_of(file, path.read_text(encoding="utf-8")):
                by_kind.setdefault(mutant.kind, []).append(mutant)
    rng = random.Random(seed)
    for mutants in by_kind.values():
        rng.shuffle(mutants)
    kinds = sorted(by_kind)
    return [by_kind[kinds[i % len(kinds)]].pop() for i in range(count)]


# Running the tests on one


class Copy:
    """A copy of the tree, with a cache of compiled code of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tree"
        self.cache = folder / "cache"
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.folder / name)

    def pytest(self, *options: str, seconds: float | None = None) -> tuple[bool, str]:
        """Whether the tests pass in time, and what they print."""
        shutil.rmtree(self.folder / ".hypothesis", ignore_errors=True)
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-rfE", *options]
        command += ["-p", "no:cacheprovider", "--hypothesis-seed=0", "--no-header"]
        own = {
            "PYTHONPATH": str(self.folder / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HALFMOON_CACHE": str(self.cache),
        }
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=os.environ | own,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            printed, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False, "it took too long"
        finally:  # whatever its tests have started, too
            end_session(process.pid)
            process.wait()
        # 5: no test was chosen
        return process.returncode in (0, 5), printed


def end_session(leader: int) -> None:
    """End all processes of a session that was started here."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def failed_in(printed: str) -> list[str]:
    """The tests that failed, by pytest's last lines."""
    return re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", printed, re.MULTILINE)


MARKS = {"quick": "not slow", "slow": "slow"}


class Baseline:
    """What the tests do without a fault, tried when first asked for."""

    def __init__(self, copy: Copy) -> None:
        self.copy = copy
        self.known = dict[tuple[str, ...], tuple[float, list[str]]]()
        self.lock = Lock()

    def of(self, name: str, which: list[str]) -> tuple[float, list[str]]:
        """How long they take, and options to leave out those that fail all the same."""
        with self.lock:
            if (name, *which) not in self.known:
                self.known[name, *which] = self._tried(name, which)
            return self.known[name, *which]

    def _tried(self, name: str, which: list[str]) -> tuple[float, list[str]]:
        since = time.monotonic()
        _, printed = self.copy.pytest("-m", MARKS[name], *which)
        seconds = time.monotonic() - since
        failed = failed_in(printed)
        where = " ".join([name, *which])
        print(f"{where}, without a fault: {seconds:.0f} s", flush=True)
        for test in failed:
            print(f"    left out, as it fails: {test}", flush=True)
        return seconds, [f"--deselect={test}" for test in failed]


def examined(
    mutant: Mutant, copy: Copy, baseline: Baseline, stages: range
) -> tuple[str, str]:
    """Which tests of these stages find it, and the first: (quick, slow or "", test)."""
    path = copy.folder / mutant.file
    text = path.read_text(encoding="utf-8")
    for name, which in (mutant.stages[i] for i in stages):
        if not which:
            continue
        seconds, skip = baseline.of(name, which)
        path.write_text(mutant.text(copy.folder), encoding="utf-8")
        try:
            passed, printed = copy.pytest(
                "-x", "-m", MARKS[name], *which, *skip, seconds=60 + 5 * seconds
            )
        finally:
            path.write_text(text, encoding="utf-8")
        if not passed:
            first = failed_in(printed) or printed.strip().splitlines()[-1:]
            return name, first[0]
    return "", ""


def main() -> None:
    """Make the mutants, run the tests on each, print which survive."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=60, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="at a time")
    parser.add_argument("--budget", type=float, default=1e9, help="minutes, at most")
    parser.add_argument("--stages", type=int, default=5, help="of tests, at most")
    parser.add_argument("--list", action="store_true", help="only show them")
    parser.add_argument("--results", type=Path, default=ROOT / "dist" / "mutants.jsonl")
    options = parser.parse_args()
    end = time.monotonic() + 60 * options.budget
    mutants = chosen(ROOT, options.count, options.seed)
    if options.list:
        print("\n".join(mutant.name for mutant in mutants))
        return
    # a mutant without an end must not take the machine along
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    options.results.parent.mkdir(parents=True, exist_ok=True)
    options.results.touch()
    lines = options.results.read_text().splitlines()
    known = {record["mutant"]: record for record in map(json.loads, lines)}
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: Queue[Copy] = Queue()
        for job in range(options.jobs):
            copies.put(Copy(Path(folder) / str(job)))
        baseline = Baseline(Copy(Path(folder) / "without"))

        def examine(mutant: Mutant) -> None:
            before = known.get(mutant.name, {"found": "", "stages": 0})
            stages = range(before["stages"], options.stages)
            if before["found"] or not stages or time.monotonic() > end:
                return
            copy = copies.get()
            since = time.monotonic()
            found, test = examined(mutant, copy, baseline, stages)
            copies.put(copy)
            known[mutant.name] = {
                "mutant": mutant.name,
                "found": found,
                "test": test,
                "stages": options.stages,
            }
            lines = [f"{json.dumps(record)}\n" for record in list(known.values())]
            write_file(options.results, "".join(lines))
            spent = time.monotonic() - since
            end_of_it = f"{found}: {test}" if found else "SURVIVES"
            print(f"{spent:4.0f} s  {mutant.name}\n        {end_of_it}", flush=True)

        with ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(examine, mutants))
    summarize([known[mutant.name] for mutant in mutants if mutant.name in known])


def summarize(records: list[dict[str, str]]) -> None:
    """Print how many were found, and those that were not."""
    quick = sum(record["found"] == "quick" for record in records)
    whole = sum(bool(record["found"]) for record in records)
    print(
        f"\nOf {len(records)} mutants the quick tests find {quick}, all tests {whole}."
    )
    for record in records:
        if record["found"] != "quick":
            by = f"only by {record['test']}" if record["found"] else "by none"
            print(f"    {record['mutant']}: {by}")


if __name__ == "__main__":
    main()
