"""Models as files: the same bits, whole or not there, refused in one sentence."""

import os
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import halfmoon
from failing import FULL, failing, failure, steps_of
from halfmoon import MLPClassifier, Network, load, save
from halfmoon.files import container
from small import NAMES, WAVE, X, brief, one_thread, short, small, theta, unfinished
from stored_models import CLASSES, INTERVALS, VALUES, first_rows

pytestmark = [one_thread, unfinished]
# what the stored model said when it was stored
PREDICTED = [
    [0.6825510916347701, 0.31744890836522993],
    [0.30537865381021834, 0.6946213461897817],
    [0.2613923594728047, 0.7386076405271953],
]
LOSSES = [
    *(0.6013464226352861, 0.5407084612876587, 0.48852430735334534),
    *(0.4508547960911855, 0.4205027893342154, 0.3938321896190971),
]
STORED = Path(__file__).with_name("version-1.safetensors")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def fitted():
    return short().fit(X, NAMES)


# There and back


def test_a_network_an_estimator_and_its_network_come_back(path):
    network = Network.dense([2, 3, 2])
    save(network, path)
    assert np.array_equal(load(path).predict(X), network.predict(X))
    model = fitted()
    save(model, str(path))
    assert np.array_equal(load(str(path)).predict_proba(X), model.predict_proba(X))
    save(model.network_, path)
    assert np.array_equal(load(path).predict(X), model.network_.predict(X))


