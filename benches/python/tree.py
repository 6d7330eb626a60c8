"""What a selection covers by gain, with broader tags counted and without: the table of docs/normalizing.md.

python benches/python/tree.py data.jsonl --judgments judgments.jsonl
"""

import argparse
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

import instag

BUDGETS = (50, 100, 200, 400)


def rows(data: pl.DataFrame, judgments: Any, min_count: int) -> Iterator[tuple[int, str, float, float]]:
    """For each budget, without the tree and with it: the share of all tags covered, and of broad ones, or a tag just below."""
    done = instag.normalize(data, judgments=judgments, min_count=min_count, embedder=None)
    tree = done.vocabulary.tree
    broad = set(tree.get_column("broader").explode().drop_nulls())
    for budget in BUDGETS:
        for name, options in (("plain", {}), ("tree", {"tree": done.vocabulary})):
            picked: Any = instag.select(done.data, budget, method="gain", **options)  # type: ignore[arg-type]
            held = set(picked.get_column("tags").explode().drop_nulls())
            above = {
                broader for tag, some in tree.select("tag", "broader").iter_rows() if tag in held for broader in some
            }
            yield budget, name, len(held) / max(len(tree), 1), len((held | above) & broad) / max(len(broad), 1)


def main(arguments: list[str] | None = None, show: Callable[[str], None] = print) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", help="a data file with a column `tags`; otherwise the sample")
    parser.add_argument("--judgments", type=Path, help="what a judge said of its tags; for the sample it comes with it")
    parser.add_argument("--min-count", type=int, default=3)
    given = parser.parse_args(arguments)
    data = instag.load_sample() if given.file is None else instag.io.load(given.file).lazy().collect()
    judgments = instag.load_sample_judgments() if given.judgments is None else given.judgments
    show("| budget | | tags covered | broad tags covered, or a tag just below |")
    show("|---|---|---|---|")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", instag.InstagWarning)
        for budget, name, tags, broad in rows(data.select("tags"), judgments, given.min_count):
            show(f"| {budget} | {name} | {tags:.1%} | {broad:.1%} |".replace("%", " %"))


if __name__ == "__main__":
    main()
