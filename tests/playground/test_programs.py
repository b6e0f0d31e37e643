"""The code that is shown gives, copied and run, the numbers on the screen."""

import shlex

import numpy as np
import pytest

from halfmoon.components.setting_texts import read_settings
from halfmoon.datasets import DATASETS
from halfmoon.playground import programs
from halfmoon.playground.building import Conditions
from halfmoon.playground.make_data import make_data
from halfmoon.playground.opening import make_session
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import file_source
from halfmoon.playground.table_data import table_setup
from halfmoon.training.recording import Recording

SMALL = {"rows": 40, "epochs": 500}


def record(*steps, source=None, **settings):
    """A recording that goes to updates, changes settings, or sets weights in turn."""
    setup = Setup(**(SMALL | settings))
    recording = Recording(Conditions(setup, make_data(setup, source), source))
    for step in steps:
        if isinstance(step, int):
            recording.advance(step)
            continue
        weights = step.pop("weights", None)
        setup = setup.change(**step)
        data = recording.stage.conditions.data
        if "noise" in step:
            data = make_data(setup, source)
        recording.change(Conditions(setup, data, source), weights)
    recording.measure()
    return recording


def run(text):
    """Run a program as a reader would who pasted it into a file."""
    names = {"__name__": "__main__"}
    exec(compile(text, "program.py", "exec"), names)
    return names


RECORDED = {
    "plain": lambda: record(25),
    "nothing yet": record,
    "no hidden layer": lambda: record(9, hidden=(), activations=()),
    "values": lambda: record(20, data="wave", learning_rate=0.1),
    "robust values": lambda: record(20, data="wave", loss="huber", learning_rate=0.1),
    "all at once": lambda: record(
        23,
        data="spiral:arms=3",
        features=("x1", "x2", "x1 * x2"),
        hidden=(4, 3),
        activations=("silu", "gelu"),
        loss="logistic_cross_entropy",
        optimizer="nadam",
        schedule="cosine:warmup=0.1",
        initializer="orthogonal",
        batch_size=7,
        dropout=0.2,
        l1=0.01,
        l2=0.001,
        clip=0.4,
        seed=3,
        test_share=0.0,
    ),
    "a rate and weights": lambda: record(
        12, {"learning_rate": 0.3, "weights": {3: 0.5, 16: -1.0}}, 20
    ),
    "first weights": lambda: record({"weights": {0: 1.0, 7: 2.0}}, 5),
    "last weights": lambda: record(5, {"weights": {0: 1.0}}),
}


@pytest.mark.parametrize("name", RECORDED)
def test_python_gives_the_same_bits(name, capsys):
    recording = RECORDED[name]()
    names = run(programs.python_program(recording.stages, recording.update))
    theta = names["network"].theta
    np.testing.assert_array_equal(theta, recording.run.theta)
    measures = recording.points[-1].measures
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith(f"training rows: loss {measures.train_loss:.6f}, ")
    assert printed[0].endswith(f" {measures.train_score:.4f}")
    if not np.isnan(measures.test_loss):
        assert printed[1].startswith(f"test rows: loss {measures.test_loss:.6f}, ")


@pytest.mark.parametrize("name", RECORDED)
def test_plain_numpy_gives_the_same_numbers(name, capsys):
    recording = RECORDED[name]()
    text = programs.numpy_lines(recording.stages, recording.update)
    names = run(text)
    theta = np.concatenate([p.ravel() for p in names["parameters"]])
    np.testing.assert_allclose(theta, recording.run.theta, rtol=0, atol=1e-11)
    loss = recording.points[-1].measures.train_loss
    assert f"Training loss: {loss:.6f}" in capsys.readouterr().out
    assert "halfmoon import" not in text


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_is_drawn_again(name):
    recording = record(4, data=name, features=("x1", "x2^2"))
    names = run(programs.python_program(recording.stages, 4))
    np.testing.assert_array_equal(names["network"].theta, recording.run.theta)
    text = programs.numpy_lines(recording.stages, 4)
    names = run(text)
    learned = np.concatenate([p.ravel() for p in names["parameters"]])
    np.testing.assert_allclose(learned, recording.run.theta, rtol=0, atol=1e-12)
    assert "from halfmoon" not in text


