"""`halfmoon tutorial`: what it refuses, and what Ctrl-C leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "lerning"], "'learning'"),
        (["--only", "17"], "8.5"),
        (["--seed", "-1"], "--seed"),
        (["--out", "/dev/null/x"], "No files can be written in the folder /dev/null"),
        (["--out", "/dev/null"], "No files can be written in the folder /dev/null"),
        (["--out", ""], "--out is empty"),
        (["--out", " "], "--out is empty"),
        (["--engine", "steam"], "engine"),
    ],
)
def test_a_mistake_is_answered_in_a_sentence(
    run, arguments, message, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    done = run("tutorial", *arguments)
    assert done.status != 0
    assert message in done.error
    assert "Traceback" not in done.error
    assert not any(tmp_path.iterdir()), "nothing may be half-written"


@pytest.mark.slow
def test_ctrl_c_ends_in_a_sentence_and_keeps_what_there_is(tmp_path):
    command = [
        sys.executable,
        "-m",
        "halfmoon",
        "tutorial",
        "--out",
        str(tmp_path / "out"),
    ]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.html").write_text("of an earlier run")
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "out" / "3-network.svg").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=90)
    assert process.returncode == 130
    assert "Traceback" not in printed
    assert "interrupted; the sections so far" in printed
    kept = json.loads((tmp_path / "out" / "unfinished.json").read_text())
    assert {"data", "baseline"} <= set(kept)
    assert (tmp_path / "out" / "unfinished.html").exists()
    assert (tmp_path / "out" / "index.html").read_text() == "of an earlier run"


@pytest.mark.slow
def test_signs_that_a_terminal_lacks_do_not_end_it(tmp_path):
    """At this width a path that is cut ends in an ellipsis."""
    options = ["--quick", "--only", "data", "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "halfmoon", "tutorial", *options],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "30"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"?" in done.stdout


HEAVY = """
import io, sys
from pathlib import Path
from rich.console import Console
from halfmoon.tutorial.program import run

class Told(Exception):
    pass

class Terminal(io.StringIO):
    def write(self, text):
        if text.strip():
            raise Told(text)

folder, *arguments = sys.argv[1:]
options = dict(pair.split("=") for pair in arguments)
try:
    run(Path(folder), console=Console(file=Terminal()), **options)
except (Told, ValueError) as end:
    print(type(end).__name__, end)
for module in ("matplotlib", "sklearn", "numba", "scipy"):
    assert module not in sys.modules, module
"""


@pytest.mark.parametrize(
    ("options", "told"),
    [([], "Told 1. "), (["only=x"], "ValueError"), (["engine=x"], "ValueError")],
    ids=["first words", "section", "engine"],
)
def test_first_words_and_refusals_wait_for_no_heavy_import(tmp_path, options, told):
    """matplotlib, scikit-learn, SciPy and numba take seconds on a slow machine."""
    command = [sys.executable, "-c", HEAVY, str(tmp_path / "out"), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(told)


ENDS = """
import os, sys
from pathlib import Path
from failing import failing
from halfmoon.tutorial import program

with failing(int(sys.argv[1]), lambda: os._exit(7)):
    program.run(Path(sys.argv[2]), only="data", quick=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", [7, 12], ids=["results.json", "page"])
def test_a_process_that_ends_while_it_writes_leaves_whole_files(tmp_path, step):
    out = tmp_path / "out" / "only-data"
    out.mkdir(parents=True)
    for name in ("results.json", "index.html"):
        (out / name).write_text("before")
    folders = [str(Path(__file__).parents[1]), *sys.path]
    settings = {"PYTHONPATH": os.pathsep.join(folders), "TMPDIR": str(tmp_path)}
    # its output ends when the process that draws for it does
    done = subprocess.run(
        [sys.executable, "-c", ENDS, str(step), str(out.parent)],
        env=os.environ | settings,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 7, done.stderr
    results = (out / "results.json").read_text()
    assert results == "before" or "data" in json.loads(results)
    assert (out / "index.html").read_text() == "before"
    for picture in out.glob("*.svg"):
        assert picture.read_bytes().endswith(b"</svg>\n")
