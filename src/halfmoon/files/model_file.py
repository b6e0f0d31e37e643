"""`save` and `load`: a model as one file of data.

    model -> description (JSON) and arrays -> safetensors -> file, whole or not there
    file -> arrays and description, each part checked -> model

`container` knows the file, `plain` how values become JSON; `networks`, `fitted` and
`tabular` describe a kind of model, and make it again. Nothing in a file is executed:
names choose among halfmoon's own components and layers, and all else is numbers and
texts, which must obey the rules of what they become.
"""

import os
import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from halfmoon import __version__
from halfmoon.atomic import write_file
from halfmoon.components.rules import OneOf
from halfmoon.files import container, networks
from halfmoon.files.plain import TABLE, read_fields

MLPS = ("MLPClassifier", "MLPRegressor")
TABULAR = ("TabularClassifier", "TabularRegressor")
KINDS = ("Network", *MLPS, *TABULAR)
RULES = {"kind": OneOf(*KINDS), "versions": TABLE, "model": TABLE}
LONGEST = 600  # of a sentence that quotes a file


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a model to a file that holds data and nothing that could be executed.

    It predicts the same bits when it is loaded, and can go on learning: `partial_fit`,
    and `fit` with ``warm_start=True``, begin at its weights, with a new memory of the
    optimizer. Weights, parameters, classes, column names, history and fitted attributes
    are kept; times are not, so that equal fits give equal files. The file is a
    safetensors file, little larger than the weights.

    Parameters
    ----------
    model : Network, MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
        An estimator must be fitted, or its weights set.
    path : str or path
        The file; one that is there is replaced, in one step, once all is written.

    Raises
    ------
    TypeError
        For anything else, also for a subclass of your own.
    ValueError
        For components and layers of your own, and parameters such as functions: they
        are code. (`pickle` takes them.)
    OSError
        For a file that cannot be written; what was there before stays.

    Examples
    --------
    >>> import tempfile
    >>> from halfmoon import MLPClassifier, datasets, load, save
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> model = MLPClassifier((3,), solver="lbfgs", random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/moons.safetensors")
    ...     again = load(f"{folder}/moons.safetensors")
    >>> bool((again.predict_proba(X) == model.predict_proba(X)).all())
    True
    """
    kind = type(model).__name__
    is_ours = type(model).__module__.partition(".")[0] == "halfmoon"
    if kind not in KINDS or not is_ours:
        *others, last = KINDS
        raise TypeError(
            f"model must be a {', '.join(others)} or {last}; got {model!r}. What is "
            "of a class of your own is code, which a model file cannot hold."
        )
    try:
        content = _to_bytes(kind, model)
    except ValueError as error:  # or one of its kinds, such as NotFittedError
        raise type(error)(_sentence(f"{kind} cannot be saved", error)) from None
    write_file(Path(path), content, durable=True)


def load(path: str | os.PathLike[str]) -> Any:
    """Read a model that `save` wrote.

    Files of others may be read, too: names, sizes and numbers are checked, nothing is
    executed, and no more memory is taken than a small multiple of the file's size.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    Network, MLPClassifier, MLPRegressor, TabularClassifier or TabularRegressor
        As it was saved; an estimator without what callbacks and metadata routing have
        set on it.

    Raises
    ------
    ValueError
        With the reason, for a file that is none of ours, cut short, altered, or written
        by a newer halfmoon.
    OSError
        For one that cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from halfmoon import Network, load, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Network.dense([2, 3, 2]), f"{folder}/network.safetensors")
    ...     load(f"{folder}/network.safetensors").layers
    [Dense(2, 3, 'tanh', 'glorot_uniform'), Dense(3, 2, 'identity', 'glorot_uniform')]
    """
    try:
        return _make(*container.read(Path(path)))
    except RecursionError:
        reason: object = "its description is nested too deeply"
    except ValueError as error:
        reason = error
    raise ValueError(_sentence(f"{path} cannot be loaded", reason))


def made_by(path: str | os.PathLike[str]) -> dict[str, str]:
    """The versions of the libraries that a model file was written with, by their names.

    Raises ValueError for a file that is none of ours, and OSError as `load` does.
    """
    description, _ = container.read(Path(path))
    versions = description.get("versions")
    told = versions if isinstance(versions, dict) else {}
    return {str(name): str(version)[:40] for name, version in told.items()}


def _sentence(what: str, reason: object) -> str:
    """An error in one line, however long what it quotes may be."""
    return f"{what}: {textwrap.shorten(str(reason).rstrip('.'), LONGEST)}."


def _to_bytes(kind: str, model: Any) -> bytes:
    """The content of the file; ValueError for what it cannot hold."""
    described, arrays = _module(kind).describe(model)
    versions = {"halfmoon": __version__, "numpy": np.__version__}
    description = {"kind": kind, "versions": versions, "model": described}
    return container.to_bytes(description, arrays)


def _module(kind: str) -> Any:
    """What describes a kind of model; scikit-learn is imported where it is needed."""
    if kind in MLPS:
        from halfmoon.files import fitted

        return fitted
    if kind in TABULAR:
        from halfmoon.files import tabular

        return tabular
    return networks


def _make(description: Any, arrays: container.Arrays) -> Any:
    """The model of a description, to which all arrays belong."""
    fields = read_fields(description, RULES, "the description")
    kind = fields["kind"]
    module = _module(kind)
    if kind == "Network":
        model: Any = module.make(fields["model"], arrays)
    else:
        model = module.make(kind, fields["model"], arrays)
    if arrays:
        raise ValueError(f"it holds arrays that no {kind} has: {', '.join(arrays)}")
    return model
