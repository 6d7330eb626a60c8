"""The notebooks among the examples run, in a kernel of their own."""

from pathlib import Path
from typing import Any

import pytest

from instag.progress import Bar, Stage

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


CELL = """
import instag, polars as pl
data = pl.DataFrame({"question": [f"Why {nth}?" for nth in range(50)], "answer": ["So."] * 50})
def model(queries):
    return [["why"] for _ in queries]
done = instag.tag(data, model=model, journal=r"JOURNAL")
quiet = instag.tag(data, model=model, journal=r"JOURNAL2", progress=lambda tally: None)
"""


def test_a_bar_is_shown_in_a_notebook(tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    nbformat = pytest.importorskip("nbformat")
    cell = CELL.replace("JOURNAL2", str(tmp_path / "quiet")).replace("JOURNAL", str(tmp_path / "journal"))
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    nbclient.NotebookClient(book, timeout=None, kernel_name="python3").execute()
    # One bar, renewed in place, that ends full.
    (bar,) = book.cells[0].outputs
    assert bar.data["text/html"].startswith('<progress value="50" max="50" ')
    assert bar.data["text/plain"].startswith("50 of 50; ")


def test_a_bar_is_renewed_now_and_then() -> None:
    seen: list[str] = []
    clock = iter([0.0, 0.1, 0.3, 0.31])

    class Handle:
        def update(self, data: dict[str, str], *, raw: bool) -> None:
            assert raw
            seen.append(data["text/plain"])

    def display(data: dict[str, str], *, raw: bool, display_id: bool) -> Handle:
        assert raw
        assert display_id
        seen.append(f"new: {data['text/html']}")
        return Handle()

    bar = Bar(display, lambda: next(clock))
    for done in range(1, 5):
        bar(Stage("a <b>", done, 4))
    assert seen[0].endswith("</progress> a &lt;b&gt;: 1 of 4")
    assert seen[1:] == ["a <b>: 3 of 4", "a <b>: 4 of 4"]
