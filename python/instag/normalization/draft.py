"""A vocabulary while it is edited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from instag.errors import InputError
from instag.normalization.editing import ORDER, Edit
from instag.normalization.matcher import HIERARCHY, Known

__all__ = ["Draft"]


@dataclass
class _Tag:
    """A tag while it is edited."""

    count: int
    members: list[str]
    vector: NDArray[np.float32] | None
    broader: list[str]
    share: float
    narrower: list[str]


class Draft:
    """A vocabulary while it is edited.

    Edits are applied in a fixed order, whatever the order of the lines: keep, split, merge, rename, drop, broader.
    """

    def __init__(self, vocabulary: Known, merges: pl.DataFrame) -> None:
        self._merges = merges
        self._given = dict(merges.select("from", "count").iter_rows())
        self._dropped = dict.fromkeys(vocabulary.dropped)
        self._judged = vocabulary.hierarchy is not None
        self._embedded = vocabulary.vectors is not None
        size = len(vocabulary.tags)
        vectors = [None] * size if vocabulary.vectors is None else list(vocabulary.vectors)
        above = [([], 0.0, [])] * size if vocabulary.hierarchy is None else vocabulary.hierarchy.drop("tag").rows()
        self._tags = {
            tag: _Tag(count, list(members), vector, list(broader), share, list(narrower))
            for (tag, count, members), vector, (broader, share, narrower) in zip(
                vocabulary.tags.iter_rows(), vectors, above, strict=True
            )
        }
        self._rows = next((each.count / each.share for each in self._tags.values() if each.share), 1.0)
        self._notes: list[tuple[str, str | None, Edit]] = []
        self._became: dict[str, str | None] = {}

    def take(self, edits: Iterable[Edit]) -> None:
        """Apply edits.

        Raises
        ------
        InputError
            If one names a tag that does not exist.
        """
        for edit in sorted(edits, key=lambda edit: ORDER.index(edit.action)):
            getattr(self, edit.action)(edit)

    def fields(self) -> dict[str, Any]:
        """The fields of the edited vocabulary."""
        order = sorted(self._tags, key=lambda tag: (-self._tags[tag].count, tag))
        some = [self._tags[tag] for tag in order]
        columns = {"tag": order, "count": [each.count for each in some], "members": [each.members for each in some]}
        kinds: dict[str, Any] = {"tag": pl.String, "count": pl.UInt32, "members": pl.List(pl.String)}
        width = next((len(each.vector) for each in some if each.vector is not None), 1)
        nothing = np.zeros(width, np.float32)
        found = np.stack([nothing if each.vector is None else each.vector for each in some] or [nothing])
        hierarchy = {
            "tag": order,
            "broader": [each.broader for each in some],
            "share": [each.share for each in some],
            "narrower": [each.narrower for each in some],
        }
        return {
            "tags": pl.DataFrame(columns, kinds),
            "dropped": sorted(self._dropped),
            "merges": self._merged(),
            "vectors": found[: len(some)] if self._embedded else None,
            "hierarchy": pl.DataFrame(hierarchy, HIERARCHY) if self._judged else None,
        }

    def _merged(self) -> pl.DataFrame:
        """The merges, with the tags that they lead to after the edits."""
        fates = {raw: tag for tag, each in self._tags.items() for raw in each.members}
        old = self._merges.filter(~pl.col("from").is_in([name for name, _, _ in self._notes]))
        ends = [fates.get(name, self._end(end)) for name, end in old.select("from", "to").iter_rows()]
        kept = old.with_columns(to=pl.Series(ends, dtype=pl.String))
        rows = [
            {
                "from": name,
                "to": fates.get(name, end),
                "step": "edit",
                "why": f"{edit.line} ({edit.where})",
                "count": self._given.get(name, 1),
            }
            for name, end, edit in self._notes
            if fates.get(name, end) != name
        ]
        return pl.concat([kept, pl.DataFrame(rows, self._merges.schema)])

    def _end(self, tag: str | None) -> str | None:
        """What a tag has become through all edits; None if it was dropped."""
        while tag is not None and tag in self._became:
            tag = self._became[tag]
        return tag

    def _tag(self, name: str, edit: Edit) -> _Tag:
        if name not in self._tags:
            raise InputError(
                f"{edit.where}: the vocabulary has no tag {name!r}; instag vocabulary show --tag says what a raw tag became"
            )
        return self._tags[name]

    def _new(self, name: str, edit: Edit) -> None:
        count = int(self._given.get(name, 1))
        self._tags[name] = _Tag(count, [name], None, [], min(count / self._rows, 1.0) if self._judged else 0.0, [])
        self._notes.append((name, name, edit))

    def keep(self, edit: Edit) -> None:
        """Make a tag of a raw tag that was dropped, or was replaced by broader ones."""
        if edit.tag in self._tags:
            return
        stand_ins = [each for each in self._tags.values() if edit.tag in each.narrower]
        if edit.tag not in self._dropped and not stand_ins:
            raise InputError(f"{edit.where}: expected a raw tag that was dropped; found {edit.tag!r}")
        self._dropped.pop(edit.tag, None)
        above = [tag for tag, each in self._tags.items() if edit.tag in each.narrower]
        for each in stand_ins:
            each.narrower.remove(edit.tag)
        self._new(edit.tag, edit)
        self._tags[edit.tag].broader = above

    def split(self, edit: Edit) -> None:
        """Make a tag of a raw tag that became another."""
        whole = self._tag(edit.other, edit)
        if edit.tag not in whole.members or edit.tag == edit.other:
            raise InputError(f"{edit.where}: expected a raw tag that became {edit.other!r}; found {edit.tag!r}")
        whole.members.remove(edit.tag)
        whole.count = max(whole.count - int(self._given.get(edit.tag, 0)), 1)
        self._new(edit.tag, edit)

    def merge(self, edit: Edit) -> None:
        """Make two tags one."""
        gone, into = self._tag(edit.tag, edit), self._tag(edit.other, edit)
        into.members += gone.members
        into.count += gone.count
        into.share = min(into.share + gone.share, 1.0)
        into.narrower += [raw for raw in gone.narrower if raw not in into.narrower]
        self._remove(edit.tag, [edit.other], edit.other)
        into.broader += [tag for tag in gone.broader if tag not in {*into.broader, edit.other}]
        into.broader = [tag for tag in into.broader if tag != edit.other]
        self._notes += [(raw, edit.other, edit) for raw in gone.members[:1]]

    def rename(self, edit: Edit) -> None:
        """Rename a tag."""
        self._tag(edit.tag, edit)
        if edit.other in self._tags:
            raise InputError(
                f"{edit.where}: there is a tag {edit.other!r} already; to join the two, write merge … into …"
            )
        self._tags[edit.other] = self._tags[edit.tag]
        self._remove(edit.tag, [edit.other], edit.other)
        self._notes.append((edit.tag, edit.other, edit))

    def drop(self, edit: Edit) -> None:
        """Drop a tag; the tags below it move up to the tags above it."""
        gone = self._tag(edit.tag, edit)
        self._remove(edit.tag, gone.broader, None)
        replaced = {raw for each in self._tags.values() for raw in each.narrower}
        self._dropped |= dict.fromkeys([*gone.members, *(raw for raw in gone.narrower if raw not in replaced)])
        self._notes += [(raw, None, edit) for raw in gone.members[:1]]

    def broader(self, edit: Edit) -> None:
        """Put a tag below another."""
        tag = self._tag(edit.tag, edit)
        self._tag(edit.other, edit)
        if not self._judged:
            raise InputError(
                f"{edit.where}: the vocabulary has no broader tags: expected one that was made with a judge"
            )
        above = [edit.other]
        for each in above:
            above += [more for more in self._tags[each].broader if more not in above]
        if edit.tag in above:
            raise InputError(
                f"{edit.where}: {edit.line!r} closes a circle: {edit.other!r} is below {edit.tag!r} already"
            )
        if edit.other not in tag.broader:
            tag.broader.insert(0, edit.other)

    def _remove(self, name: str, instead: Sequence[str], became: str | None) -> None:
        """Remove a tag; the tags below it come to stand below `instead`."""
        del self._tags[name]
        self._became[name] = became
        for tag, each in self._tags.items():
            if name in each.broader:
                some = [above for parent in each.broader for above in (instead if parent == name else [parent])]
                each.broader = [above for above in dict.fromkeys(some) if above != tag]
