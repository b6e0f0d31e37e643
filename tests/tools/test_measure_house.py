"""What tools/measure_house.py counts, on a package made up for it."""

import sys

import pytest
from measure_house import (
    House,
    additions,
    anys,
    chained_conditionals,
    circles,
    imports,
    packed_assignments,
    questions_of_class,
    way_to_the_first_update,
    wide_lines,
)

FILES = {
    "__init__.py": '_PUBLIC = {"made_up.low": ["thing"]}\n',
    "low.py": "from typing import Any\nthing: Any = None\n",
    "high.py": "from made_up import thing\n",
    "a.py": "from made_up.parts.b import x\n",
    "parts/__init__.py": "",
    "parts/b.py": (
        "def f():\n"
        "    from importlib import import_module\n"
        '    return import_module("made_up.parts.c")\n'
    ),
    "parts/c.py": "def g():\n    from .. import a\n    return a\n",
    "engines/__init__.py": "",
    "engines/one.py": (
        "def run():\n    return helper()\n\n\ndef helper():\n    return 1\n"
    ),
    "doors.py": (
        "from made_up import steps\nfrom made_up.engines import one\n\n\n"
        "def fit():\n    steps.first()\n    steps.second()\n    return one.run()\n"
    ),
    "steps.py": (
        "def first():\n    return [other(i) for i in range(2)]\n\n\n"
        "def second():\n    return 2\n\n\ndef other(i):\n    return i\n"
    ),
}


@pytest.fixture
def house(tmp_path, monkeypatch):
    for name, text in FILES.items():
        path = tmp_path / "src" / "made_up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path / "src")
    yield House(tmp_path, "src/made_up", "made_up.")
    for name in [name for name in sys.modules if name.split(".")[0] == "made_up"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("count", "text", "lines"),
    [
        (wide_lines, "x = 1\n" + "y" * 88 + "\n" + "z" * 89 + "\n", [3]),
        (packed_assignments, "a, b = 1, 2\n", [1]),
        (packed_assignments, "a, b = b, a\na[i], a[j] = a[j], a[i]\n", []),
        (packed_assignments, "a, b = b, a + b\na, b = f()\n(a, b), c = d, e\n", [3]),
        (packed_assignments, "before, x = x, new\n", [1]),
        (chained_conditionals, "a if p else b\n\na if p else b if q else c\n", [3]),
        (chained_conditionals, "f(a if p else b) if q else c\n", []),
        (questions_of_class, "isinstance(x, layers.Dense | int)\n", [1]),
        (
            questions_of_class,
            "isinstance(x, (Dropout, int))\nisinstance(x, int)\n",
            [1],
        ),
        (
            anys,
            "from typing import Any\ndef f(a: Any) -> dict[str, Any]: ...\n",
            [2, 2],
        ),
    ],
)
def test_lines_are_counted(count, text, lines, tmp_path):
    path = tmp_path / "file.py"
    path.write_text(text)
    assert list(count(path)) == lines


def test_imports_are_read_lazy_ones_and_strings_too(house):
    found = [
        (imported.name, imported.lazy)
        for module in ("a", "parts.b", "parts.c")
        for imported in imports(house.modules[module], house.package)
    ]
    assert found == [
        ("made_up.parts.b.x", False),
        ("importlib.import_module", True),
        ("made_up.parts.c", True),
        ("made_up.a", True),
    ]


def test_a_public_name_leads_to_the_module_where_it_lies(house):
    arrows = {(module, target) for module, target, _ in house.arrows}
    assert ("high", "low") in arrows


def test_an_actual_circle_is_shown(house):
    assert circles(house) == [["a", "parts.b", "parts.c", "a"]]


def test_the_way_to_the_first_update_is_counted(house):
    from made_up.doors import fit

    way = way_to_the_first_update(house, fit)
    # fit | first, other, other, second | then run, which is not counted
    assert (way.calls, way.changes) == (5, 1)
    assert way.arrived


def test_the_table_of_additions_is_read(tmp_path):
    (tmp_path / "CONTRIBUTING.md").write_text(
        "| to add an | touch | it is found by |\n|---|---|---|\n"
        "| layer | `src/a.py`: `f(z)`, and `tests/b.py` | `x.py` |\n"
        "| door | a module in `src/doors/` | `y.py` |\n"
        "| gate | a module in `src/doors/`; its test, `tests/<module>.py` | `y.py` |\n"
        "\n| no | more |\n"
    )
    assert additions(tmp_path) == {
        "layer": ["src/a.py", "tests/b.py"],
        "door": ["new"],
        "gate": ["new", "new"],
    }
