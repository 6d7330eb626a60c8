"""The number of tags per sample."""

import altair as alt
import polars as pl

from instag.analysis import Analysis
from instag.analysis.samples import ALL
from instag.reporting.drawing import drawn, legend
from instag.reporting.section import Column, Figure, Section, Table, highest, table_of
from instag.reporting.wording import count, cut, listed, plural, share

__all__ = ["complexity"]

# The histogram ends at the number of tags that this share of the samples does not exceed. Drawing the few samples beyond
# would squeeze all others together.
DRAWN = 0.999
EVERY = "all samples"
# Longer tables are shown page by page.
LINES = 16


def complexity(analysis: Analysis) -> Section | None:
    """Build the section with the histogram; None if no sample has tags."""
    if not analysis.summary.item(0, "tags"):
        return None
    whole = shared(analysis.complexity.filter(pl.col("group") == ALL).select("tags", "samples"))
    picked = {name: shared(histogram(picks)) for name, picks in analysis.selections.items() if len(picks)}
    commonest = highest(whole, "samples")
    lead = (
        f"Most often a sample has {plural(commonest['tags'], 'tag')}: {share(commonest['share'])} of them do. "
        f"The mean is {analysis.summary.item(0, 'mean'):.2f}."
    )
    if picked:
        lead += f" The {'line shows' if len(picked) == 1 else 'lines show'} the samples of {listed([f'“{name}”' for name in picked])}."
    parts = {EVERY: whole, **picked}
    most = max(map(nearly_all, parts.values()))
    figure = Figure("complexity", "Histogram of the number of tags a sample has", chart_of(whole, picked, most))
    notes = tuple(note for name, counts in parts.items() for note in beyond(name, counts, most))
    return Section("complexity", "Complexity", lead, (figure,), (numbers(parts, most),), notes)


def histogram(picks: pl.DataFrame) -> pl.DataFrame:
    """The number of samples of a selection with each number of tags."""
    lengths = picks.select(tags=pl.col("tags").list.n_unique().cast(pl.UInt32))
    return lengths.group_by("tags").agg(samples=pl.len()).sort("tags")


def shared(counts: pl.DataFrame) -> pl.DataFrame:
    """Add each count's share of the total."""
    return counts.sort("tags").with_columns(share=pl.col("samples") / pl.col("samples").sum())


def nearly_all(counts: pl.DataFrame) -> int:
    """The number of tags that nearly no sample exceeds."""
    reached = counts.filter(pl.col("samples").cum_sum() >= DRAWN * pl.col("samples").sum())
    return int(reached.get_column("tags").min() or 1)  # type: ignore[arg-type] # whole numbers


def beyond(name: str, counts: pl.DataFrame, most: int) -> list[str]:
    """A note on the samples of a part that are not drawn; none if all are."""
    samples, highest = counts.filter(pl.col("tags") > most).select(pl.col("samples").sum(), pl.col("tags").max()).row(0)
    if not samples:
        return []
    whose = "" if name == EVERY else f" of “{cut(name)}”"
    return [
        f"Not drawn: {plural(samples, 'sample')}{whose} with more than {plural(most, 'tag')}, at most {count(highest)}."
    ]


def numbers(parts: dict[str, pl.DataFrame], most: int) -> Table:
    """A table of the samples of each part by number of tags, with a last line for those that are not drawn."""
    upto = pl.col("tags").cast(pl.UInt32).clip(upper_bound=most + 1)
    lines = pl.concat(counts.select(upto) for counts in parts.values()).unique().sort("tags")
    columns = [Column("a sample has")]
    for nth, (name, counts) in enumerate(parts.items()):
        sums = counts.group_by(upto).agg(
            pl.col("samples").sum().alias(f"samples {nth}"), pl.col("share").sum().alias(f"share {nth}")
        )
        lines = lines.join(sums, on="tags", how="left", maintain_order="left")
        columns += [Column("samples" if name == EVERY else cut(name), "count"), Column("share", "share")]
    more = pl.lit(f"more than {plural(most, 'tag')}")
    few = pl.col("tags").map_elements(lambda tags: plural(tags, "tag"), pl.String)
    rows = lines.fill_null(0).with_columns(pl.when(pl.col("tags") > most).then(more).otherwise(few).alias("tags"))
    return table_of("complexity", "Samples by number of tags", columns, rows, browse=len(rows) > LINES)


def chart_of(whole: pl.DataFrame, picked: dict[str, pl.DataFrame], most: int) -> dict[str, object]:
    """A bar for each number of tags, and a line for each selection."""
    drawing = whole.filter(pl.col("tags") <= most)
    numbers = list(range(most + 1))
    # At most about 12 bars have a label.
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
    key = legend([EVERY, *picked]) if picked else None
    colour = alt.Color("of:N", scale=alt.Scale(domain=[EVERY, *picked]), legend=key)
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
    """Add a zero for every missing number of tags up to the last that is drawn."""
    numbers = pl.DataFrame({"tags": pl.int_range(0, most + 1, eager=True, dtype=pl.UInt32)})
    return numbers.join(counts, on="tags", how="left", maintain_order="left").fill_null(0)
