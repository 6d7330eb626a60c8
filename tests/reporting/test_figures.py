"""Figures as files, and in a notebook."""

import builtins
import re
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl
import pytest

import instag
from instag.reporting.drawing import as_svg
from instag.reporting.notebook import html
from instag.reporting.section import Figure
from instag.reporting.sections.overlap import heat_map
from instag.reporting.theme import DARK, LIGHT, Theme
from reporting import pools

NAMES = (
    "groups",
    "overlap",
    "frequency",
    "complexity",
    "growth",
    "frontier-coverage",
    "frontier-complexity",
    "associations",
    "normalisation",
    "assignments",
    "selection-1",
)


def test_every_figure_becomes_a_file(tmp_path: Path) -> None:
    done = pools.normalized()
    analysis = instag.analyze(done.data, by="source", selections=instag.select(done.data, 50))
    written = instag.figures(analysis, tmp_path / "new" / "folder", vocabulary=done)
    assert [path.name for path in written] == [f"{name}.{ending}" for name in NAMES for ending in ("svg", "png")]
    for path in written:
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG")
            width, height = (int.from_bytes(path.read_bytes()[at : at + 4]) for at in (16, 20))
            assert (width > 1000, height > 200) == (True, True), path.name
        else:
            root = ET.fromstring(path.read_text())  # noqa: S314 - our own
            assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) > 5, path.name
            frame = re.search(r'translate\([\d.-]+,([\d.-]+)\)"><g class="mark-group role-frame root', path.read_text())
            legend = re.search(r'role-legend".*?translate\([\d.-]+,([\d.-]+)\)', path.read_text())
            if frame and legend:
                assert float(frame[1]) + float(legend[1]) >= 0, f"{path.name}: its legend is cut"


def test_a_figure_shows_the_numbers(tmp_path: Path) -> None:
    frame = pl.DataFrame({"tags": [["math"]] * 3 + [["poetry"]], "source": ["web"] * 3 + ["book"]})
    (path, *_) = [
        path
        for path in instag.figures(instag.analyze(frame, by="source"), tmp_path, format="svg")
        if path.stem == "frequency"
    ]
    drawing = path.read_text()
    assert re.findall(r"<text[^>]*>([^<]+)</text>", drawing) == ["math", "poetry", "3", "1", "web", "book"]
    rectangles = re.findall(r'<path d="([^"]+)"', drawing.partition("rect mark container")[2].partition("</g>")[0])
    math, poetry = map(area, rectangles)
    # The gaps between them are no part of the areas.
    assert math / poetry == pytest.approx(3, rel=0.05)


def area(path: str) -> float:
    """The area of what a path goes around."""
    points = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+),([\d.]+)", path)]
    across, down = [x for x, _ in points], [y for _, y in points]
    return (max(across) - min(across)) * (max(down) - min(down))


def test_names_are_text_in_figures_too(tmp_path: Path) -> None:
    for path in instag.figures(instag.analyze(pools.awkward(), by="source"), tmp_path, format="svg"):
        root = ET.fromstring(path.read_text())  # noqa: S314 - our own
        assert {element.tag.partition("}")[2] for element in root.iter()} <= {
            *(
                "svg",
                "g",
                "path",
                "text",
                "tspan",
                "rect",
                "defs",
                "clipPath",
                "linearGradient",
                "stop",
                "line",
                "image",
            )
        }


def test_one_format_or_an_error_that_says_which_there_are(tmp_path: Path) -> None:
    analysis = instag.analyze(pl.DataFrame({"tags": [["math"]]}))
    assert {path.suffix for path in instag.figures(analysis, tmp_path, format="png")} == {".png"}
    with pytest.raises(instag.InputError, match="format: expected svg or png, or both; found 'pdf'"):
        instag.figures(analysis, tmp_path, format="pdf")
    (tmp_path / "file").touch()
    with pytest.raises(instag.InputError, match="expected a folder"):
        instag.figures(analysis, tmp_path / "file")


def test_a_notebook_shows_numbers_and_pictures() -> None:
    frame = pools.awkward()
    shown = html(instag.analyze(frame, by="source"))
    assert "<script" not in shown
    assert shown.count("<tr>") == 14
    assert "and 8 smaller groups" in shown
    pictures = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', shown)
    assert len(pictures) == 3
    assert all(b64decode(picture).startswith(b"<svg") for picture in pictures)


def test_a_notebook_draws_a_crowd_as_dots() -> None:
    shown = html(instag.analyze(pools.zipf(4_000, 100, 800), by="source"))
    assert re.findall(r'src="data:image/([^;]+);', shown) == ["png", "svg+xml", "svg+xml"]
    assert b64decode(re.findall(r'src="data:image/png;base64,([^"]+)"', shown)[0]).startswith(b"\x89PNG")
    assert len(shown) < 400_000


def test_without_the_libraries_that_draw_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = builtins.__import__

    def missing(name: str, *rest: object) -> object:
        if name.partition(".")[0] in {"altair", "instag.reporting.drawing"} or name.startswith("instag.reporting.d"):
            raise ModuleNotFoundError(name, name="altair")
        return load(name, *rest)  # type: ignore[arg-type] # handed on as it came

    analysis = instag.analyze(pl.DataFrame({"tags": [["math"]]}))
    monkeypatch.setattr(builtins, "__import__", missing)
    hint = re.escape("pip install 'instag[report]' (altair is missing)")
    with pytest.raises(instag.InputError, match=hint):
        instag.report(analysis, tmp_path / "report.html")
    with pytest.raises(instag.InputError, match=hint):
        instag.figures(analysis, tmp_path)
    assert "<table" in html(analysis)
    assert list(tmp_path.iterdir()) == []


def test_text_stands_out_from_what_it_is_on() -> None:
    for shade in (LIGHT, DARK):
        for ground in (shade.ground, *shade.fills, *shade.ramp[:3]):
            assert contrast(shade.ink, ground) >= 4.5, (shade.ink, ground)
        assert contrast(shade.faint, shade.ground) >= 4.5
        # Lines and points are large: 3 is what the guidelines ask.
        assert all(contrast(kind, shade.ground) >= 3 for kind in shade.kinds)


@pytest.mark.parametrize("shade", [LIGHT, DARK])
def test_numbers_stand_out_from_every_strength_of_the_heat_map(shade: Theme) -> None:
    shown = list("abcdefghijk")
    pairs = [(group, by) for group in shown for by in shown][:101]
    recall = pl.DataFrame(
        [(*pair, nth, nth / 100, nth / 100) for nth, pair in enumerate(pairs)],
        ["group", "by", "shared", "recall", "weighted"],
        orient="row",
    )
    drawing = as_svg(Figure("overlap", "", heat_map(recall, shown, 30)), shade)
    cells = re.findall(r'aria-roledescription="rect mark" d="[^"]*" fill="rgb\((\d+), (\d+), (\d+)\)"', drawing)
    texts = re.findall(r'fill="(#\w{6})">(\d+%)</text>', drawing.partition("mark-text role-mark")[2])
    assert len(cells) == 101
    assert [text for _, text in texts][:101] == [f"{nth}%" for nth in range(101)]
    for cell, (ink, _) in zip(cells, texts, strict=False):
        ground = "#" + "".join(f"{int(part):02x}" for part in cell)
        assert contrast(ink, ground) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as WCAG 2 defines it."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([light(one), light(other)])
    return (high + 0.05) / (low + 0.05)
