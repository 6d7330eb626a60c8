"""The line that is printed about a step."""

from collections.abc import Mapping
from typing import Any

__all__ = ["cached", "counts", "said"]


def counts(meta: Mapping[str, Any]) -> str:
    """How many rows a result has."""
    rows = meta.get("rows") or {}
    named = [f"{count:,} rows" if name == "data" else f"{count:,} rows of {name}" for name, count in rows.items()]
    return ", ".join(named) or "done"


def cached(meta: Mapping[str, Any]) -> str:
    """The line about a result that is up to date: its rows, and questions without answers."""
    return "".join([counts(meta), *(f"; {each}" for each in _lacking(meta.get("facts", {})))])


def said(facts: Mapping[str, Any]) -> str:
    """Further notes about a step, in a line."""
    found = [f"{count:,} went: {reason}" for reason, count in facts.get("dropped", {}).items()]
    found += _lacking(facts)
    if facts.get("spent") is not None:
        found.append(f"${facts['spent']:,.4g} spent by all runs of this recipe")
    if "tags" in facts:
        found.append(f"{facts['tags']:,} tags")
    if "reached" in facts:
        found.append(f"{facts['reached']:,.10g} of {facts['budget']:,.10g} {facts['in']}")
    if "certificate" in facts:
        found.append(facts["certificate"])
    found += [
        f"{each['of']}: {each['reached']:,.10g} of at least {each['asked']:,.10g}" for each in facts.get("at_least", [])
    ]
    return "".join(f"; {each}" for each in found)


def _lacking(facts: Mapping[str, Any]) -> list[str]:
    """The questions that a model did not answer."""
    without = (facts.get("data") or {}).get("without tags", {})
    found = [f"{count:,} queries without tags: {why}" for why, count in without.items()]
    if left := facts.get("unanswered"):
        found.append(f"{left:,} questions had no answer: the next run asks them again")
    return found
