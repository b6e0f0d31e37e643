"""CONTRIBUTING's table is true: each addition is made in a copy of the tree, in the
files that the table names and in no other, and the tests pass there; with one of these
files as it was they fail.
"""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import measure_house
import pytest

ROOT = Path(__file__).resolve().parents[1]
TABLE = measure_house.additions(ROOT)
SRC = "src/halfmoon"


@dataclasses.dataclass(frozen=True)
class Insertion:
    """Lines that stand right behind a line of a file; at its end, if none is named."""

    lines: str
    behind: str = ""

    def made_in(self, text):
        if not self.behind:
            return f"{text}\n\n{self.lines}"
        assert text.count(self.behind) == 1, self.behind
        return text.replace(self.behind, f"{self.behind}{self.lines}")


@dataclasses.dataclass(frozen=True)
class Addition:
    """What is added, by file, and the tests that have something to say about it."""

    kind: str  # the table's first column
    files: dict[str, Insertion]
    tests: list[str]


ALWAYS = [
    "tests/test_house.py",
    "tests/test_docs.py::test_the_page_of_the_registries_is_up_to_date",
]
REGISTERED = [*ALWAYS, "tests/components/test_registry.py", "tests/commands"]

ADDITIONS = [
    Addition(
        "data set",
        {
            f"{SRC}/datasets.py": Insertion(
                '''@DATASETS.register("stripes")
@dataclass(frozen=True)
class Stripes(Dataset):
    """Stripes side by side, of the two classes in turn."""

    count: int = setting(4, Integer("[", 2, INF, ")"), "how many stripes")

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        X = rng.uniform(-1.0, 1.0, (n, 2))
        y = np.floor((X[:, 0] + 1.0) / 2.0 * self.count).astype(int) % 2
        return X + noise * rng.normal(size=X.shape), y
'''
            )
        },
        [*REGISTERED, "tests/test_datasets.py"],
    ),
]


@pytest.fixture
def copy(tmp_path):
    """The tree as it stands, changes that are not committed included."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def python(copy, *arguments):
    """A process that imports halfmoon from the copy."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(copy / "src")},
    )


def tests_pass(copy, tests):
    """Whether they do, the pages that are made from the registries made anew, and what
    pytest says.
    """
    page = python(copy, "-m", "halfmoon", "list", "--markdown")
    if page.returncode == 0:
        (copy / "docs" / "components.md").write_text(page.stdout, encoding="utf-8")
    options = ["-q", "-x", "-n", "0", "-m", "not slow", "-p", "no:cacheprovider"]
    done = python(copy, "-m", "pytest", *options, *tests)
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("addition", ADDITIONS, ids=lambda addition: addition.kind)
def test_an_addition_touches_the_files_that_the_table_names(addition, copy):
    assert sorted(TABLE[addition.kind]) == sorted(addition.files)
    before = {}
    for name, insertion in addition.files.items():
        path = copy / name
        before[path] = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(insertion.made_in(before[path]), encoding="utf-8")
    passed, printed = tests_pass(copy, addition.tests)
    assert passed, printed
    if len(before) == 1:
        return
    for path, text in before.items():
        after = path.read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8")
        passed, _ = tests_pass(copy, addition.tests)
        assert not passed, f"{path.relative_to(copy)} need not be touched."
        path.write_text(after, encoding="utf-8")


def test_the_files_of_the_table_exist():
    named = {name for names in TABLE.values() for name in names}
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing


def test_the_table_leads_where_it_says():
    """Each name that finds an addition is a name in the code."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`@(\w+)\.register\(\"name\"\)`", text))
    assert len(names) >= 6
    sources = "\n".join(path.read_text() for path in (ROOT / SRC).rglob("*.py"))
    for name in names:
        assert f"@{name}.register(" in sources, name
