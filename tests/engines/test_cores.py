"""How many cores there may be work for."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from halfmoon.engines import cores
from halfmoon.engines.cores import available_cores, one_core


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine of 8 cores without limits; returns where its control groups are."""
    for name in cores.LIMITS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(8), raising=False)
    monkeypatch.setattr(cores, "CGROUPS", tmp_path)
    monkeypatch.setattr(cores, "OWN_CGROUPS", tmp_path / "own")
    cores._quotas.cache_clear()
    yield tmp_path
    cores._quotas.cache_clear()


def test_it_may_run_on_all_cores_or_on_those_it_is_bound_to(machine, monkeypatch):
    assert available_cores() == 8
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 5, 6}, raising=False)
    assert available_cores() == 3


@pytest.mark.parametrize("name", cores.LIMITS)
@pytest.mark.parametrize(
    ("value", "cores"),
    [
        ("1", 1),
        ("3", 3),
        (" 2 ", 2),
        ("4,2", 4),
        ("99", 8),
        *[(other, 8) for other in ("0", "", "many", "-1", "2.5")],
    ],
)
def test_variables_that_limit_threads_are_obeyed(
    machine, monkeypatch, name, value, cores
):
    """As OpenMP reads them; joblib sets them in the processes that it starts."""
    monkeypatch.setenv(name, value)
    assert available_cores() == cores


@pytest.mark.parametrize(
    ("own", "files", "cores"),
    [
        # version 2: within a container, and a service within two groups
        ("0::/", {"cpu.max": "200000 100000"}, 2),
        ("0::/", {"cpu.max": "max 100000"}, 8),
        ("0::/", {"cpu.max": "150000 100000"}, 1),
        ("0::/", {"cpu.max": "5000 100000"}, 1),
        ("0::/", {"cpu.max": "1600000 100000"}, 8),
        ("0::/a/b", {"a/b/cpu.max": "max 100000", "a/cpu.max": "300000 100000"}, 3),
        ("0::/a/b", {"a/b/cpu.max": "400000 100000", "cpu.max": "900000 300000"}, 3),
        # version 1: of a container, whose own group is the root that it sees
        (
            "5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n0::/docker/x",
            {"cpu/cpu.cfs_quota_us": "600000", "cpu/cpu.cfs_period_us": "100000"},
            6,
        ),
        (
            "4:cpu:/",
            {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"},
            8,
        ),
        # no such files, or others than we know
        ("", {}, 8),
        ("0::/", {}, 8),
        ("0::/", {"cpu.max": "much of it"}, 8),
        ("0::/", {"cpu.max": "200000 0"}, 8),
    ],
)
def test_a_containers_quota_is_obeyed(machine, own, files, cores):
    """docs.kernel.org: cgroup-v2, "CPU Interface Files"; sched-bwc."""
    (machine / "own").write_text(own)
    for name, text in files.items():
        (machine / name).parent.mkdir(parents=True, exist_ok=True)
        (machine / name).write_text(text)
    assert available_cores() == cores


def test_a_thread_may_leave_the_others_free(machine):
    with one_core(), one_core():
        assert available_cores() == 1
        with ThreadPoolExecutor() as pool:
            assert pool.submit(available_cores).result() == 8
    assert available_cores() == 8
