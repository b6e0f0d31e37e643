"""What a fitted model costs: seconds and bytes."""

import sys
import time

import numpy as np

from halfmoon.report.explaining import rows_of
from halfmoon.report.measured import Costs
from halfmoon.report.rows import Case

ROWS = 15  # predicted one by one


def measure_costs(
    case: Case,
    predict_seconds: float,
    fit_seconds: float | None,
    model_bytes: int | None,
) -> Costs:
    """The costs of a case's model; a single row's is the median of some rows."""
    taken = []
    for row in range(min(ROWS, len(case.test))):
        one = rows_of(case.test.table, slice(row, row + 1))
        started = time.perf_counter()
        case.predict(one)
        taken.append(time.perf_counter() - started)
    networks = case.model.networks_
    return Costs(
        fit_seconds=fit_seconds,
        predict_seconds=predict_seconds,
        row_seconds=float(np.median(taken)),
        peak_bytes=peak_bytes(),
        model_bytes=model_bytes,
        networks=len(networks),
        parameters=sum(network.theta.size for network in networks),
    )


def peak_bytes() -> int | None:
    """The most memory that this process has held; None where nobody counts it."""
    try:
        import resource
    except ImportError:  # on Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(most) if sys.platform == "darwin" else int(most) * 1024
