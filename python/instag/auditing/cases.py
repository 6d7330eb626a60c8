"""Cases: what the judge is asked about, how many there are, and how a seed draws them."""

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
"""Whether a tag is right for its query, or means the same in several."""

KINDS: tuple[Kind, ...] = ("precision", "consistency")

TAG = Cut(200)
"""How much of a tag is shown."""


@dataclass(frozen=True, slots=True)
class Case:
    """A tag with one query or with several.

    Attributes
    ----------
    kind
        What is asked about it.
    tag
        The tag.
    queries
        The queries as they are shown: long ones are cut.
    rows
        The row of each in the data.
    probe
        Whether it was made wrong on purpose.
    misplaced
        Which of the queries, from 0, replaces one that belongs; None if none does.

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
        """The case as the judge gets it, in JSON: no query can break out of its string."""
        shown = {"queries": self.queries} if self.kind == "consistency" else {"query": self.queries[0]}
        return orjson.dumps(shown | {"tag": TAG(self.tag)[0]}).decode()

    @property
    def id(self) -> str:
        """The name of the case: the same for the same question, and without a hint at what it is."""
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
        The queries of a consistency case.
    seed
        Another seed, other cases.
    """

    precision: int
    consistency: int
    probes: float
    group: int
    seed: int

    def wanted(self, kind: Kind, *, probe: bool) -> int:
        """How many there should be; where there are cases and probes, there is at least one probe."""
        cases = self.precision if kind == "precision" else self.consistency
        probes = cases * self.probes
        return max(round(probes), int(probes > 0)) if probe else cases

    def check(self) -> None:
        """Check every option.

        Raises
        ------
        InputError
            If one is out of range.
        """
        for name, least in (("precision", 0), ("consistency", 0), ("group", 2), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
                raise InputError(f"{name}: expected a whole number of {least} or more; found {value!r}")
        check_share("probes", self.probes)
        if not self.precision and not self.consistency:
            raise InputError("precision, consistency: expected one case or more of either kind; found 0 of both")


# A query of a consistency case is one of several, so less of it is shown.
CUTS: dict[Kind, Cut] = {"precision": Cut(6_000), "consistency": Cut(2_000)}

# Pairs or tags that are tried for each probe before fewer probes have to do.
TRIES = 20


def cases_of(pool: Population, design: Design) -> list[Case]:
    """Draw cases and probes, in an order that does not show which are probes.

    More cases by the same seed have fewer cases among them. A precision case is a pair of a query and a tag, each pair
    as likely as any other. A consistency case is a tag with `group` of its queries, or two and more where it has no
    `group`; each tag with two queries is as likely as any other, and has its second case, with other queries, when all
    tags have had their first.

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
    named = sorted(_distinct(found), key=lambda case: case.id)
    return Draws(design.seed, "order of cases").shuffled(named)


def _distinct(cases: Iterable[Case]) -> Iterator[Case]:
    """Cases that were not there before: a query is cut, and then may be like another."""
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
            queries = _some(pool, tags[nth], design, turn)
            yield _case("consistency", pool, tags[nth], queries, probe=False)
        turn += 1


def _wrong_groups(pool: Population, design: Design) -> Iterator[Case]:
    draws = Draws(design.seed, "consistency probes")
    tags = np.flatnonzero(pool.sizes >= 2)  # noqa: PLR2004 - one to stay and one to be replaced
    for nth in islice(draws.order(len(tags)), TRIES * design.wanted("consistency", probe=True)):
        queries = _some(pool, tags[nth], design, 0)
        replaced = draws.below(len(queries))
        other = outsider(pool, tags[nth], draws)
        if other is not None:
            queries[replaced] = other
            yield replace(_case("consistency", pool, tags[nth], queries, probe=True), misplaced=replaced)


def _some(pool: Population, tag: int, design: Design, turn: int) -> list[int]:
    """The queries that a tag is shown with in its first, second, … case."""
    queries = pool.queries_of(tag)
    order = Draws(design.seed, f"queries of {pool.tags[tag]}").order(len(queries))
    return [int(queries[nth]) for nth in islice(order, turn * design.group, (turn + 1) * design.group)]


def _case(kind: Kind, pool: Population, tag: int, queries: Iterable[int], *, probe: bool) -> Case:
    shown = [int(query) for query in queries]
    texts = tuple(CUTS[kind](pool.text(query))[0] for query in shown)
    return Case(kind, pool.tags[tag], texts, tuple(int(pool.samples[query]) for query in shown), probe)
