"""`halfmoon tutorial`: what it refuses, and what Ctrl-C leaves."""

import json
import signal
import subprocess
import sys
import time

import pytest


@pytest.mark.slow  # it imports the whole tutorial
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "lerning"], "'learning'"),
        (["--only", "17"], "1 to 10"),
        (["--seed", "-1"], "--seed"),
        (["--out", "/dev/null/x"], "/dev/null"),
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
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "out" / "2-baseline.svg").exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in printed
    assert "interrupted; the sections so far" in printed
    kept = json.loads((tmp_path / "out" / "results.json").read_text())
    assert {"data", "baseline"} <= set(kept)