READS = """
import sys
import numpy as np
import halfmoon
model = halfmoon.load(sys.argv[1])
sys.stdout.buffer.write(model.predict_proba(np.load(sys.argv[2])).tobytes())
"""


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_another_process_predicts_the_same_bits(path, tmp_path, engine):
    model = short(engine=engine).fit(X, NAMES)
    save(model, path)
    np.save(tmp_path / "X.npy", X)
    done = subprocess.run(
        [sys.executable, "-c", READS, path, tmp_path / "X.npy"],
        capture_output=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.stdout == model.predict_proba(X).tobytes()


READS_TABLE = """
import sys
import halfmoon
from stored_models import first_rows
model = halfmoon.load(sys.argv[1])
sys.stdout.buffer.write(model.predict(first_rows(100)).tobytes())
assert not {"torch", "duckdb", "matplotlib"} & sys.modules.keys()
"""


@pytest.mark.slow
def test_another_process_predicts_the_same_bits_of_a_table():
    path = STORED.with_name("version-1-values.safetensors")
    done = subprocess.run(
        [sys.executable, "-c", READS_TABLE, path],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.stdout == load(path).predict(first_rows(100)).tobytes()


@pytest.mark.slow
def test_a_network_alone_needs_no_scikit_learn(path):
    save(Network.dense([2, 3, 2]), path)
    code = "import sys, halfmoon; halfmoon.load(sys.argv[1]); print(*sys.modules)"
    command = [sys.executable, "-c", code, path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not {"sklearn", "torch", "scipy", "numba"} & set(done.stdout.split())


def test_equal_fits_give_equal_files(path, tmp_path):
    save(fitted(), path)
    save(fitted(), tmp_path / "other")
    assert path.read_bytes() == (tmp_path / "other").read_bytes()
    save(load(path), tmp_path / "other")
    assert path.read_bytes() == (tmp_path / "other").read_bytes()


@pytest.mark.parametrize(
    "options", [{}, {"warm_start": True}, {"average": 0.9}], ids=str
)
def test_a_file_is_little_larger_than_the_weights(path, options):
    model = small(MLPClassifier, hidden_layer_sizes=(100, 100), max_iter=2, **options)
    save(model.fit(X, NAMES), path)
    assert path.stat().st_size < theta(model).nbytes + 6000
    assert path.stat().st_size < 1.2 * theta(model).nbytes
    network = Network.dense([2, 3, 2])
    save(network, path)
    assert path.stat().st_size < network.theta.nbytes + 1500


def test_the_stored_file_of_version_1_is_read():
    """Written when the version was new; a later halfmoon reads it all the same."""
    model = load(STORED)
    assert model.predict_proba(X[:3]) == pytest.approx(np.array(PREDICTED), rel=1e-12)
    assert model.loss_curve_ == pytest.approx(LOSSES, rel=1e-15)
    assert model.classes_.tolist() == ["full", "new"]
    assert model.class_weight == {"full": 2.0, "new": 1.0}
    assert model.early_stopping
    assert model.stopped_ == "epochs"


def test_the_stored_models_of_tables_of_version_1_are_read():
    """Their columns are of each kind, with gaps; one category is new."""
    close = partial(pytest.approx, rel=1e-4, abs=1e-6)  # weights are of float32
    classes = load(STORED.with_name("version-1-classes.safetensors"))
    for found, expected in zip(
        classes.predict_proba(first_rows()), CLASSES, strict=True
    ):
        assert found == close(np.array(expected))
    assert [c.tolist() for c in classes.classes_] == [["full", "new"], ["a", "b", "c"]]
    assert len(classes.networks_) == 4
    assert classes.columns == {"width": "number"}
    assert classes.novelty(first_rows()).new_rows == 1
    values = load(STORED.with_name("version-1-values.safetensors"))
    assert values.predict(first_rows()) == close(np.array(VALUES))
    assert values.predict_interval(first_rows(), 0.5) == close(np.array(INTERVALS))
    assert values.record_["rows"] == 600
    assert values.hidden_layer_sizes == (4, 3)


# Refused


class Mine(MLPClassifier):
    """A class of the user's."""


@pytest.mark.parametrize(
    "model", [None, Mine(), make_pipeline(StandardScaler()), MLPClassifier, {"a": 1}]
)
def test_other_objects_are_refused(path, model):
    with pytest.raises(TypeError, match=r"model must be a Network, MLPClassifier, MLP"):
        save(model, path)
    assert not path.exists()


def test_what_cannot_be_saved_is_told_in_one_sentence_and_changes_nothing(path):
    path.write_bytes(b"before")
    with pytest.raises(NotFittedError, match=r"MLPClassifier cannot be saved: This"):
        save(MLPClassifier(), path)
    with pytest.raises(
        ValueError,
        match=r"^MLPClassifier cannot be saved: scoring=.* another value first\.$",
    ):
        save(fitted().set_params(scoring=len), path)
    network = Network.dense([2, 2])
    network.theta[0] = np.nan
    with pytest.raises(
        ValueError, match=r"^Network cannot be saved: .* fit it anew\.$"
    ):
        save(network, path)
    assert path.read_bytes() == b"before"


def test_what_cannot_be_loaded_is_told_in_one_sentence(path):
    with pytest.raises(
        FileNotFoundError, match=r"safetensors cannot be read \(No such"
    ):
        load(path)
    with pytest.raises(OSError, match=r"is no file; give the name of a model file\.$"):
        load(path.parent)
    path.write_bytes(b"PK")
    with pytest.raises(
        ValueError, match=r"model.safetensors cannot be loaded: it is no"
    ):
        load(path)
    save(brief().fit(*WAVE), path)
    content = path.read_bytes()
    for position in (8, len(content) // 2, len(content) - 1):
        changed = bytearray(content)
        changed[position] ^= 1
        path.write_bytes(changed)
        with pytest.raises(ValueError, match=r"cannot be loaded: it .* altered"):
            load(path)


def test_a_newer_version_says_what_to_do(path, monkeypatch):
    monkeypatch.setattr(container, "VERSION", 7)
    save(fitted(), path)
    monkeypatch.undo()
    with pytest.raises(ValueError, match=r"a newer halfmoon wrote it .* 7 .* update"):
        load(path)


def test_arrays_that_belong_to_nothing_are_refused(path):
    save(Network.dense([2, 3, 2]), path)
    description, arrays = container.read(path)
    arrays["more"] = np.ones(3)
    path.write_bytes(container.to_bytes(description, arrays))
    with pytest.raises(ValueError, match="it holds arrays that no Network has: more"):
        load(path)


def test_long_errors_are_cut(path):
    description = {"kind": "x" * 10_000, "versions": {}, "model": {}}
    path.write_bytes(container.to_bytes(description, {}))
    with pytest.raises(ValueError, match=r"kind of the description must be") as caught:
        load(path)
    assert len(str(caught.value)) < 1000


# Whole or not there


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "Ctrl-C"])
def test_an_error_at_any_step_leaves_the_model_of_before(path, error):
    before = Network.dense([2, 3, 2], seed=1)
    after = Network.dense([2, 3, 2], seed=2)
    save(before, path)
    for fails_at in range(1, steps_of(lambda: save(before, path)) + 1):
        save(before, path)
        with (
            failing(fails_at, failure(error)),
            suppress(OSError, KeyboardInterrupt),
        ):
            save(after, path)
        theta = load(path).theta
        assert any(np.array_equal(theta, each.theta) for each in (before, after))


def test_both_names_are_public():
    assert halfmoon.save is save
    assert {"save", "load"} <= set(halfmoon.__all__)
