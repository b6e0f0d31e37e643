"""What tools/mutants.py changes."""

import ast

import mutants
import pytest
from mutants import ROOT, chosen, failed_in, mutants_of, summarize

TEXT = '''"""A module with 1 sentence."""


def f(x: int = 2) -> float:
    z = -x * 3.0  # [F1]
    assert x >= 1
    g(z)
    return z if True else x
'''


def changes(kind):
    return [
        (mutant.before, mutant.after)
        for mutant in mutants_of("src/halfmoon/layers.py", TEXT)
        if mutant.kind == kind
    ]


def test_each_kind_of_change():
    assert changes("operator") == [("-x * 3.0", "(-x / 3.0)")]
    assert changes("sign") == [("-x", "(x)")]
    assert changes("comparison") == [("x >= 1", "(x > 1)")]
    assert sorted(changes("constant")) == [
        ("1", "2"),
        ("2", "3"),
        ("3.0", "6.0"),
        ("True", "False"),
    ]
    assert changes("dropped line") == [("z = -x * 3.0", "pass"), ("g(z)", "pass")]


def test_a_mutant_is_python_and_differs_in_one_place(tmp_path):
    path = tmp_path / "src" / "halfmoon" / "layers.py"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT)
    found = list(mutants_of("src/halfmoon/layers.py", TEXT))
    texts = {mutant.text(tmp_path) for mutant in found}
    assert len(texts) == len(found)
    assert TEXT not in texts
    for text in texts:
        ast.parse(text)
        assert len(text.splitlines()) == len(TEXT.splitlines())


def test_a_mutant_goes_through_all_tests_once_and_the_nearest_first():
    file = "src/halfmoon/components/schedules.py"
    mutant = next(mutants_of(file, (ROOT / file).read_text(encoding="utf-8")))
    own = "tests/components/test_schedules.py"
    assert mutant.stages == [
        ("quick", [own]),
        ("quick", ["tests/components", f"--ignore={own}"]),
        ("quick", ["--ignore=tests/components"]),
        ("slow", ["tests/components"]),
        ("slow", ["--ignore=tests/components"]),
    ]
    layers = next(mutants_of("src/halfmoon/layers.py", TEXT))
    assert layers.stages[:2] == [("quick", ["tests/test_layers.py"]), ("quick", [])]


@pytest.mark.slow
def test_the_same_seed_makes_the_same_mutants_of_the_core_alone():
    drawn = chosen(ROOT, 12, 3)
    assert drawn == chosen(ROOT, 12, 3)
    assert drawn != chosen(ROOT, 12, 4)
    assert len({mutant.name for mutant in drawn}) == 12
    assert len({mutant.kind for mutant in drawn}) == 5
    assert all((ROOT / mutant.tests).exists() for mutant in drawn)
    wings = {mutant.file.split("/")[2].removesuffix(".py") for mutant in drawn}
    assert wings <= set(mutants.WINGS)


def test_failed_tests_are_read_off_what_pytest_prints():
    printed = "FAILED tests/a.py::test_b[x - y] - assert 1\nERROR tests/c.py\n1 failed"
    assert failed_in(printed)[1] == "tests/c.py"
    assert failed_in(printed)[0].startswith("tests/a.py::test_b[x")


def test_the_summary_names_what_the_quick_tests_miss(capsys):
    summarize(
        [
            {"mutant": "one", "found": "quick", "test": "a"},
            {"mutant": "two", "found": "slow", "test": "b"},
            {"mutant": "three", "found": "", "test": ""},
        ]
    )
    printed = capsys.readouterr().out
    assert "Of 3 mutants the quick tests find 1, all tests 2." in printed
    assert "two: only by b" in printed
    assert "three: by none" in printed
