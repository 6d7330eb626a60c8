"""How many tags samples have."""

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.reporting.drawing import drawn
from instag.reporting.section import Column, Figure, Section, table_of
from instag.reporting.wording import count, listed, plural, share

__all__ = ["complexity"]

# What few samples have more tags than is not drawn: the picture would be of them alone.
DRAWN = 0.999
EVERY = "all samples"
COLUMNS = (Column("tags"), Column("samples", "count"), Column("share", "share"))
# From the first number of tags to the last, both included.
BANDS = ((0, 0), (1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, None))


def complexity(analysis: Analysis) -> Section | None:
    """The histogram; None where no sample has tags."""
    every = shared(analysis.complexity.filter(pl.col("group") == "all").select("tags", "samples"))
    if not analysis.summary.item(0, "tags"):
        return None
    most = every.filter(pl.col("share").cum_sum() >= DRAWN).select(pl.col("tags").min()).item() or 1
    beyond = every.filter(pl.col("tags") > most)
    commonest = every.row(int(every.get_column("samples").arg_max() or 0), named=True)
    picked = {name: shared(histogram(picks)) for name, picks in analysis.selections.items()}
    lead = (
        f"Most often a sample has {plural(commonest['tags'], 'tag')}: {share(commonest['share'])} of them do. "
        f"The mean is {analysis.summary.item(0, 'mean'):.2f}."
    )
    if picked:
        lead += f" The {'line is' if len(picked) == 1 else 'lines are'} what {listed([f'“{name}”' for name in picked])} took."
    notes: tuple[str, ...] = ()
    if len(beyond):
        samples, highest = beyond.select(pl.col("samples").sum(), pl.col("tags").max()).row(0)
        notes = (f"Not drawn: {plural(samples, 'sample')} with more than {most} tags, at most {count(highest)}.",)
    figure = Figure("complexity", "Histogram of the number of tags a sample has", chart_of(every, picked, most))
    rows = pl.DataFrame(
        [banded(every, first, last) for first, last in BANDS],
        {"tags": pl.String, "samples": pl.UInt64, "share": pl.Float64},
        orient="row",
    ).filter(pl.col("samples") > 0)
    table = table_of("complexity", "Samples by number of tags", COLUMNS, rows)
    return Section("complexity", "Complexity", lead, (figure,), (table,), notes)


def histogram(picks: pl.DataFrame) -> pl.DataFrame:
    """How many samples of a selection have how many tags."""
    lengths = picks.select(tags=pl.col("tags").list.n_unique().cast(pl.UInt32))
    return lengths.group_by("tags").agg(samples=pl.len()).sort("tags")


def shared(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts with their share of all."""
    return counts.sort("tags").with_columns(share=pl.col("samples") / pl.col("samples").sum())


def banded(every: pl.DataFrame, first: int, last: int | None) -> tuple[str, int, float]:
    """A line of the table."""
    within = every.filter(pl.col("tags").is_between(first, last if last is not None else pl.col("tags").max()))
    samples, part = within.select(pl.col("samples").sum(), pl.col("share").sum()).row(0)
    name = f"{first} or more" if last is None else str(first) if first == last else f"{first} to {last}"
    return name, samples, part


def chart_of(every: pl.DataFrame, picked: dict[str, pl.DataFrame], most: int) -> dict[str, object]:
    """A bar for each number of tags, and a line for each selection."""
    drawing = every.filter(pl.col("tags") <= most)
    numbers = list(range(most + 1))
    # Few labels where there are many bars.
    step = max(1, -(-most // 12))
    x = alt.X(
        "tags:O",
        title="tags a sample",
        scale=alt.Scale(domain=numbers),
        axis=alt.Axis(labelAngle=0, grid=False, values=numbers[::step]),
    )
    y = alt.Y("share:Q", title="share of samples", axis=alt.Axis(format="%"))
    tooltip = [
        alt.Tooltip("tags:O"),
        alt.Tooltip("samples:Q", format=","),
        alt.Tooltip("share:Q", format=".2%"),
    ]
    legend = alt.Legend(title=None) if picked else None
    colour = alt.Color("of:N", scale=alt.Scale(domain=[EVERY, *picked]), legend=legend)
    bars = [{"of": EVERY, **row} for row in drawing.iter_rows(named=True)]
    base = alt.Chart(alt.InlineData(values=bars), width="container", height=280)
    chart: alt.Chart | alt.LayerChart = base.mark_bar().encode(x=x, y=y, tooltip=tooltip, color=colour)
    if picked:
        lines = [
            {"of": name, **row} for name, counts in picked.items() for row in filled(counts, most).iter_rows(named=True)
        ]
        over = alt.Chart(alt.InlineData(values=lines)).encode(
            x=x,
            y=y,
            color=colour,
            tooltip=[alt.Tooltip("of:N", title="selection"), *tooltip],
        )
        chart = chart + over.mark_line() + over.mark_point(size=36)
    return drawn(chart)


def filled(counts: pl.DataFrame, most: int) -> pl.DataFrame:
    """Counts with a zero for every number that there is none of, up to the last."""
    numbers = pl.DataFrame({"tags": pl.int_range(0, most + 1, eager=True, dtype=pl.UInt32)})
    return numbers.join(counts, on="tags", how="left", maintain_order="left").fill_null(0)
