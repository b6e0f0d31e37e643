"""halfmoon: the neural network you can read.

Public names are loaded when first used (PEP 562), so that ``import halfmoon`` costs
nothing.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "halfmoon.components.activations": ["ACTIVATIONS", "Activation"],
    "halfmoon.components.losses": ["LOSSES", "Loss"],
    "halfmoon.components.initializers": ["INITIALIZERS", "Initializer"],
    "halfmoon.components.optimizers": ["OPTIMIZERS", "Optimizer"],
    "halfmoon.components.schedules": ["SCHEDULES", "Progress", "Schedule"],
    "halfmoon.components.equation": ["Equation"],
    "halfmoon.layers": ["Dense", "Dropout", "Layer", "Scaling"],
    "halfmoon.network": ["Network"],
    "halfmoon.training.run": ["Run"],
    "halfmoon.training.train": ["train"],
    "halfmoon.training.solvers": ["LBFGS", "SOLVERS", "Solver"],
    "halfmoon.inspection.gradient_check": ["check_gradients"],
    "halfmoon.inspection.trace": ["trace"],
    "halfmoon.inspection.curvature": ["curvature"],
    "halfmoon.inspection.diagnosis": ["diagnose"],
    "halfmoon.training.rate_finder": ["find_learning_rate"],
    "halfmoon.training.callbacks": ["Recorder"],
    "halfmoon.estimators.mlp": ["MLPClassifier", "MLPRegressor"],
    "halfmoon.estimators.tabular": ["TabularClassifier", "TabularRegressor"],
    "halfmoon.files.model_file": ["load", "save"],
    "halfmoon.report.measure": ["measure"],
    "halfmoon.report.page": ["write_report"],
    "halfmoon.report.split": ["split_rows"],
}
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}
_MODULES = ("datasets", "displays", "inspection", "playground")


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name == "__all__":
        return __dir__()
    if name in _MODULES:
        return import_module(f"halfmoon.{name}")
    raise AttributeError(
        f"halfmoon has no attribute {name!r}; public names are {', '.join(__dir__())}."
    )


def __dir__() -> list[str]:
    return sorted([*_HOME, *_MODULES, "__version__"])
