"""The sections of a report, each built from an analysis alone, and their order."""

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
    """Build the sections of a report in order, leaving out those that would be empty."""
    return list(_sections(analysis, vocabulary, versions))


def _sections(
    analysis: Analysis, vocabulary: Vocabulary | Normalized[Any] | None, versions: Versions | None
) -> Iterator[Section]:
    for build in ANALYSIS:
        section = build(analysis)
        if section is not None:
            yield section
        if build is frontier and (values := worth(analysis, vocabulary_of(vocabulary))) is not None:
            yield values
    if versions is not None:
        yield side_by_side(versions)
    if vocabulary is not None:
        yield normalization(vocabulary)
        hierarchy = tree(vocabulary.vocabulary if isinstance(vocabulary, Normalized) else vocabulary)
        if hierarchy is not None:
            yield hierarchy
    for nth, name in enumerate(analysis.selections, start=1):
        yield picks(analysis, name, nth)
    tags = catalogue(analysis)
    if tags is not None:
        yield tags


def vocabulary_of(known: Vocabulary | Normalized[Any] | None) -> Vocabulary | None:
    """The vocabulary itself, also of the result of a normalisation."""
    return known.vocabulary if isinstance(known, Normalized) else known
