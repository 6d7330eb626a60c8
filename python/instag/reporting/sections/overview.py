"""The numbers of the whole."""

from instag.analysis import Analysis
from instag.reporting.section import Section
from instag.reporting.wording import PERCENT, count, number, plural, share

__all__ = ["overview"]


def overview(analysis: Analysis) -> Section:
    """What there is, in numbers."""
    every = analysis.summary.row(0, named=True)
    tiles = [("samples", count(every["samples"]))]
    if every["queries"] is not None:
        tiles.append(("queries", count(every["queries"])))
    tiles += [
        ("distinct tags", count(every["tags"])),
        ("tags a sample", number(every["mean"])),
        ("median", number(every["median"]).removesuffix(".00")),
        (f"95{PERCENT} have at most", number(every["p95"]).removesuffix(".00")),
        ("effective tags", count(every["effective"] or 0)),
        ("without tags", share(every["untagged"])),
    ]
    if not every["tags"]:
        lead = f"No sample of {count(every['samples'])} has a tag: there is nothing to draw."
    else:
        lead = (
            f"{plural(every['samples'], 'sample')} with {plural(every['tags'], 'distinct tag')}. The effective number "
            f"says how many equally frequent tags would be as diverse: {count(every['effective'])}."
        )
    return Section("overview", "Overview", lead, tiles=tuple(tiles))
