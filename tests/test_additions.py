"""CONTRIBUTING's table is true: additions are made in a copy of the tree, in the files
that the table names and in no other, and the tests pass there; with one of these files
as it was they fail.

What is added is made up: its names, "own_...", are none that the package will take.
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
        if not text:
            return self.lines
        if not self.behind:
            return f"{text}\n\n{self.lines}"
        assert text.count(self.behind) == 1, self.behind
        return text.replace(self.behind, f"{self.behind}{self.lines}")


@dataclasses.dataclass(frozen=True)
class Addition:
    """What is added, by file, and the tests that have something to say about it."""

    kind: str  # the table's first column
    files: dict[str, list[Insertion]]
    tests: list[str]
    name: str = ""  # all tests that bear it have something to say, too


ALWAYS = [
    "tests/test_house.py",
    "tests/test_docs.py::test_the_page_of_the_registries_is_up_to_date",
]
COMPONENTS = f"{SRC}/components"
CASES = "tests/cases.py"
DERIVATION = "DERIVATION.md"

ADDITIONS = [
    Addition(
        "activation",
        {
            f"{COMPONENTS}/activations.py": [
                Insertion(
                    '''@ACTIVATIONS.register("own_tanh")
@dataclass(frozen=True)
class OwnTanh(Activation):
    """a = tanh z + z / 9,  f'(z) = 1 - (a - z / 9)^2 + 1 / 9."""

    formula = "tanh z + z / 9"
    derivative = "1 - (a - z / 9)^2 + 1 / 9"

    def f(self, z: Array) -> Array:
        return np.tanh(z) + z / 9.0

    def df(self, z: Array, a: Array) -> Array:
        t = np.tanh(z)
        return 10.0 / 9.0 - t * t
'''
                )
            ],
            CASES: [
                Insertion(
                    """ACTIVATIONS["own_tanh"] = Activation(
    lambda z: math.tanh(z) + z / 9,
    lambda z: 10 / 9 - math.tanh(z) ** 2,
    lambda z: anp.tanh(z) + z / 9.0,
)
"""
                )
            ],
        },
        [*ALWAYS, "tests/components/test_activations.py", "tests/test_oracle.py"],
        "own_tanh",
    ),
    Addition(
        "loss",
        {
            f"{COMPONENTS}/losses/pointwise.py": [
                Insertion(
                    '''@LOSSES.register("own_log_cosh")
@dataclass(frozen=True)
class OwnLogCosh(Loss):
    """l = log cosh(z - y) [L90],  dz = tanh(z - y) [L91]: smooth everywhere."""

    equations = (
        Equation("", "y_hat", "z"),
        Equation("[L90]", "l", "log((e^(z - y) + e^(y - z)) / 2)"),
        Equation("[L91]", "dz", "tanh(z - y)"),
    )

    def link(self, z: Array) -> Array:
        return z

    def value(self, z: Array, y: Array) -> Array:
        r = np.abs(z - y)
        return r + np.log1p(np.exp(-2.0 * r)) - 0.6931471805599453  # [L90]

    def dz(self, z: Array, y: Array) -> Array:
        return np.tanh(z - y)  # [L91]
'''
                )
            ],
            CASES: [
                Insertion(
                    """LOSSES["own_log_cosh"] = Loss(
    textbook.same,
    textbook.each(
        lambda z, y: abs(z - y) + math.log1p(math.exp(-2 * abs(z - y))) - math.log(2)
    ),
    textbook.each(lambda z, y: math.tanh(z - y)),
    lambda z, y: anp.logaddexp(z - y, y - z) - anp.log(2.0),
)
"""
                )
            ],
            DERIVATION: [
                Insertion(
                    "**[L90]** `l = log cosh(z - y)`\n\n**[L91]** `dz = tanh(z - y)`\n"
                )
            ],
        },
        [*ALWAYS, "tests/components/test_losses.py", "tests/test_oracle.py"],
        "own_log_cosh",
    ),
    Addition(
        "optimizer",
        {
            f"{COMPONENTS}/optimizers.py": [
                Insertion(
                    '''@OPTIMIZERS.register("own_adamax")
@dataclass(frozen=True)
class OwnAdaMax(Optimizer):
    """m as Adam's [O1],  v <- max(b2 v, |g|) [O90],  u = m_hat / (v + eps) [O91].

    (Kingma & Ba 2015, algorithm 2)
    """

    beta1: float = setting(0.9, Number("[", 0, 1, ")"), "memory of the gradient")
    beta2: float = setting(0.999, Number("[", 0, 1, ")"), "memory of its size")
    eps: float = setting(1e-8, Number("(", 0, INF, ")"), "keeps the quotient finite")
    slots = 2

    def rule(self, g: Array, slots: Sequence[Array], t: int) -> Step:
        m, v = slots
        m = self.beta1 * m + (1.0 - self.beta1) * g  # [O1]
        v = np.maximum(self.beta2 * v, np.abs(g))  # [O90]
        m_hat = m / (1.0 - self.beta1**t)
        u = m_hat / (v + self.eps)  # [O91]
        return u, (m, v)
