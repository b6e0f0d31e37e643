"""What can be seen of a network and of a fit: derivatives, numbers, units, faults."""

from halfmoon.inspection.curvature import curvature, hessian
from halfmoon.inspection.diagnosis import Diagnosis, Finding, diagnose
from halfmoon.inspection.gradient_check import GradientReport, check_gradients
from halfmoon.inspection.sensitivity import input_gradients
from halfmoon.inspection.summary import Summary, summary
from halfmoon.inspection.trace import Trace, trace
from halfmoon.inspection.units import hidden_activations
from halfmoon.inspection.working import write_out

__all__ = [
    "Diagnosis",
    "Finding",
    "GradientReport",
    "Summary",
    "Trace",
    "check_gradients",
    "curvature",
    "diagnose",
    "hessian",
    "hidden_activations",
    "input_gradients",
    "summary",
    "trace",
    "write_out",
]
