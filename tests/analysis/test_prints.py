"""What an analysis and a comparison look like in a terminal."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

import instag
from instag.analysis.terminal import fitted, table

ROWS = [
    ("web", ["math", "proof"], ["Prove it.", "Again."]),
    ("web", ["math"], ["Add."]),
    ("web", ["math", "proof", "latex"], ["Typeset it."]),
    ("web", None, ["Never tagged."]),
    ("book", ["math", "proof"], []),
    ("book", ["poetry"], ["Rhyme."]),
    (None, [], None),
]
SCHEMA: dict[str, Any] = {"source": pl.String, "tags": pl.List(pl.String), "queries": pl.List(pl.String)}
DATA = pl.DataFrame(ROWS, SCHEMA, orient="row")


def grouped(names: list[str]) -> pl.DataFrame:
    """Two samples a group, one tag of its own and one of all."""
    rows = [(name, ["all of them", f"own {nth}"]) for nth, name in enumerate(names) for _ in range(2)]
    return pl.DataFrame(rows, {"source": pl.String, "tags": pl.List(pl.String)}, orient="row")


def test_an_analysis() -> None:
    analysis = instag.analyze(DATA, by="source", selections={"picked": DATA[[2, 5, 0]], "none": DATA.head(0)})
    summary, recall, coverage, complexity, growth, selections = str(analysis).split("\n\n")
    assert summary.splitlines() == [
        "Analysis of 7 samples with 4 tags",
        " group   samples  queries   mean  median  tags  coverage  untagged  effective",
        " all           7        6  1.500   1.500     4     1.000     0.286      3.370",
        " web           4        5  2.000   2.000     3     0.750     0.250      2.749",
        " book          2        1  1.500   1.500     3     0.750     0.000      3.000",
        " (none)        1        0  0.000   0.000     0     0.000     1.000      0.000",
        " not shown: p95",
    ]
    assert recall.splitlines() == [
        "recall: share of a group's tags (row) that another group has (column)",
        " group         1      2      3",
        " 1 web     1.000  0.667  0.000",
        " 2 book    0.667  1.000  0.000",
        " 3 (none)      -      -      -",
    ]
    # Four of five in random order hold 3.65 of 4 tags on average: what is nearest to 90 %.
    assert coverage.splitlines()[:3] == [
        "frontier: coverage of each method (row) by number of samples (column)",
        " method                1      4",
        " complexity-first  0.750  1.000",
    ]
    assert complexity.splitlines()[0] == "frontier: tags per sample of each method (row) by number of samples (column)"
    assert complexity.splitlines()[4] == " complexity        3.000  2.000"
    assert growth.splitlines() == [
        "growth: about how many samples it takes to cover this share of the tags",
        " curve     50%  75%  90%  99%",
        " expected    1    3    4    5",
        " picked      1    1    2    2",
    ]
    assert selections.splitlines() == [
        " selection  samples  tags  coverage",
        " picked           3     4     1.000",
        " none             0     0     0.000",
    ]


def test_a_comparison() -> None:
    compared = instag.analyze(DATA, by="source", selections={"picked": DATA[[2, 5, 0]]}).compare("picked")
    assert repr(compared).splitlines() == [
        "'picked' beside 'all'",
        " tag     n_a  n_b  share_a  share_b  expected  ratio",
        " latex     1    1    0.333    0.143     0.429  0.485",
        " poetry    1    1    0.333    0.143     0.429  0.485",
        " proof     2    3    0.667    0.429     1.286  0.392",
        " math      2    4    0.667    0.571     1.714  0.144",
        "",
        " group   n_a  n_b  share_a  share_b  expected   ratio",
        " web       2    4    0.667    0.571     1.714   0.144",
        " book      1    2    0.333    0.286     0.857   0.107",
        " (none)    0    1    0.000    0.143     0.429  -0.515",
    ]


def test_what_is_not_there_is_not_printed() -> None:
    assert str(instag.analyze(pl.DataFrame({"tags": [[], None]}))).splitlines() == [
        "Analysis of 2 samples with 0 tags",
        " group  samples   mean  median    p95  tags  coverage  untagged  effective",
        " all          2  0.000   0.000  0.000     0     0.000     1.000      0.000",
    ]
    assert "group" not in repr(instag.analyze(DATA, selections=DATA.head(1)).compare("selection"))


def test_groups_of_any_name_are_in_the_matrix() -> None:
    """A group may be called as a column of the table is."""
    printed = str(instag.analyze(grouped(["group", "by", "2", "1"]), by="source")).splitlines()
    start = printed.index(" group        1      2      3      4")
    assert [line.split()[:2] for line in printed[start + 1 : start + 5]] == [
        ["1", "1"],
        ["2", "2"],
        ["3", "by"],
        ["4", "group"],
    ]


def test_the_ten_largest_groups_are_in_the_matrix() -> None:
    names = [f"g{nth:02}" for nth in range(12)]
    data = pl.concat([grouped(names), grouped(names).tail(2)])
    printed = str(instag.analyze(data, by="source")).splitlines()
    end = printed.index(" the 10 largest of 12 groups")
    assert [line.split()[1] for line in printed[end - 10 : end]] == ["g11", *names[:9]]
    shares = [line.split()[2:] for line in printed[end - 10 : end]]
    assert shares == [["1.000" if one == other else "0.500" for other in range(10)] for one in range(10)]


def test_long_names_stay_apart() -> None:
    names = ["self_instruct_davinci_" + "x" * 40 + f"_gpt{nth}" for nth in range(10)]
    analysis = instag.analyze(grouped(names), by="source", selections={"s" * 200: grouped(names[:3])})
    lines = str(analysis).splitlines()
    for name in names:
        # In the summary and in the matrix.
        assert sum(f"{name[-3:]} " in line for line in lines) == 2
    heading = repr(analysis.compare("s" * 200, names[7])).splitlines()[0]
    assert len(heading) == 80
    assert heading.endswith("_gpt7'")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=90)


@settings(max_examples=80, deadline=None)
@given(st.lists(texts, max_size=30), st.integers(1, 10**7))
def test_no_line_is_wider_than_eighty_columns(names: list[str], largest: int) -> None:
    frame = pl.DataFrame(
        {"name": names, "n": [largest] * len(names), "spare": [1.5] * len(names), "share": [None] * len(names)},
        {"name": pl.String, "n": pl.Int64, "spare": pl.Float64, "share": pl.Float64},
    ).with_columns(more=pl.lit(10.0**7), most=pl.lit(-(10.0**9)))
    printed = table(frame, spare=["spare"])
    lines = printed.split("\n")
    assert all(cell_len(line) <= 80 for line in lines)
    assert len(lines) == 1 + min(len(names), 13) + ("not shown" in lines[-1])
    assert "\x1b" not in printed


@pytest.mark.parametrize("width", [7, 12, 35])
@given(name=texts)
def test_a_name_keeps_its_ends(width: int, name: str) -> None:
    short = fitted(name, width)
    assert cell_len(short) <= width
    if name.isprintable() and cell_len(name) > width:
        assert cell_len(short) >= width - 1
        assert "…" in short
    if name.isprintable() and cell_len(name) <= width:
        assert short == name


def test_columns_are_left_out_before_names_are() -> None:
    wide = {f"column {nth}": [10.0**11] for nth in range(5)}
    printed = table(pl.DataFrame({"name": ["x" * 30], **wide}), spare=["column 3", "column 1", "column 0"])
    assert printed.splitlines() == [
        " name                             column 0           column 2           column 4",
        " xxxxxxxxxxx…xxxxxxxxxx  100,000,000,000.0  100,000,000,000.0  100,000,000,000.0",
        " not shown: column 1, column 3",
    ]


def test_decimals_as_there_is_room() -> None:
    frame = pl.DataFrame({"name": ["a", "b"], "one": [9.9, None], "two": [-10.5, 1], "three": [1234.56, 0.123]})
    assert table(frame).splitlines() == [
        " name    one     two    three",
        " a     9.900  -10.50  1,234.6",
        " b         -    1.00      0.1",
    ]
