"""Cases: what the judge is shown, and how the cases are drawn by a seed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain, islice
from numbers import Integral
from typing import Literal

import numpy as np
import orjson

from instag.auditing.population import Population
from instag.auditing.sampling import Draws, outsider, wrong_tag
from instag.chat.truncate import Cut
from instag.checks import check_share
from instag.errors import InputError

__all__ = ["KINDS", "TAG", "Case", "Design", "Kind", "cases_of"]


Kind = Literal["precision", "consistency"]
"""The question about a case: is the tag right for its query, or does it mean the same in several queries?"""

KINDS: tuple[Kind, ...] = ("precision", "consistency")

TAG = Cut(200)
"""Cuts the tags that are shown to 200 characters."""


@dataclass(frozen=True, slots=True)
class Case:
    """A tag with one query or several.

    Attributes
    ----------
    kind
        The kind of question that is asked.
    tag
        The tag.
    queries
        The queries as they are shown; long ones are cut.
    rows
        The row of each query in the data.
    probe
        Whether the case is wrong on purpose.
    misplaced
        The number, from 0, of the query that was replaced by one that does not belong; None if none was.

    Examples
    --------
    >>> case = Case("precision", "poetry", ("Write a haiku.",), (7,), probe=False)
    >>> case.question
    '{"query":"Write a haiku.","tag":"poetry"}'
    >>> case.id
    'p-58709cc820'
    """

    kind: Kind
    tag: str
    queries: tuple[str, ...]
    rows: tuple[int, ...]
    probe: bool
    misplaced: int | None = None

    @property
    def question(self) -> str:
        """The case as the judge sees it. It is JSON, so that no query can break out of its string."""
        shown = {"queries": self.queries} if self.kind == "consistency" else {"query": self.queries[0]}
        return orjson.dumps(shown | {"tag": TAG(self.tag)[0]}).decode()

    @property
    def id(self) -> str:
        """The name of the case: the same for the same question, and without a hint whether it is a probe."""
        return f"{self.kind[0]}-{blake2b(self.question.encode(), digest_size=5).hexdigest()}"


@dataclass(frozen=True)
class Design:
    """How many cases are drawn, and how.

    Attributes
    ----------
    precision, consistency
        The cases of each kind.
    probes
        The probes that are added, as a share of the cases.
    group
        The number of queries in a consistency case.
    seed
        The seed of the random draws.
    """

    precision: int
    consistency: int
    probes: float
    group: int
    seed: int

    def wanted(self, kind: Kind, *, probe: bool) -> int:
        """The number of cases or probes to draw; at least one probe if there are cases and the share is above 0."""
        cases = self.precision if kind == "precision" else self.consistency
        probes = cases * self.probes
        return max(round(probes), int(probes > 0)) if probe else cases

    def check(self) -> None:
        """Check every option.

        Raises
        ------
        InputError
            If an option is out of range.
        """
        for name, least in (("precision", 0), ("consistency", 0), ("group", 2), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
                raise InputError(f"{name}: expected a whole number of {least} or more; found {value!r}")
        check_share("probes", self.probes)
        if not self.precision and not self.consistency:
            raise InputError("precision, consistency: expected one case or more of either kind; found 0 of both")


# A consistency case has several queries, so less of each is shown.
CUTS: dict[Kind, Cut] = {"precision": Cut(6_000), "consistency": Cut(2_000)}

# Pairs or tags that are tried for each probe. If none will do, there are fewer probes.
TRIES = 20


def cases_of(pool: Population, design: Design) -> list[Case]:
    """Draw cases and probes, and mix them in random order.

    With the same seed, a larger sample contains the smaller one. Precision cases are drawn uniformly from all pairs of
    a query and a tag. Consistency cases are drawn uniformly from all tags with two queries or more, and have up to
    `group` queries. A tag gets a second case, with other queries, only after all tags have had their first.

    Examples
    --------
    >>> import polars as pl
    >>> from instag.auditing.cases import Design
    >>> from instag.auditing.population import population_of
    >>> from instag.frame import wrap
    >>> df = pl.DataFrame({"queries": [["Why?"], ["How?"]], "tags": [["cause"], ["means"]]})
    >>> pool = population_of(wrap(df), tags="tags", query=None)
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
    by_name = sorted(_distinct(found), key=lambda case: case.id)
    return Draws(design.seed, "order of cases").shuffled(by_name)


def _distinct(cases: Iterable[Case]) -> Iterator[Case]:
    """Leave out repeated cases, which arise when queries differ only in what is cut."""
    seen: set[str] = set()
    for case in cases:
        if case.id not in seen:
            seen.add(case.id)
            yield case


def _pairs(pool: Population, design: Design) -> Iterator[Case]:
    for nth in Draws(design.seed, "precision").order(len(pool.codes)):
        yield _case("precision", pool, pool.codes[nth], [pool.queries[nth]], probe=False)


def _wrong_pairs(pool: Population, design: Design) -> Iterator[Case]:
    draws = Draws(design.seed, "precision probes")
    pairs = draws.order(len(pool.codes))
    for nth in islice(pairs, TRIES * design.wanted("precision", probe=True)):
        tag = wrong_tag(pool, pool.queries[nth], draws)
        if tag is not None:
            yield _case("precision", pool, tag, [pool.queries[nth]], probe=True)


def _groups(pool: Population, design: Design) -> Iterator[Case]:
    draws = Draws(design.seed, "consistency")
    turn = 0
    while len(tags := np.flatnonzero(pool.sizes >= turn * design.group + 2)):
        for nth in draws.order(len(tags)):
            queries = _queries_shown(pool, tags[nth], design, turn)
            yield _case("consistency", pool, tags[nth], queries, probe=False)
        turn += 1


def _wrong_groups(pool: Population, design: Design) -> Iterator[Case]:
    draws = Draws(design.seed, "consistency probes")
    tags = np.flatnonzero(pool.sizes >= 2)  # noqa: PLR2004 - one to stay and one to be replaced
    for nth in islice(draws.order(len(tags)), TRIES * design.wanted("consistency", probe=True)):
        queries = _queries_shown(pool, tags[nth], design, 0)
        replaced = draws.below(len(queries))
        other = outsider(pool, tags[nth], draws)
        if other is not None:
            queries[replaced] = other
            yield replace(_case("consistency", pool, tags[nth], queries, probe=True), misplaced=replaced)


def _queries_shown(pool: Population, tag: int, design: Design, turn: int) -> list[int]:
    """The queries that a tag is shown with in its first case (`turn` 0), its second, and so on."""
    queries = pool.queries_of(tag)
    order = Draws(design.seed, f"queries of {pool.tags[tag]}").order(len(queries))
    return [int(queries[nth]) for nth in islice(order, turn * design.group, (turn + 1) * design.group)]


def _case(kind: Kind, pool: Population, tag: int, queries: Iterable[int], *, probe: bool) -> Case:
    shown = [int(query) for query in queries]
    texts = tuple(CUTS[kind](pool.text(query))[0] for query in shown)
    return Case(kind, pool.tags[tag], texts, tuple(int(pool.samples[query]) for query in shown), probe)
