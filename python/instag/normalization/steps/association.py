"""The association step: tags are absorbed by tags that nearly always accompany them; and its rules as a frame."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from instag import _core
from instag.checks import check_choice, check_count, check_share
from instag.choices import MIN_CONFIDENCE, MIN_SUPPORT
from instag.frame import wrap
from instag.normalization.state import Change, State, Step, resolved
from instag.progress import Progress, Stage
from instag.tagsets import encode

__all__ = ["association", "associations"]


class _Rule(NamedTuple):
    target: int
    n_antecedent: int
    n_consequent: int
    n_both: int

    @property
    def closeness(self) -> float:
        """The share of the samples with either tag that have both (Jaccard)."""
        return self.n_both / (self.n_antecedent + self.n_consequent - self.n_both)


def association(
    state: State, min_support: int, min_confidence: float, progress: Callable[[Progress], None] = lambda _: None
) -> Step:
    """Let tags be absorbed by their companions, and repeat this until no rule is left.

    Of several companions the closest absorbs the tag. Tags that accompany each other in a circle become the most
    frequent of them. The order of rows and of rules does not matter.
    """
    changes: list[Change] = []
    rows = state.rows.known
    for nth in count(1):
        progress(Stage(f"association: round {nth}, {len(state.order):,} tags"))
        best = _best(state, min_support, min_confidence)
        if not best:
            break
        more = _absorbed(state, best, rows)
        changes += more
        state = state.after(resolved(len(state.names), more))
    return Step(changes)


def _best(state: State, min_support: int, min_confidence: float) -> dict[int, _Rule]:
    """The best rule for each tag, by which it is absorbed."""
    one, _, consequent, n_antecedent, n_consequent, n_both = _core.associate(state.sets, min_support, min_confidence, 1)
    best: dict[int, _Rule] = {}
    columns = (one, consequent, n_antecedent, n_consequent, n_both)
    for source, *rest in zip(*(column.tolist() for column in columns), strict=True):
        rule = _Rule(*rest)
        # Codes are in the order of names.
        if source not in best or (-rule.closeness, rule.target) < (-best[source].closeness, best[source].target):
            best[source] = rule
    return best


def _absorbed(state: State, best: Mapping[int, _Rule], rows: int) -> list[Change]:
    head = _heads(state, best)
    changes = []
    for source, rule in sorted(best.items()):
        if head[source] == source:
            continue
        # A tag whose companion is itself absorbed becomes the last tag of this chain.
        via = rule.target if rule.target != head[source] else None
        changes.append(Change(source, head[source], _why(state, source, rule), via, _figures(rule, rows)))
    return changes


def _heads(state: State, best: Mapping[int, _Rule]) -> dict[int, int]:
    """Where the chain of rules from each tag ends: at a tag without a rule, or in a circle at its most frequent."""
    heads: dict[int, int] = {}
    for start in best:
        path: list[int] = []
        tag = start
        while tag in best and tag not in heads and tag not in path:
            path.append(tag)
            tag = best[tag].target
        if tag in heads:
            head = heads[tag]
        elif tag in path:
            head = min(path[path.index(tag) :], key=lambda tag: (-int(state.counts[tag]), tag))
        else:
            head = tag
        heads |= dict.fromkeys(path, head)
    return heads


def _why(state: State, source: int, rule: _Rule) -> str:
    with_, of = f"{rule.n_both:,}", f"{rule.n_antecedent:,}"
    return f"{with_} of {of} rows with {state.tags[source]!r} have {state.tags[rule.target]!r} too"


def _figures(rule: _Rule, rows: int) -> dict[str, Any]:
    return {
        "n_a": rule.n_antecedent,
        "n_ab": rule.n_both,
        "support": rule.n_both / rows,
        "confidence": rule.n_both / rule.n_antecedent,
    }


def associations(
    data: Any,
    *,
    tags: str = "tags",
    min_support: int = MIN_SUPPORT,
    min_confidence: float = MIN_CONFIDENCE,
    max_antecedent: int = 1,
) -> pl.DataFrame:
    """Find tags that are nearly always accompanied by another: rules of the form "a sample with tag a has tag b".

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.select` takes.
    tags
        The column that holds each sample's tags. If it holds lists of lists, each inner list counts as a sample.
    min_support
        The least number of samples that have both sides.
    min_confidence
        The least share of the samples with the left side that have the right side too.
    max_antecedent
        The most tags on the left, 1 or 2.

    Returns
    -------
    A row for each rule, the most confident first: `antecedent` (a tag; with ``max_antecedent=2`` a list of tags),
    `consequent`, `n_antecedent`, `n_both` (numbers of samples), `support` (`n_both` as a share of all samples whose
    tags are not null), `confidence` and `lift` (how many times as frequent the consequent is as among all samples).

    Raises
    ------
    InputError
        If the column is missing or holds no lists of tags, or an option is out of range.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"tags": [["sql", "databases"], ["sql", "databases"], ["databases"], ["poetry"]]})
    >>> instag.associations(df, min_support=2).rows()
    [('sql', 'databases', 2, 2, 0.5, 1.0, 1.3333333333333333)]
    """
    check_count("min_support", min_support)
    check_share("min_confidence", min_confidence)
    check_choice("max_antecedent", max_antecedent, (1, 2))
    rows = encode(wrap(data).chunks(tags), order="name", each_list=True)
    one, also, consequent, n_antecedent, n_consequent, n_both = _core.associate(
        rows.sets, min_support, min_confidence, max_antecedent
    )
    names = rows.names
    left = names.gather(one)
    if max_antecedent > 1:
        second = names.gather(pl.Series(np.where(also < 0, 0, also)))
        frame = pl.DataFrame({"one": left, "second": second, "alone": also < 0})
        pair = pl.when("alone").then(pl.concat_list("one")).otherwise(pl.concat_list("one", "second"))
        left = frame.select(pair).to_series()
    found = pl.DataFrame(
        {
            "antecedent": left,
            "consequent": names.gather(consequent),
            "n_antecedent": n_antecedent,
            "n_both": n_both,
            "support": n_both / max(rows.known, 1),
            "confidence": n_both / n_antecedent,
            "lift": n_both / n_antecedent * rows.known / n_consequent,
        }
    )
    by = ["confidence", "n_both", "antecedent", "consequent"]
    return found.sort(by, descending=[True, True, False, False])
