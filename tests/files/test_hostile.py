"""Files that somebody made to do harm, or that were damaged: by hypothesis.

Whatever is in a file, `load` gives a model that predicts, or one sentence (ValueError),
takes memory in proportion to the file's size, and runs no code. Most of these files
have the right digest: it keeps nobody out who means harm.
"""

import copy
import json
import sys
import tempfile
import tracemalloc
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as raw_save

import halfmoon
from halfmoon import Network, TabularClassifier, TabularRegressor, datasets, load
from halfmoon.files import container
from small import LABELS, NAMES, X, brief, one_thread, predicted, short, unfinished

pytestmark = [one_thread, unfinished]

# so many files of each of the five kinds below: 2,500 in all
EXAMPLES = 500
many = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# what a file that is data has no use for
CODE = ("exec", "compile", "import", "pickle.", "marshal.", "code.__new__", "os.")
CODE += ("subprocess.", "socket.", "ctypes.", "shutil.", "function.__new__")
HARMLESS = ("os.stat", "os.listdir")
seen = []
watched = []


def watch(event, arguments):
    if watched and event.startswith(CODE) and event not in HARMLESS:
        seen.append((event, arguments))


sys.addaudithook(watch)  # for as long as the process lives: it costs nothing


@contextmanager
def nothing_runs():
    """In this block nothing is executed, imported, or written."""
    seen.clear()
    watched.append(True)
    try:
        yield
    finally:
        watched.clear()
    assert not seen


@contextmanager
def little_memory(size):
    """In this block no more memory is taken than in proportion to a file's size."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30 * size + 2**20


def models_of_tables():
    """One of classes, with every kind of column, and one of two values.

    There are rows enough for so many bins that they are looked up.
    """
    rows, labels = datasets.make("moons", 1200, 0.2, 0)
    n = len(rows)
    table = {
        "size": np.where(rows[:, 0] < -0.5, np.nan, rows[:, 0]),
        "city": np.resize(["Oslo", "Rome", None, "Lima"], n),
        "since": np.datetime64("2020-01-01") + np.arange(n),
        "member": np.resize(["yes", "no", "yes"], n),
        "price": np.array([f"{i},50 €" for i in range(n)], dtype=object),
        "name": np.array([f"N{i:04}" for i in range(n)], dtype=object),
    }
    settings = {"effort": 1, "hidden_layer_sizes": (2,), "random_state": 0}
    classes = TabularClassifier(
        **settings, columns={"city": "category"}, class_weight={0: 2.0, 1: 1.0}
    )
    values = TabularRegressor(**settings)
    return [
        classes.fit(table, labels),
        values.fit({name: table[name] for name in ("size", "since")}, rows),
    ]


def models():
    """A network, estimators, models of tables, as (description, arrays, content)."""
    made = [
        Network.dense([2, 3, 2]),
        short(class_weight={"full": 2.0, "new": 1.0}).fit(X, NAMES),
        short(max_iter=1, dropout=0.2).fit(X, LABELS),
        brief(max_iter=1, normalize_y=True, loss="huber:delta=0.5").fit(X, X),
        *models_of_tables(),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for model in made:
            path = Path(folder) / "model"
            halfmoon.save(model, path)
            content = path.read_bytes()
            load(path)  # whatever is imported when it is used is there now
            yield (*container.read(path), content)


@pytest.fixture(scope="module")
def stored():
    return list(models())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model"


def refused_or_sound(path, content):
    """The model, if there is one, predicts; the error, if not, is one sentence."""
    path.write_bytes(content)
    try:
        with nothing_runs(), little_memory(len(content)):
            model = load(path)
    except ValueError as error:
        text = str(error)
        assert text.startswith(f"{path} cannot be loaded: ")
        assert text.endswith(".")
        assert "\n" not in text
        assert len(text) < 1000
        return None
    if hasattr(model, "schema_"):
        assert_predicts_or_refuses(model)
        return model
    d = getattr(model, "n_features_in_", None) or model.d
    assert len(predicted_by(model, np.zeros((3, d)))) == 3
    return model


NUMBERS_OF_ROWS = np.linspace(-3.0, 3.0, 20) ** 15  # near and far


def assert_predicts_or_refuses(model):
    """Rows of nothing are predicted; others too, or they are refused in a sentence."""
    kinds = model.schema_.kinds
    n = len(NUMBERS_OF_ROWS)
    nothing = {name: np.full(n, None, dtype=object) for name in kinds}
    numbers = {name: NUMBERS_OF_ROWS for name in kinds if kinds[name] == "number"}
    ones = {name: np.full(n, "1", dtype=object) for name in kinds}
    assert not refusal(model, nothing)
    for table in (nothing | numbers, ones):
        assert f"{refusal(model, table)} ".startswith(("Row 1 ", "Column ", " "))


def refusal(model, table):
    """Why a table is refused; nothing if it is predicted."""
    try:
        with np.errstate(all="ignore"):
            assert len(model.predict(table)) == len(NUMBERS_OF_ROWS)
            assert model.novelty(table).rows == len(NUMBERS_OF_ROWS)
    except ValueError as error:
        return str(error)
    return ""


def predicted_by(model, rows):
    with np.errstate(all="ignore"):
        if hasattr(model, "feature_names_in_"):
            import pandas as pd

            rows = pd.DataFrame(rows, columns=model.feature_names_in_)
        return predicted(model, rows) if not listed(model) else model.predict(rows)


def listed(model):
    """Whether its probabilities are a list, one for each column of y."""
    return getattr(getattr(model, "targets_", None), "kind", "") == "columns"


def test_the_watch_sees_what_runs():
    with pytest.raises(AssertionError), nothing_runs():
        eval("1 + 1")


# Damaged files


@pytest.mark.slow
@many
@given(data=st.data())
def test_altered_files(stored, path, data):
    """Bytes changed, left out, repeated, cut off, put in."""
    content = bytearray(data.draw(st.sampled_from(stored))[2])
    whole = bytes(content)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        stop = data.draw(st.integers(start, min(len(content), start + 64)))
        content[start:stop] = data.draw(st.binary(max_size=64))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    model = refused_or_sound(path, bytes(content))
    assert model is None or bytes(content) == whole or same_meaning(content, whole)


def same_meaning(content, whole):
    """Whether only JSON's freedom was used, such as a space for another."""
    size = int.from_bytes(whole[:8], "little") + 8
    stop = int.from_bytes(content[:8], "little") + 8
    parsed = [json.loads(content[8:stop]), json.loads(whole[8:size])]
    for each in parsed:
        each["__metadata__"] = json.loads(each["__metadata__"]["halfmoon"])
    return parsed[0] == parsed[1] and content[stop:] == whole[size:]


