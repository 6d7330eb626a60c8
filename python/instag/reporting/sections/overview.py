"""The overview, with the numbers of all samples."""

from instag.analysis import Analysis
from instag.reporting.section import Section
from instag.reporting.wording import PERCENT, count, number, plural, share

__all__ = ["overview"]


def overview(analysis: Analysis) -> Section:
    """Build the section with the numbers of all samples."""
    total = analysis.summary.row(0, named=True)
    tiles = [("samples", count(total["samples"]))]
    if total["queries"] is not None:
        tiles.append(("queries", count(total["queries"])))
    tiles += [
        ("distinct tags", count(total["tags"])),
        ("tags a sample", number(total["mean"])),
        ("median", number(total["median"]).removesuffix(".00")),
        (f"95{PERCENT} have at most", number(total["p95"]).removesuffix(".00")),
        ("effective tags", count(total["effective"] or 0)),
        ("without tags", share(total["untagged"])),
    ]
    if not total["tags"]:
        lead = f"None of {count(total['samples'])} samples has a tag, so there is nothing to draw."
    else:
        lead = (
            f"{plural(total['samples'], 'sample')} with {plural(total['tags'], 'distinct tag')}. The effective number is "
            f"the number of equally frequent tags that would be as diverse: {count(total['effective'])}."
        )
    return Section("overview", "Overview", lead, tiles=tuple(tiles))
