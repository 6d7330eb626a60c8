"""The notebooks among the examples run, in a kernel of their own."""

from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))


def kinds(cell: Any) -> list[list[str]]:
    """What a cell shows: the kinds of each of its outputs. Their words change with the versions of other packages."""
    return [sorted(output.get("data", {})) for output in cell.get("outputs", [])]


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) == 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("altair")
    nbformat = pytest.importorskip("nbformat")
    kept = nbformat.read(path, as_version=4)
    run = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(run, timeout=None, kernel_name="python3").execute()
    assert [kinds(cell) for cell in run.cells] == [kinds(cell) for cell in kept.cells]
    drawn = {kind for cell in run.cells for shown in kinds(cell) for kind in shown}
    assert {"text/html", "image/svg+xml"} & drawn
