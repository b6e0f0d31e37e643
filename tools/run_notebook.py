"""Run the notebook of the lesson, and store it with its outputs.

    .uv/bin/uv run python tools/run_notebook.py

Stored is what a second run gives again: no clock times, no names of files, and pictures
in few colours and without a date. tests/tutorial/test_notebook.py runs it anew.
"""

import base64
import io
import sys
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).resolve().parents[1] / "examples" / "tutorial.ipynb"
COLOURS = 96  # of a picture
SECONDS = 600  # for a cell
FIRST_FIT = "halfmoon: compiling"  # what the first fit on a machine says


def run(path: Path) -> Any:
    """The notebook after a run in a kernel of its own, clean; raises if it fails."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=SECONDS, resources=resources).execute()
    for cell in notebook.cells:
        clean(cell)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def clean(cell: Any) -> None:
    """Take out of a cell what differs from run to run."""
    cell.metadata.pop("execution", None)
    if "outputs" in cell:
        cell.outputs = joined(cell.outputs)
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "image/png" in data:
            data["image/png"] = smaller(data["image/png"])
            output["metadata"] = {}


def joined(outputs: list[Any]) -> list[Any]:
    """Outputs where what a cell prints is one text, however it came in."""
    kept: list[Any] = []
    for output in outputs:
        if output.get("text", "").startswith(FIRST_FIT):
            continue
        before = kept[-1] if kept else {}
        is_text = output["output_type"] == "stream"
        if is_text and output["name"] == before.get("name"):
            before["text"] += output["text"]
        else:
            kept.append(output)
    return kept


def smaller(picture: str) -> str:
    """A picture in few colours, without anything but its pixels; as base64."""
    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    file = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "png", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def main() -> None:
    """Run the notebook and write it in its place."""
    import nbformat

    notebook = run(NOTEBOOK)
    nbformat.validate(notebook)
    NOTEBOOK.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    print(f"{NOTEBOOK}: {NOTEBOOK.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    sys.exit(main())
