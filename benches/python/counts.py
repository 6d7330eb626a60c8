"""What each step leaves of the tags of a pool, beside what the InsTag paper reports: the table of docs/normalizing.md.

python benches/python/counts.py data.jsonl
python benches/python/counts.py --sample --judged --min-count 3
python benches/python/counts.py counts.jsonl --counts
python benches/python/counts.py data.jsonl --min-count 3 --replay judgments.jsonl

Its last line says which share of the raw assignments is kept (their tag became one that stands, or speaks through one), and
how many samples with tags lose all of them: with judgements (`--judgments`), or with a judge that says what stands in a file
of them about the candidates that it is shown (`--replay`).
"""

import argparse
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

import instag
from quality import replayed

# Section 2 of the paper: distinct tags after each step, of more than 100,000 on 306,044 samples. The association step
# then merges by 1,772 rules.
PAPER = {"frequency": 8_541, "rules": 7_157, "semantic": 6_587}


def rows_of(path: Path, *, counts: bool) -> pl.DataFrame:
    """The tags of a file: a list a row; or with `counts` a row for each time that a tag was counted."""
    frame = instag.io.load(path).lazy().collect()
    if not counts:
        return frame.select("tags")
    every = frame.select(pl.col("tag").repeat_by(pl.col("count").cast(pl.UInt32))).explode("tag")
    return every.select(tags=pl.concat_list("tag"))


def table(steps: pl.DataFrame) -> Iterator[str]:
    """A line for each step."""
    yield "| step | tags | of the raw ones | assignments | of the raw ones | the paper's tags |"
    yield "|---|---|---|---|---|---|"
    first = steps.row(0, named=True)
    for step in steps.iter_rows(named=True):
        paper = PAPER.get(step["step"])
        yield (
            f"| {step['step']} | {step['tags_after']:,} | {step['tags_after'] / max(first['tags_before'], 1):.1%} "
            f"| {step['assignments_after']:,} | {step['assignments_after'] / max(first['assignments_before'], 1):.1%} "
            f"| {'' if paper is None else f'{paper:,}'} |"
        ).replace("%", " %")


def kept(data: pl.DataFrame, done: instag.Normalized[pl.DataFrame]) -> tuple[float, int]:
    """The share of raw assignments that are kept, and the samples that lose all their tags."""
    raw = data.select(pl.col("tags").list.unique()).explode("tags").drop_nulls().get_column("tags").value_counts()
    each = done.vocabulary.apply(raw.select(tags=pl.concat_list("tags"))).data
    times = [(count, bool(tags)) for count, tags in zip(raw["count"].to_list(), each["tags"].to_list(), strict=True)]
    lost = (data.get_column("tags").list.len() > 0) & (done.data.get_column("tags").list.len() == 0)
    return sum(count for count, stands in times if stands) / max(
        sum(count for count, _ in times), 1
    ), lost.to_list().count(True)


def main(arguments: list[str] | None = None, show: Callable[[str], None] = print) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", help="a data file with a column `tags`")
    parser.add_argument("--sample", action="store_true", help="the sample that comes with instag")
    parser.add_argument("--counts", action="store_true", help="the file has `tag` and `count`, a tag a row")
    parser.add_argument("--judged", action="store_true", help="with the judgements of the sample")
    parser.add_argument("--judgments", type=Path, help="with the judgements of a file")
    parser.add_argument("--replay", type=Path, help="with a judge that says what stands in a file of judgements")
    parser.add_argument("--steps", type=lambda names: names.split(","), help="the steps in their order, by commas")
    parser.add_argument("--min-count", type=int, help="the limit of frequency, by the size of the data otherwise")
    given = parser.parse_args(arguments)
    if (given.file is None) != given.sample:
        parser.error("expected a file, or --sample")
    data = instag.load_sample().select("tags") if given.sample else rows_of(given.file, counts=given.counts)
    options: dict[str, Any] = {"min_count": given.min_count or "auto"}
    if given.judged or given.judgments:
        options["judgments"] = instag.load_sample_judgments() if given.judged else given.judgments
    if given.steps:
        options["steps"] = given.steps
    if given.replay:
        options["judge"] = replayed(given.replay)
    if given.counts:
        # Counts do not say which tags come together, and these have been cleaned.
        options["steps"] = ("frequency", "semantic")
    with warnings.catch_warnings():
        # What is lost is what is measured.
        warnings.simplefilter("ignore", instag.InstagWarning)
        done = instag.normalize(data, **options)
    show(f"{len(data):,} rows, min_count {done.vocabulary.settings.min_count}")
    for line in table(done.steps):
        show(line)
    share, lost = kept(data, done)
    show(f"{share:.1%} of the raw assignments are kept; samples that lose all tags: {lost:,}".replace("%", " %"))


if __name__ == "__main__":
    main()
