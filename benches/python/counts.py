"""What each step leaves of the tags of a pool, beside what the InsTag paper reports: the table of docs/normalizing.md.

python benches/python/counts.py data.jsonl
python benches/python/counts.py --sample --judged --min-count 3
python benches/python/counts.py counts.jsonl --counts
"""

import argparse
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

import instag

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


def main(arguments: list[str] | None = None, tell: Callable[[str], None] = print) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", help="a data file with a column `tags`")
    parser.add_argument("--sample", action="store_true", help="the sample that comes with instag")
    parser.add_argument("--counts", action="store_true", help="the file has `tag` and `count`, a tag a row")
    parser.add_argument("--judged", action="store_true", help="with the judgements of the sample")
    parser.add_argument("--judgments", type=Path, help="with the judgements of a file")
    parser.add_argument("--min-count", type=int, help="the limit of frequency, by the size of the data otherwise")
    given = parser.parse_args(arguments)
    if (given.file is None) != given.sample:
        parser.error("expected a file, or --sample")
    data = instag.load_sample().select("tags") if given.sample else rows_of(given.file, counts=given.counts)
    options: dict[str, Any] = {"min_count": given.min_count or "auto"}
    if given.judged or given.judgments:
        options["judgments"] = instag.load_sample_judgments() if given.judged else given.judgments
    if given.counts:
        # Counts do not say which tags come together, and these have been cleaned.
        options["steps"] = ("frequency", "semantic")
    with warnings.catch_warnings():
        # What is lost is what is measured.
        warnings.simplefilter("ignore", instag.InstagWarning)
        done = instag.normalize(data, **options)
    tell(f"{len(data):,} rows, min_count {done.vocabulary.settings.min_count}")
    for line in table(done.steps):
        tell(line)


if __name__ == "__main__":
    main()
