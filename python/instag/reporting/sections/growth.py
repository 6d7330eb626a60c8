"""How coverage grows with samples."""

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.analysis.curves import EXPECTED
from instag.analysis.goals import GOALS, reached
from instag.reporting.drawing import decades, drawn, legend
from instag.reporting.section import Column, Figure, Section, table_of
from instag.reporting.wording import count, cut, listed, plural, share

__all__ = ["drawn_from", "growth"]

RANDOM = "random order"


def growth(analysis: Analysis) -> Section | None:
    """The curves; None where no sample has tags."""
    curves = analysis.growth.with_columns(pl.col("curve").replace(EXPECTED, RANDOM))
    if not analysis.summary.item(0, "tags"):
        return None
    names = curves.get_column("curve").unique(maintain_order=True).to_list()
    half = reached(curves.filter(pl.col("curve") == RANDOM), GOALS[0])
    lead = "How many of the tags so many samples hold: " + (
        f"drawn at random, about {plural(half, 'sample')} hold half of them." if half else "drawn at random."
    )
    if len(names) > 1:
        lead += " " + " ".join(outdone(curves, name) for name in names[1:])
    columns = (Column("in order of"), *(Column(f"{goal:.0%} of the tags", "count") for goal in GOALS))
    rows = [(cut(name), *(reached(part, goal) for goal in GOALS)) for name, part in parts(curves, names)]
    frame = pl.DataFrame(rows, ["curve", *map(str, GOALS)], orient="row")
    table = table_of("growth", "About how many samples it takes", columns, frame)
    figure = Figure("growth", f"Coverage against samples: {listed(names)}", lines(curves, names))
    return Section("growth", "Growth", lead, (figure,), (table,), drawn_from(analysis))


def drawn_from(analysis: Analysis) -> tuple[str, ...]:
    """What random leaves out, in words; none where that is nothing."""
    every = analysis.summary.item(0, "samples")
    tagged = analysis.growth.filter(pl.col("curve") == EXPECTED).select(pl.col("samples").max()).item()
    return (
        (f"Random is drawn from the {count(tagged)} samples with tags, of {count(every)}.",) if tagged < every else ()
    )


def parts(curves: pl.DataFrame, names: list[str]) -> list[tuple[str, pl.DataFrame]]:
    """Each curve alone."""
    return [(name, curves.filter(pl.col("curve") == name)) for name in names]


def outdone(curves: pl.DataFrame, name: str) -> str:
    """What a selection ends with, and how many samples drawn at random would have as much."""
    last = curves.filter(pl.col("curve") == name).tail(1)
    if last.is_empty():
        return f"“{cut(name)}” is empty."
    samples, coverage = last.item(0, "samples"), last.item(0, "coverage")
    alike = reached(curves.filter(pl.col("curve") == RANDOM), coverage)
    beside = f"; at random about {count(alike)} would" if alike else ""
    return f"The {plural(samples, 'sample')} of “{cut(name)}” hold {share(coverage)}{beside}."


def lines(curves: pl.DataFrame, names: list[str]) -> dict[str, object]:
    """A line for each curve."""
    rows = curves.with_columns(pl.col("coverage").round(5), pl.col("tags").round(1)).to_dicts()
    base = alt.Chart(alt.InlineData(values=rows), width="container", height=320).encode(
        x=alt.X(
            "samples:Q",
            title="samples",
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(format="~s", values=decades(curves.get_column("samples").max()), grid=False),
        ),
        y=alt.Y("coverage:Q", title="coverage", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
        color=alt.Color(
            "curve:N",
            scale=alt.Scale(domain=names),
            legend=legend(names) if len(names) > 1 else None,
        ),
        tooltip=[
            alt.Tooltip("curve:N"),
            alt.Tooltip("samples:Q", format=","),
            alt.Tooltip("tags:Q", format=",.0f"),
            alt.Tooltip("coverage:Q", format=".1%"),
        ],
    )
    return drawn(base.mark_line() + base.mark_point(size=60, opacity=0))
