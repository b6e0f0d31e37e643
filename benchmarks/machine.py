"""The machine: what it is, and the settings that hold libraries to some threads."""

import datetime
import os
import platform
from pathlib import Path
from typing import Any

# where libraries read how many threads they may use
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
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


def machine() -> dict[str, Any]:
    """Where and when this runs."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    pairs = [line.replace("\t", "").split(": ", 1) for line in lines if ": " in line]
    processor = dict(pairs)
    return {
        "processor": processor.get("model name", platform.machine()),
        "vectors": vectors(processor.get("flags", "").split()),
        "cores": len(os.sched_getaffinity(0)),
        "load before": os.getloadavg()[0],
        "python": platform.python_version(),
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
    }


def vectors(flags: list[str]) -> str:
    """The widest vectors that these flags of a processor promise."""
    if "avx512f" in flags:
        return "AVX-512"
    return "AVX2" if "avx2" in flags else "none"
