"""`halfmoon playground`: what it opens, what it refuses, and how it ends."""

import re
import signal
import subprocess
import sys
from functools import partial

import httpx2
import pytest

from halfmoon.playground import extras
from halfmoon.serving import server

TABLE = "size;kind;sold\n" + "1,5;a;yes\n2,5;b;no\n3,5;a;no\n0,5;c;yes\n" * 3

# where a busy machine waits
get = partial(httpx2.get, timeout=90.0)
post = partial(httpx2.post, timeout=90.0)


@pytest.fixture
def served(monkeypatch):
    """What would be served, and how: no page is opened."""
    calls = []

    def serve(session, site, operations, port, open_browser, say, shown):
        session.close()
        calls.append((session, port, open_browser, shown))

    monkeypatch.setattr(server, "serve", serve)
    return calls


def test_without_a_table_points_are_drawn(run, served):
    options = ["--set", "hidden=4,3", "--set", "activations=tanh,relu", "--port", "80"]
    done = run("playground", *options, "--set", "hide=seed", "--no-browser")
    assert (done.status, done.error) == (0, "")
    [(session, port, open_browser, shown)] = served
    assert session.setup.hidden == (4, 3)
    assert (port, open_browser, shown) == (80, False, ["hide=seed"])


def test_a_table_is_read_as_fit_reads_it(run, served, tmp_path):
    file = tmp_path / "houses.csv"
    file.write_text(TABLE, encoding="utf-8")
    options = ["--target", "sold", "--columns", "kind=id", "--groups", "kind"]
    done = run("playground", str(file), *options)
    assert (done.status, done.error) == (0, "")
    [(session, port, open_browser, _)] = served
    assert session.data.inputs == ("size",)
    assert session.data.classes == ("no", "yes")
    assert session.setup.groups == "kind"
    assert (port, open_browser) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv"], "nowhere.csv"),
        (["--target", "x"], "--target and --groups are columns of a table; name its"),
        (["--set", "hiden=3"], "did you mean 'hidden'?"),
        (["--set", "hidden"], "A setting is a name and a value"),
        (["--set", "noise=9"], "noise"),
        (["--set", "data=spirals"], "'spiral'"),
        (["--port", "99999"], "--port"),
    ],
)
def test_a_mistake_is_answered_in_a_sentence(
    run, served, arguments, message, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    done = run("playground", *arguments)
    assert done.status == 2
    assert message in done.error
    assert "Traceback" not in done.error
    assert not served


def test_without_its_packages_the_command_names_what_to_install(run, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    done = run("playground")
    assert done.status == 2
    assert "python -m pip install starlette uvicorn" in done.error


@pytest.mark.slow
def test_ctrl_c_ends_it_well_and_nothing_tells_the_token():
    command = [sys.executable, "-m", "halfmoon", "playground", "--no-browser"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    lines = [process.stdout.readline() for _ in range(2)]
    found = re.fullmatch(r"(http://127\.0\.0\.1:\d+/)#token=(.+)\n", lines[1])
    address, token = found.groups()
    key = {"Authorization": f"Bearer {token}"}
    assert get(address).status_code == 200
    assert post(f"{address}api/state", headers=key).status_code == 200
    process.send_signal(signal.SIGINT)
    printed, complained = process.communicate(timeout=90)
    assert process.returncode == 0
    assert complained == ""
    assert token not in printed
