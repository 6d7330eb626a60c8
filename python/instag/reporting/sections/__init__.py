"""The sections of a report, each made of an analysis and nothing else; their order stands here."""

from collections.abc import Iterator
from typing import Any

from instag.analysis import Analysis, Versions
from instag.normalization import Normalized, Vocabulary
from instag.reporting.section import Section
from instag.reporting.sections.complexity import complexity
from instag.reporting.sections.curves import frontier, growth
from instag.reporting.sections.frequency import frequency
from instag.reporting.sections.groups import groups
from instag.reporting.sections.overlap import overlap
from instag.reporting.sections.overview import overview
from instag.reporting.sections.selections import picks
from instag.reporting.sections.tags import associations, catalogue
from instag.reporting.sections.tree import tree
from instag.reporting.sections.versions import versions as side_by_side
from instag.reporting.sections.vocabulary import normalization
from instag.reporting.sections.worth import worth

__all__ = ["sections"]

ANALYSIS = (overview, groups, overlap, frequency, complexity, growth, frontier, associations)


def sections(
    analysis: Analysis, vocabulary: Vocabulary | Normalized[Any] | None = None, versions: Versions | None = None
) -> list[Section]:
    """The sections that have content, in the order of a report."""
    return list(_sections(analysis, vocabulary, versions))


def _sections(
    analysis: Analysis, vocabulary: Vocabulary | Normalized[Any] | None, versions: Versions | None
) -> Iterator[Section]:
    for build in ANALYSIS:
        section = build(analysis)
        if section is not None:
            yield section
        if build is frontier and (good := worth(analysis, of(vocabulary))) is not None:
            yield good
    if versions is not None:
        yield side_by_side(versions)
    if vocabulary is not None:
        yield normalization(vocabulary)
        below = tree(vocabulary.vocabulary if isinstance(vocabulary, Normalized) else vocabulary)
        if below is not None:
            yield below
    for nth, name in enumerate(analysis.selections, start=1):
        yield picks(analysis, name, nth)
    tags = catalogue(analysis)
    if tags is not None:
        yield tags


def of(vocabulary: Vocabulary | Normalized[Any] | None) -> Vocabulary | None:
    """The vocabulary itself."""
    return vocabulary.vocabulary if isinstance(vocabulary, Normalized) else vocabulary