@pytest.mark.slow
@many
@given(
    header=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["__metadata__", "halfmoon", "dtype", "shape", "a", "F64"]
                )
                | st.sampled_from(
                    ["data_offsets", "version", "model", "digest", "kind"]
                ),
                inner,
                max_size=4,
            )
        ),
    ),
    rest=st.binary(max_size=64),
)
def test_invented_headers(path, header, rest):
    text = json.dumps(header).encode()
    content = len(text).to_bytes(8, "little") + text + rest
    assert refused_or_sound(path, content) is None


# Files whose digest is right

NUMBERS = [
    *(0, -1, 1, 2, 3, 2**31, 2**53, 2**62, 2**63, 2**64, -(2**63), 10**30, 10**400),
    *(0.5, -0.0, 1e-320, 1e308, {"float": "nan"}, {"float": "inf"}, {"float": "-inf"}),
]
TEXTS = [
    *("", "a", "os.system", "__import__('os').system('true')", "../../x", "a" * 5000),
    *("tanh", "relu", "huber", "huber:delta=nan", "elu:alpha=1e999", "adam", "lbfgs"),
    *("zeros", "orthogonal", "ScikitLearn", "softmax_cross_entropy:sizes=2/2"),
    *("step:every=99999999999999999999", "quantiles", "Network", "MLPRegressor"),
    *("float64", "float32", "classes", "labels", "columns", "object", "str", "U9" * 9),
    *("number", "yes/no", "date", "category", "id", "numbers", "%d/%m/%Y", "%", ","),
    *("day of week", "size", "city", "since", "member", "balanced", "interrupted"),
    "\ud800\n\x1b[31m",
]
DEEP = json.loads("[" * 60 + "]" * 60)
SHAPES = [
    *([], {}, [[]], DEEP, {"tuple": DEEP}, {"dict": [[DEEP, 1]]}, {"code": "1"}),
    *({"loss": "huber"}, {"activation": "tanh"}, {"solver": "lbfgs"}, [0] * 1000),
    *({"tuple": [2**40, 2**40]}, {"type": "str", "values": ["a", "b", "c"]}),
    *({"type": "int64", "values": [*range(9)]}, {"type": "object", "values": [1, 2]}),
]
HOSTILE = [None, True, False, *NUMBERS, *TEXTS, *SHAPES]


