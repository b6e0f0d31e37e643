"""One command: all peers that are installed, side by side; a table (Markdown), the
numbers (JSON), and figures.

    python benchmarks/run.py             everything
    python benchmarks/run.py --quick --only tutorial --peers numpy,halfmoon

Linux only: cores are pinned, and memory is read from the kernel's account.
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import goals
import report

HERE = Path(__file__).parent
ALONE = [
    "tutorial",
    "minibatch",
    "optimizers",
    "predict",
    "sweep",
    "gemm",
    "growth",
    "startup",
    "memory",
]
# what is measured with several threads, too; a sweep then has both in turn
TOGETHER = ["minibatch", "sweep", "gemm"]
PEERS = "halfmoon,c,jax,torch,sklearn,numpy"
# what makes compilers and libraries do without AVX-512; NumPy's own functions keep it
AVX2 = {
    "NUMBA_CPU_NAME": "haswell",
    "OPENBLAS_CORETYPE": "Haswell",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "MARCH": "haswell",
}
LIBRARIES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def measured(
    threads: int, groups: list[str], given: argparse.Namespace
) -> dict[str, Any]:
    """What a process of its own measures on so many cores, its libraries told to use as
    many threads.
    """
    # the first core has the system's own work to do
    cores = sorted(os.sched_getaffinity(0))[-threads:]
    pinned = {name: str(threads) for name in LIBRARIES} | (AVX2 if given.avx2 else {})
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "results.json"
        command = [
            sys.executable,
            HERE / "measure.py",
            "--cores",
            ",".join(map(str, cores)),
            "--out",
            out,
        ]
        command += [
            "--groups",
            ",".join(groups),
            "--peers",
            given.peers,
            *(["--quick"] if given.quick else []),
        ]
        if (
            subprocess.run(
                command, check=False, env={**os.environ, **pinned}
            ).returncode
            != 0
        ):
            sys.exit("A measuring process failed; what it said is above.")
        return json.loads(out.read_text(encoding="utf-8"))


def machine() -> dict[str, Any]:
    """Where and when."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    about = dict(
        line.replace("\t", "").split(": ", 1) for line in lines if ": " in line
    )
    flags = about.get("flags", "").split()
    vectors = next(
        (
            name
            for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2"))
            if flag in flags
        ),
        "none",
    )
    return {
        "processor": about.get("model name", platform.machine()),
        "vectors": vectors,
        "cores": len(os.sched_getaffinity(0)),
        "load before": os.getloadavg()[0],
        "python": platform.python_version(),
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
    }


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a twentieth of the updates: a trial, not a result",
    )
    parser.add_argument(
        "--only", default=",".join(ALONE), help=f"some of {','.join(ALONE)}"
    )
    parser.add_argument(
        "--threads",
        default="1,2",
        help="numbers of threads, each in a process of its own",
    )
    parser.add_argument("--peers", default=PEERS, help=f"some of {PEERS}")
    parser.add_argument(
        "--avx2", action="store_true", help="as on a processor without AVX-512"
    )
    parser.add_argument(
        "--out", type=Path, default=HERE / "out", help="folder for what is written"
    )
    given = parser.parse_args()
    for name, known in (("only", ALONE), ("peers", PEERS.split(","))):
        unknown = set(getattr(given, name).split(",")) - set(known)
        if unknown:
            parser.error(
                f"--{name} does not know {', '.join(sorted(unknown))}; it knows "
                f"{', '.join(known)}"
            )
    return given


def main() -> None:
    """Measure, compare with the goals, write."""
    given = arguments()
    begun = time.perf_counter()
    results: dict[str, Any] = {
        "machine": machine(),
        "quick": given.quick,
        "rows": [],
        "peers": {},
        "pools": {},
        "missing": [],
    }
    results["machine"]["vectors"] += ", held to AVX2" if given.avx2 else ""
    counts = [
        n
        for n in map(int, given.threads.split(","))
        if n <= results["machine"]["cores"]
    ]
    for threads in counts:
        wanted = (
            [name for name in ALONE if name != "sweep" or max(counts) == 1]
            if threads == 1
            else TOGETHER
        )
        groups = [name for name in given.only.split(",") if name in wanted]
        if not groups:
            continue
        process = measured(threads, groups, given)
        results["rows"] += process["rows"]
        results["peers"] |= process["peers"]
        results["pools"][threads] = process["pools"]
        results["missing"] = process["missing"]
    results["minutes"] = (time.perf_counter() - begun) / 60.0
    results["goals"] = goals.check(
        results["rows"], results["machine"]["vectors"] == "AVX-512"
    )
    report.write(results, given.out)


if __name__ == "__main__":
    main()
