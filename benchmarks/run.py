"""All peers that are installed, side by side, in one command.

It writes tables (Markdown), the numbers (JSON), and figures.

    python benchmarks/run.py             everything
    python benchmarks/run.py --quick --only tutorial --peers numpy,halfmoon

Linux only: cores are pinned, and memory is read from the kernel's account.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import goals
from machine import AVX2, THREADS, machine

import report

HERE = Path(__file__).parent
GROUPS = [
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
# what is measured with several threads too
WITH_THREADS = ["minibatch", "sweep", "gemm"]
PEERS = "halfmoon,c,jax,torch,sklearn,numpy"


def measure(
    threads: int, groups: list[str], options: argparse.Namespace
) -> dict[str, Any]:
    """What a process of its own measures on so many cores.

    Its libraries are told to use as many threads.
    """
    # the first core has the system's own work to do
    cores = sorted(os.sched_getaffinity(0))[-threads:]
    environment = dict.fromkeys(THREADS, str(threads))
    if options.avx2:
        environment |= AVX2
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "results.json"
        command = [sys.executable, str(HERE / "measure.py"), "--out", str(out)]
        command += ["--cores", ",".join(map(str, cores))]
        command += ["--groups", ",".join(groups), "--peers", options.peers]
        if options.quick:
            command.append("--quick")
        done = subprocess.run(command, check=False, env={**os.environ, **environment})
        if done.returncode != 0:
            sys.exit("A measuring process failed; what it said is above.")
        return json.loads(out.read_text(encoding="utf-8"))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    quick = "a twentieth of the updates: a trial, not a result"
    only = f"some of {','.join(GROUPS)}"
    threads = "numbers of threads, each in a process of its own"
    avx2 = "as on a processor without AVX-512"
    out = "folder for what is written"
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--only", default=",".join(GROUPS), help=only)
    parser.add_argument("--threads", default="1,2", help=threads)
    parser.add_argument("--peers", default=PEERS, help=f"some of {PEERS}")
    parser.add_argument("--avx2", action="store_true", help=avx2)
    parser.add_argument("--out", type=Path, default=HERE / "out", help=out)
    options = parser.parse_args()
    for name, known in (("only", GROUPS), ("peers", PEERS.split(","))):
        unknown = set(getattr(options, name).split(",")) - set(known)
        if unknown:
            parser.error(
                f"--{name} does not know {', '.join(sorted(unknown))}; it knows "
                f"{', '.join(known)}"
            )
    return options


def groups_for(threads: int, options: argparse.Namespace, most: int) -> list[str]:
    """What is measured with so many threads, of at most `most`."""
    asked = options.only.split(",")
    if threads > 1:
        return [name for name in asked if name in WITH_THREADS]
    # a sweep on several cores measures one core beside them
    return [name for name in asked if name != "sweep" or most == 1]


def main() -> None:
    """Measure, compare with the goals, write."""
    options = arguments()
    begun = time.perf_counter()
    about = machine()
    avx512 = about["vectors"] == "AVX-512" and not options.avx2
    if options.avx2:
        about["vectors"] += ", held to AVX2"
    results: dict[str, Any] = {
        "machine": about,
        "quick": options.quick,
        "rows": [],
        "peers": {},
        "pools": {},
        "missing": [],
    }
    counts = [n for n in map(int, options.threads.split(",")) if n <= about["cores"]]
    for threads in counts:
        groups = groups_for(threads, options, max(counts))
        if not groups:
            continue
        measured = measure(threads, groups, options)
        results["rows"] += measured["rows"]
        results["peers"] |= measured["peers"]
        results["pools"][threads] = measured["pools"]
        results["missing"] = measured["missing"]
    results["minutes"] = (time.perf_counter() - begun) / 60.0
    results["goals"] = goals.check(results["rows"], avx512)
    report.write(results, options.out)


if __name__ == "__main__":
    main()