'''
                )
            ],
            CASES: [
                Insertion(
                    """def own_adamax(g, slots, t, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * slots[0] + (1 - beta1) * g
    v = max(beta2 * slots[1], abs(g))
    return m / (1 - beta1**t) / (v + eps), [m, v]


OPTIMIZERS["own_adamax"] = Optimizer(own_adamax, 2, parabola=(0.1, True))
"""
                )
            ],
            DERIVATION: [
                Insertion(
                    "**[O90]** `v <- max(b2 v, |g|)`\n\n"
                    "**[O91]** `u = m_hat / (v + eps)`\n"
                )
            ],
        },
        [*ALWAYS, "tests/components/test_optimizers.py"],
        "own_adamax",
    ),
    Addition(
        "schedule",
        {
            f"{COMPONENTS}/schedules.py": [
                Insertion(
                    '''@SCHEDULES.register("own_halving")
@dataclass(frozen=True)
class OwnHalving(Schedule):
    """factor = 2^-(epoch / every) [S90]."""

    every: int = setting(10, Integer("[", 1, INF, ")"), "epochs until it is halved")

    def factor(self, progress: Progress) -> Any:
        return 2.0 ** (-progress.epoch / self.every)  # [S90]
'''
                )
            ],
            CASES: [
                Insertion(
                    """SCHEDULES["own_halving"] = Schedule(
    lambda update, epoch, rows, total, every=10: 2.0 ** (-epoch / every),
    ({"every": 3},),
)
"""
                )
            ],
            DERIVATION: [Insertion("**[S90]** `factor = 2^-(epoch / every)`\n")],
        },
        [*ALWAYS, "tests/components/test_schedules.py"],
        "own_halving",
    ),
    Addition(
        "initializer",
        {
            f"{COMPONENTS}/initializers.py": [
                Insertion(
                    '''@INITIALIZERS.register("own_narrow_uniform")
@dataclass(frozen=True)
class OwnNarrowUniform(Initializer):
    """W ~ U(-r, r), r = 1 / sqrt(d) [I90]: variance 1/(3 d), as PyTorch draws."""

    def draw(self, d: int, k: int, rng: Source) -> Array:
        r = 1.0 / np.sqrt(d)  # [I90]
        return rng.uniform(-r, r, (d, k))
'''
                )
            ],
            CASES: [
                Insertion(
                    """INITIALIZERS["own_narrow_uniform"] = Initializer(
    lambda d, k: 1 / (3 * d)
)
"""
                )
            ],
            DERIVATION: [Insertion("**[I90]** `W ~ U(-r, r), r = 1 / sqrt(d)`\n")],
        },
        [*ALWAYS, "tests/components/test_initializers.py"],
        "own_narrow_uniform",
    ),
    Addition(
        "data set",
        {
            f"{SRC}/datasets.py": [
                Insertion(
                    '''@DATASETS.register("own_stripes")
@dataclass(frozen=True)
class OwnStripes(Dataset):
    """Stripes side by side, of the two classes in turn."""

    count: int = setting(4, Integer("[", 2, INF, ")"), "how many stripes")

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        X = rng.uniform(-1.0, 1.0, (n, 2))
        y = np.floor((X[:, 0] + 1.0) / 2.0 * self.count).astype(int) % 2
        return X + noise * rng.normal(size=X.shape), y
'''
                )
            ]
        },
        [*ALWAYS, "tests/test_datasets.py"],
        "own_stripes",
    ),
    Addition(
        "layer",
        {
            "my_layer.py": [
                Insertion(
                    '''"""One learnable factor for each input, a = a0 s.

>>> from halfmoon import Dense, Network, check_gradients, datasets, inspection, trace
>>> X, y = datasets.make("moons")
>>> layers = [Scale(2), Dense(2, 3, "tanh"), Dense(3, 2)]
>>> network = Network(layers, "softmax_cross_entropy", seed=0)
>>> print(check_gradients(network, X, y).message)
Every derivative agrees with finite differences.
>>> text = str(trace(network, X[0], y[0]))
>>> "x * s1" in text, "sum_n x * da1" in text
(True, True)
>>> "Scale 1" in str(inspection.summary(network))
True
"""

from halfmoon.layers import Equation, Layer


class Scale(Layer):
    forward_equations = (Equation("", "a", "a0 * s"),)
    backward_equations = (
        Equation("", "ds", "sum_n a0 * da"),
        Equation("", "da0", "da * s"),
    )

    def __init__(self, d):
        super().__init__(d, d, s=(d,))

    def initial(self, p, rng):
        p.s[...] = 1.0

    def forward(self, p, a0, ctx):
        def backward(da, dp, need_da0):
            dp.s[...] = (a0 * da).sum(axis=-2)
            return da * p.s if need_da0 else None

        return a0 * p.s, backward