@pytest.mark.parametrize(
    ("target", "features"), [("kind", ("size^2", "size * age")), ("size", ())]
)
def test_a_table_is_read_from_its_file(target, features, tmp_path, monkeypatch):
    rng = np.random.RandomState(0)
    lines = [
        f"{rng.choice(['red', 'blue'])},{x:.3f},{i * i},{rng.choice(['a', 'b', 'c'])}"
        for i, x in enumerate(rng.normal(20.0, 5.0, size=60))
    ]
    source = file_source("\n".join(["colour,size,age,kind", *lines]).encode(), "t.csv")
    settings = {"data": "table", "target": target, "features": features}
    recording = record(20, source=source, **settings)
    files = programs.data_files(recording.stages, recording.update)
    assert list(files) == ["data.csv"]
    text = programs.csv_text(files["data.csv"])
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = run(programs.python_program(recording.stages, recording.update))
    np.testing.assert_array_equal(names["network"].theta, recording.run.theta)
    names = run(programs.numpy_lines(recording.stages, recording.update))
    learned = np.concatenate([p.ravel() for p in names["parameters"]])
    np.testing.assert_allclose(learned, recording.run.theta, rtol=0, atol=1e-12)


def test_stages_are_repeated_to_the_bit():
    recording = record(
        11,
        {"optimizer": "adam", "learning_rate": 0.01, "batch_size": 9},
        24,
        {"activations": ["relu"], "l2": 0.01, "noise": 0.3},
        31,
        {"loss": "logistic_cross_entropy", "dropout": 0.25, "schedule": "step"},
        40,
        seed=3,
    )
    for update in (40, 31, 28, 24, 5, 0):
        recording.seek(update)
        text = programs.python_program(recording.stages, update)
        theta = run(text)["network"].theta
        np.testing.assert_array_equal(theta, recording.run.theta, err_msg=text)
    with pytest.raises(ValueError, match="After update 11 the run went on"):
        programs.numpy_lines(recording.stages, 40)


def test_a_branch_is_repeated_from_its_beginning():
    recording = record(20)
    recording.seek(8)
    branch = recording.branch()
    old = branch.stage.conditions
    setup = old.setup.change(learning_rate=0.2)
    branch.change(Conditions(setup, old.data))
    branch.advance(20)
    names = run(programs.python_program(branch.stages, 20))
    np.testing.assert_array_equal(names["network"].theta, branch.run.theta)


def test_the_lines_are_short_and_name_only_what_is_public():
    recording = record(7, {"learning_rate": 0.5}, 9)
    text = programs.python_program(recording.stages, 9)
    assert max(map(len, text.splitlines())) <= 88
    assert "from halfmoon import Network, datasets, train" in text
    assert text.count("datasets.make(") == 1  # the rows have not changed


def test_the_command_says_what_is_changed():
    setup = Setup(hidden=[4, 3], activations=["tanh", "relu"], batch_size=10)
    data = make_data(setup)
    assert programs.command_line(setup, data, "").split() == [
        *("halfmoon", "playground", "\\", "--set", "hidden=4,3", "\\"),
        *("--set", "activations=tanh,relu", "\\", "--set", "batch_size=10"),
    ]
    # from a table that was here before
    left = setup.change(groups="day", target="price", axes=["a", "b"])
    assert "price" not in programs.command_line(left, make_data(left), "")
    plain = programs.command_line(Setup(), make_data(Setup()), "")
    assert plain == "halfmoon playground\n"


def test_the_command_names_the_file_of_a_table():
    text = "a,b,the target\n" + "1,2,yes\n3,1,no\n" * 8
    source = file_source(text.encode(), "my rows.csv")
    setup = Setup(data="table", target="the target", hidden=(2,))
    data = make_data(setup, source)
    assert programs.command_line(setup, data, source.name) == (
        "halfmoon playground \\\n"
        "  'my rows.csv' --target 'the target' \\\n"
        "  --set hidden=2 \\\n"
        "  --set activations=tanh \\\n"
        "  --set loss=auto \\\n"
        "  --set optimizer=gd \\\n"
        "  --set learning_rate=1.0 \\\n"
        "  --set batch_size= \\\n"
        "  --set epochs=20000\n"
    )


def test_the_command_opens_a_table_as_it_is():
    """Which begins with other settings than the defaults."""
    source = file_source(("a,b,y\n" + "1,2,yes\n3,1,no\n" * 8).encode(), "t.csv")
    setup = table_setup(Setup(), source)
    for changes in ({}, {"optimizer": "gd", "hidden": [3], "batch_size": None}):
        wanted = setup.change(**changes)
        command = programs.command_line(wanted, make_data(wanted, source), "t.csv")
        file, *texts = shlex.split(command.replace("\\\n", ""))[2:]
        assert (file, texts[:2]) == ("t.csv", ["--target", "y"])
        settings = read_settings(Setup, [text for text in texts[2:] if text != "--set"])
        with make_session(source, target="y", **settings) as session:
            assert session.setup == wanted
