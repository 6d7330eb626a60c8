"""Cases, drawn from a pool by a seed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice

import numpy as np

from instag.auditing.case import Case, Kind
from instag.auditing.design import Design
from instag.auditing.draws import Draws
from instag.auditing.pool import Pool
from instag.auditing.probes import outsider, wrong_tag
from instag.chat.truncate import Cut

__all__ = ["cases_of"]

# A query of a consistency case is one of several, so less of it is shown.
CUTS: dict[Kind, Cut] = {"precision": Cut(6_000), "consistency": Cut(2_000)}

# Pairs or tags that are tried for each probe before fewer probes have to do.
TRIES = 20


def cases_of(pool: Pool, design: Design) -> list[Case]:
    """Draw cases and probes, in an order that tells them not apart.

    More cases by the same seed have fewer cases among them. A precision case is a pair of a query and a tag, each pair
    as likely as any other. A consistency case is a tag with `group` of its queries, or two and more where it has no
    `group`; each tag with two queries is as likely as any other, and has its second case, with other queries, when all
    tags have had their first.

    Examples
    --------
    >>> import polars as pl
    >>> from instag.auditing.design import Design
    >>> from instag.auditing.pool import pool_of
    >>> from instag.frame import wrap
    >>> df = pl.DataFrame({"queries": [["Why?"], ["How?"]], "tags": [["cause"], ["means"]]})
    >>> pool = pool_of(wrap(df), tags="tags", query=None)
    >>> for case in cases_of(pool, Design(precision=2, consistency=0, probes=0.5, group=5, seed=0)):
    ...     print(case.queries, case.tag, case.probe)
    ('How?',) means False
    ('Why?',) means True
    ('Why?',) cause False
    """
    found = chain(
        islice(_distinct(_pairs(pool, design)), design.wanted("precision", probe=False)),
        islice(_distinct(_wrong_pairs(pool, design)), design.wanted("precision", probe=True)),
        islice(_distinct(_groups(pool, design)), design.wanted("consistency", probe=False)),
        islice(_distinct(_wrong_groups(pool, design)), design.wanted("consistency", probe=True)),
    )
    named = sorted(_distinct(found), key=lambda case: case.id)
    return Draws(design.seed, "order of cases").shuffled(named)


def _distinct(cases: Iterable[Case]) -> Iterator[Case]:
    """Cases that were not there before: a query is cut, and then may be like another."""
    seen: set[str] = set()
    for case in cases:
        if case.id not in seen:
            seen.add(case.id)
            yield case


def _pairs(pool: Pool, design: Design) -> Iterator[Case]:
    for nth in Draws(design.seed, "precision").order(len(pool.codes)):
        yield _case("precision", pool, pool.codes[nth], [pool.queries[nth]], probe=False)


def _wrong_pairs(pool: Pool, design: Design) -> Iterator[Case]:
    draws = Draws(design.seed, "precision probes")
    pairs = draws.order(len(pool.codes))
    for nth in islice(pairs, TRIES * design.wanted("precision", probe=True)):
        tag = wrong_tag(pool, pool.queries[nth], draws)
        if tag is not None:
            yield _case("precision", pool, tag, [pool.queries[nth]], probe=True)


def _groups(pool: Pool, design: Design) -> Iterator[Case]:
    draws = Draws(design.seed, "consistency")
    turn = 0
    while len(tags := np.flatnonzero(pool.sizes >= turn * design.group + 2)):
        for nth in draws.order(len(tags)):
            queries = _some(pool, tags[nth], design, turn)
            yield _case("consistency", pool, tags[nth], queries, probe=False)
        turn += 1


def _wrong_groups(pool: Pool, design: Design) -> Iterator[Case]:
    draws = Draws(design.seed, "consistency probes")
    tags = np.flatnonzero(pool.sizes >= 2)  # noqa: PLR2004 - one to stay and one to be replaced
    for nth in islice(draws.order(len(tags)), TRIES * design.wanted("consistency", probe=True)):
        queries = _some(pool, tags[nth], design, 0)
        replaced = draws.below(len(queries))
        other = outsider(pool, tags[nth], draws)
        if other is not None:
            queries[replaced] = other
            yield replace(_case("consistency", pool, tags[nth], queries, probe=True), misplaced=replaced)


def _some(pool: Pool, tag: int, design: Design, turn: int) -> list[int]:
    """The queries that a tag is shown with in its first, second, … case."""
    queries = pool.queries_of(tag)
    order = Draws(design.seed, f"queries of {pool.tags[tag]}").order(len(queries))
    return [int(queries[nth]) for nth in islice(order, turn * design.group, (turn + 1) * design.group)]


def _case(kind: Kind, pool: Pool, tag: int, queries: Iterable[int], *, probe: bool) -> Case:
    shown = [int(query) for query in queries]
    texts = tuple(CUTS[kind](pool.text(query))[0] for query in shown)
    return Case(kind, pool.tags[tag], texts, tuple(int(pool.samples[query]) for query in shown), probe)