'''
                )
            ]
        },
        [*ALWAYS, "my_layer.py"],
    ),
    Addition(
        "parameter of the estimators",
        {
            f"{SRC}/estimators/parameters.py": [
                Insertion(
                    "    decay_schedule: Any = "
                    'of_training("decay_schedule", SCHEDULES)\n',
                    behind='    decay: Any = of_training("decay")\n',
                )
            ],
            "tests/estimators/test_honest_settings.py": [
                Insertion(
                    '    "decay_schedule": [Row("cosine", base={"decay": 0.5})],\n',
                    behind="BOTH = {\n",
                ),
                Insertion(
                    '    "decay_schedule": [SCHEDULES],\n',
                    behind='    "learning_rate": [SCHEDULES],\n',
                ),
                Insertion(
                    '        ("decay_schedule", "cosine", {"decay": 0.5}),\n',
                    behind='        ("power_t", 0.2, {"solver": "sgd", '
                    '"learning_rate": "invscaling"}),\n',
                ),
                Insertion(
                    '    "decay_schedule": {"decay": 0.5},\n',
                    behind='    "scoring": {"early_stopping": True},\n',
                ),
            ],
        },
        [
            *ALWAYS,
            "tests/estimators/test_honest_settings.py",
            "tests/estimators/test_parameters.py",
        ],
    ),
    Addition(
        "command",
        {
            f"{SRC}/commands/cache.py": [
                Insertion(
                    '''"""`halfmoon cache`."""

import typer


def command() -> None:
    """Say where compiled code is kept."""
    from halfmoon.engines.compiled import code_cache

    typer.echo(code_cache.home())
'''
                )
            ],
            "tests/commands/test_cache.py": [
                Insertion(
                    '''"""`halfmoon cache`."""

from halfmoon.engines.compiled import code_cache


def test_it_says_where_compiled_code_is_kept(run):
    done = run("cache")
    assert done.status == 0, done.error
    assert str(code_cache.home()) in done.output
'''
                )
            ],
            "docs/command-line.md": [
                Insertion("`halfmoon cache` says where compiled code is kept.\n")
            ],
        },
        [
            *ALWAYS,
            "tests/test_docs.py::test_the_page_of_the_command_line_names_every_command_"
            "option_and_code",
            "tests/commands/test_cache.py",
            "tests/commands/test_main.py",
        ],
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


def run_tests(copy, *arguments):
    """Whether they do, and what pytest says."""
    options = ["-q", "-x", "-n", "0", "-m", "not slow", "-p", "no:cacheprovider"]
    done = python(copy, "-m", "pytest", *options, *arguments)
    return done.returncode == 0, done.stdout + done.stderr


def make(addition, copy):
    """Add it to the copy; returns the texts of its files before."""
    before = {}
    for name, insertions in addition.files.items():
        path = copy / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        before[path] = text
        for insertion in insertions:
            text = insertion.made_in(text)
        path.write_text(text, encoding="utf-8")
    return before


def make_page(copy):
    """Make the page anew that is made from the registries."""
    page = python(copy, "-m", "halfmoon", "list", "--markdown")
    if page.returncode == 0:
        (copy / "docs" / "components.md").write_text(page.stdout, encoding="utf-8")


def fails(copy, path, addition):
    """Whether a test misses what a file was to say; those that may know come first."""
    tests = [
        test
        for test in addition.tests
        if "/" not in test or (copy / test.partition("::")[0]).exists()
    ]
    own = [test for test in tests if test not in ALWAYS]
    parts = [ALWAYS, own] if path.name == DERIVATION else [own, ALWAYS]
    return any(not run_tests(copy, *part)[0] for part in parts)


@pytest.mark.slow
def test_all_that_has_something_to_say_passes_with_every_addition(copy):
    """They are made all at once: to look through the tests for names takes longest."""
    has_to_say = set()
    for addition in ADDITIONS:
        make(addition, copy)
        has_to_say |= {re.split("::|/", test)[-1] for test in addition.tests}
        has_to_say |= {addition.name} - {""}
    make_page(copy)
    words = " or ".join(word.removesuffix(".py") for word in sorted(has_to_say))
    passed, printed = run_tests(copy, "tests", "my_layer.py", "-k", words)
    assert passed, printed


@pytest.mark.slow
@pytest.mark.parametrize("addition", ADDITIONS, ids=lambda addition: addition.kind)
def test_an_addition_touches_the_files_that_the_table_names(addition, copy):
    touched = ["new" if not (ROOT / f).exists() else f for f in addition.files]
    assert sorted(TABLE[addition.kind]) == sorted(touched)
    if len(addition.files) == 1:
        return
    for path, text in make(addition, copy).items():
        after = path.read_text(encoding="utf-8")
        if text:
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink()
        make_page(copy)
        assert fails(copy, path, addition), f"{path.name} need not be touched."
        path.write_text(after, encoding="utf-8")


def test_the_files_of_the_table_exist():
    named = {name for names in TABLE.values() for name in names}
    missing = [name for name in named if "/" in name and not (ROOT / name).exists()]
    assert not missing


def test_the_table_leads_where_it_says():
    """Each name that finds an addition is a name in the code."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`@(\w+)\.register\(\"name\"\)`", text))
    assert len(names) >= 6
    sources = "\n".join(path.read_text() for path in (ROOT / SRC).rglob("*.py"))
    for name in names:
        assert f"@{name}.register(" in sources, name
