"""A model from its file, for all commands alike."""

from pathlib import Path
from typing import Any

MODEL = "model.safetensors"  # in the folder that `halfmoon fit` writes
KINDS = ("TabularClassifier", "TabularRegressor")


def model_file(path: str) -> Path:
    """The file of a model: the path, or the model in a folder that fit wrote."""
    file = Path(path)
    return file / MODEL if file.is_dir() else file


def looks_like_model(path: str) -> bool:
    """Whether it is a model's file, by its name or its first bytes, or its folder.

    A file of safetensors begins with the length of a header that is JSON.
    """
    file = model_file(path)
    if file.suffix == ".safetensors" or file != Path(path):
        return True
    try:
        with open(file, "rb") as opened:
            start = opened.read(9)
    except OSError:
        return False
    return start[6:] == b"\0\0{"


def load_any(path: str) -> Any:
    """A model of any kind.

    Raises OSError and ValueError, in one sentence, for what is no model file.
    """
    from halfmoon.files.model_file import load

    file = model_file(path)
    if Path(path).is_dir() and not file.exists():
        raise FileNotFoundError(
            f"There is no {MODEL} in the folder {path}; give a model file, or a folder "
            "that halfmoon fit wrote."
        )
    if file.exists() and not looks_like_model(path):
        raise ValueError(
            f"{path} is no model file; give the model first, and then the table."
        )
    return load(file)


def load_tabular(path: str) -> Any:
    """A `TabularClassifier` or `TabularRegressor`.

    Raises OSError and ValueError, in one sentence, for any other file.
    """
    model = load_any(path)
    kind = type(model).__name__
    if kind not in KINDS:
        raise ValueError(
            f"{path} holds a {kind}, which was not learned from a table with names; "
            "use halfmoon.load(...) in Python, or make a model with halfmoon fit."
        )
    return model