def places(value, path=()):
    """The path to every entry of a description."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, entry in inner:
        yield (*path, name)
        if isinstance(entry, dict | list):
            yield from places(entry, (*path, name))


def hostile(data):
    """A value that stands where none like it belongs."""
    return copy.deepcopy(HOSTILE[data.draw(st.integers(0, len(HOSTILE) - 1))])


def changed(data, description):
    """A description with a few entries put in place of others, left out or added."""
    description = copy.deepcopy(description)
    for _ in range(data.draw(st.integers(1, 3))):
        *names, last = data.draw(st.sampled_from([*places(description)]))
        owner = description
        for name in names:
            owner = owner[name]
        how = data.draw(st.sampled_from(["put", "put", "put", "copy", "leave", "add"]))
        if how == "put":
            owner[last] = hostile(data)
        elif how == "copy":
            *others, end = data.draw(st.sampled_from([*places(description)]))
            other = description
            for name in others:
                other = other[name]
            owner[last] = copy.deepcopy(other[end])
        elif how == "leave":
            del owner[last]
        elif isinstance(owner, dict):
            owner[data.draw(st.sampled_from(TEXTS))] = hostile(data)
        else:
            owner.append(hostile(data))
        if not [*places(description)]:
            break
    return description


@pytest.mark.slow
@many
@given(data=st.data())
def test_hostile_descriptions(stored, path, data):
    description, arrays, _ = data.draw(st.sampled_from(stored))
    description = changed(data, description)
    refused_or_sound(path, container.to_bytes(description, arrays))


@pytest.mark.slow
@many
@given(data=st.data())
def test_hostile_arrays(stored, path, data):
    description, arrays, _ = data.draw(st.sampled_from(stored))
    arrays = dict(arrays)
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from([*arrays, "more", "history.seconds"]))
        shape = data.draw(st.lists(st.integers(0, 4), max_size=3))
        kinds = [np.float64, np.float32, np.int64, np.uint8, np.float16, np.bool_]
        array = np.zeros(shape, data.draw(st.sampled_from(kinds)))
        if name in arrays and data.draw(st.booleans()):
            number = data.draw(st.sampled_from([0.0, np.nan, np.inf, 1e300, -1.0]))
            kind = data.draw(st.sampled_from(kinds[:3]))
            with np.errstate(all="ignore"):
                array = np.array(arrays[name])
                array.flat[:1] = number if array.dtype.kind == "f" else 7
                array = array.astype(kind)
        arrays[name] = array
        if data.draw(st.integers(0, 5)) == 0:
            del arrays[name]
    refused_or_sound(path, container.to_bytes(description, arrays))


@pytest.mark.slow
@many
@given(data=st.data())
def test_hostile_texts(stored, path, data):
    """JSON of any kind, with the arrays of a model."""
    _, arrays, content = data.draw(st.sampled_from(stored))
    size = int.from_bytes(content[:8], "little") + 8
    text = json.loads(content[8:size])["__metadata__"]["halfmoon"]
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    pieces = ["[" * 100_000, '{"a":' * 100_000, "NaN", "1e999", "9" * 9999, '"', "}"]
    put = data.draw(st.sampled_from(pieces) | st.text(max_size=9))
    text = text[:start] + put + text[stop:]
    try:
        content = raw_save(arrays, metadata={"halfmoon": text})
    except UnicodeEncodeError:
        return
    refused_or_sound(path, content)


# What hypothesis would hardly hit


@pytest.mark.parametrize("depth", [900, 100_000])
@pytest.mark.parametrize("where", ["parameters", "targets", "history", "network"])
def test_descriptions_of_any_depth_are_refused(stored, path, depth, where):
    description, arrays, _ = stored[1]
    text = json.dumps(description)
    inner = json.dumps(description["model"][where])
    deep = '{"tuple":[' * depth + "]}" * depth
    text = text.replace(inner, inner[:-1] + f', "alpha": {deep}' + "}")
    whole = f'{{"version":1,"digest":"","model":{text}}}'
    path.write_bytes(raw_save(arrays, metadata={"halfmoon": whole}))
    with pytest.raises(ValueError, match=r"nested too deeply|altered|no JSON"):
        load(path)


def test_a_file_of_many_small_lists_takes_memory_in_proportion(stored, path):
    description, arrays, _ = stored[1]
    description = copy.deepcopy(description)
    description["model"]["parameters"]["alpha"] = [[] for _ in range(50_000)]
    content = container.to_bytes(description, arrays)
    assert refused_or_sound(path, content) is None
