"""Edits of a vocabulary: a small text file that is kept beside it, checked for contradictions, and applied on top."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from instag.errors import InputError, unread_file

__all__ = ["ORDER", "Edit", "read_edits"]

FORMS = {
    "merge": ("merge A into B", " into "),
    "split": ("split A from B", " from "),
    "rename": ("rename A to B", " to "),
    "broader": ("broader A: B", ": "),
    "drop": ("drop A", None),
    "keep": ("keep A", None),
}
# The order in which edits are applied.
ORDER = ("keep", "split", "merge", "rename", "drop", "broader")
QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Edit:
    """One line of a file of edits.

    Attributes
    ----------
    action
        merge, split, rename, broader, drop or keep.
    tag
        The tag that it is about.
    other
        The tag that it is merged into or renamed to, split from, or put below; empty for drop and keep.
    line
        The line, as it was written.
    where
        The file and line, for messages.
    """

    action: str
    tag: str
    other: str
    line: str
    where: str


def read_edits(source: str | Path | Sequence[str]) -> list[Edit]:
    r"""Read edits: the path of a text file, or its lines. Blank lines, and what follows a ``#``, are ignored.

    Raises
    ------
    InputError
        If a line is not an edit, or two contradict each other.

    Examples
    --------
    >>> [(edit.action, edit.tag, edit.other) for edit in read_edits(["merge story writing into stories", "drop misc"])]
    [('merge', 'story writing', 'stories'), ('drop', 'misc', '')]
    """
    name, lines = _lines(source)
    edits = [
        _edit(text, f"{name}, line {nth}")
        for nth, line in enumerate(lines, 1)
        if (text := re.sub(r"(^|\s)#.*", "", line).strip())
    ]
    _check(edits)
    return edits


def _lines(source: str | Path | Sequence[str]) -> tuple[str, Iterable[str]]:
    if not isinstance(source, str | Path):
        return "edits", source
    try:
        return str(source), Path(source).expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise unread_file(source, "a text file of edits", error) from error


def _edit(text: str, where: str) -> Edit:
    action, _, rest = text.partition(" ")
    if action not in FORMS or not rest.strip():
        forms = ", ".join(form for form, _ in FORMS.values())
        raise InputError(f"{where}: expected one of {forms}; found {text!r}")
    form, between = FORMS[action]
    # Quoted text is one name, whatever words are in it.
    names = QUOTED.findall(rest)
    hidden = QUOTED.sub("\0", rest)
    given = iter(names)
    parts = [part.strip() for part in (hidden.split(between) if between else [hidden])]
    shown = [re.sub("\0", lambda _: next(given), part) for part in parts]
    if len(shown) != (2 if between else 1) or not all(shown):
        hint = " (a tag that has this word in it needs quotes)" if len(shown) > 1 else ""
        raise InputError(f"{where}: expected {form}{hint}; found {text!r}")
    return Edit(action, shown[0], shown[1] if between else "", text, where)


def _check(edits: Sequence[Edit]) -> None:
    """Refuse edits that contradict each other."""
    fates: dict[str, Edit] = {}
    for edit in edits:
        if edit.tag == edit.other:
            raise InputError(f"{edit.where}: expected two tags; found {edit.tag!r} twice")
        if edit.action == "broader":
            continue
        before = fates.setdefault(edit.tag, edit)
        if (before.action, before.other) != (edit.action, edit.other):
            raise InputError(f"{edit.where}: {edit.line!r} contradicts {before.line!r} ({before.where})")
    for edit in edits:
        target = fates.get(edit.other)
        if target is not None and target.action in {"merge", "drop"}:
            raise InputError(
                f"{edit.where}: {edit.line!r} needs the tag {edit.other!r}, and {target.line!r} ({target.where}) removes it"
            )
