"""What can be seen of a network and of a fit: derivatives, numbers, units, faults."""

from halfmoon.inspection.gradient_check import check_gradients
from halfmoon.inspection.summary import (
    Summary,
    hidden_activations,
    input_gradients,
    summary,
)
from halfmoon.inspection.trace import trace

__all__ = [
    "Summary",
    "check_gradients",
    "hidden_activations",
    "input_gradients",
    "summary",
    "trace",
]
