"""The examples in a prompt: queries with their tags, and tags to prefer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from instag.chat.truncate import clean
from instag.errors import InputError, file_error
from instag.normalization.vocabulary import Vocabulary

__all__ = ["HINTED", "Example", "Examples", "Hint", "examples_of", "hint_of"]

# How many tags of a vocabulary a prompt lists.
HINTED = 200

Examples: TypeAlias = "Sequence[Mapping[str, Any]] | str | Path"
Hint: TypeAlias = "Sequence[str] | Vocabulary | str | Path | None"


@dataclass(frozen=True, slots=True)
class Example:
    """A query with its tags."""

    query: str
    tags: tuple[str, ...]
    explanations: tuple[str, ...] | None = None

    def shown(self, begin: str, end: str) -> str:
        """The example as it stands in a prompt, with an answer in the exact form that is asked for."""
        tags: list[Any] = list(self.tags)
        if self.explanations is not None:
            pairs = zip(tags, self.explanations, strict=True)
            tags = [{"tag": tag, "explanation": why} for tag, why in pairs]
        return f"{begin}\n{self.query}\n{end}\n{_json({'tags': tags})}\n"


def examples_of(examples: Examples) -> tuple[Example, ...]:
    """Check examples, or read them from a file.

    Parameters
    ----------
    examples
        Mappings with `query`, `tags` and optionally `explanations`, one a tag; or the path of a JSONL file of these.

    Raises
    ------
    InputError
        If one is anything else; the message says which.

    Examples
    --------
    >>> examples_of([{"query": "Hi!", "tags": ["greeting"]}])
    (Example(query='Hi!', tags=('greeting',), explanations=None),)
    """
    if isinstance(examples, str | Path):
        return tuple(_example(value, where) for where, value in _lines(Path(examples)))
    given: Any = examples
    if not isinstance(given, Iterable) or isinstance(given, Mapping):
        raise InputError(f"examples / --examples: expected a list of examples, or a file; found {_shown(given)}")
    return tuple(_example(value, f"examples: number {nth}") for nth, value in enumerate(examples, 1))


def hint_of(vocabulary: Hint) -> tuple[str, ...]:
    """The tags to prefer.

    Parameters
    ----------
    vocabulary
        A list of tags, of which all are used; or a vocabulary, or the path of a saved one, of which the 200 most frequent
        are used.

    Raises
    ------
    InputError
        If the file is not a vocabulary, or the list has anything but texts.

    Examples
    --------
    >>> hint_of(["math", "data analysis"])
    ('math', 'data analysis')
    """
    if vocabulary is None:
        return ()
    if isinstance(vocabulary, str | Path):
        vocabulary = Vocabulary.load(vocabulary)
    if isinstance(vocabulary, Vocabulary):
        # The most frequent come first.
        vocabulary = vocabulary.tags.get_column("tag").head(HINTED).to_list()
    return _texts(vocabulary, "vocabulary", "a list of tags, a vocabulary, or the path of a saved one")


def _lines(path: Path) -> Iterable[tuple[str, Any]]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        message = f"examples: {path}: expected a JSONL file of examples; it cannot be read: {error}"
        raise file_error(message, error) from error
    for nth, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield f"examples: {path}: line {nth}", orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InputError(f"examples: {path}: line {nth}: expected an object in JSON: {error}") from error


def _example(value: Any, where: str) -> Example:
    expected = '{"query": "…", "tags": ["…"]}, and "explanations": ["…"], one a tag, if wanted'
    query = value.get("query") if isinstance(value, Mapping) else None
    if not isinstance(query, str):
        raise InputError(f"{where}: expected {expected}; found {_shown(value)}")
    if unknown := set(value) - {"query", "tags", "explanations"}:
        raise InputError(f"{where}: expected {expected}; found also {', '.join(sorted(map(repr, unknown)))}")
    tags = _texts(value.get("tags"), where, expected)
    if not tags:
        raise InputError(f"{where}: expected at least one tag; found none")
    if value.get("explanations") is None:
        return Example(clean(query), tags)
    explanations = _texts(value["explanations"], where, expected)
    if len(explanations) != len(tags):
        raise InputError(f"{where}: expected an explanation a tag; found {len(explanations)} for {len(tags)} tags")
    return Example(clean(query), tags, explanations)


def _texts(values: Any, where: str, expected: str) -> tuple[str, ...]:
    """Texts, each on one line."""
    listed = isinstance(values, Iterable) and not isinstance(values, str | Mapping)
    found: list[Any] = list(values) if listed else [None]
    if not all(isinstance(text, str) and text.strip() for text in found):
        raise InputError(f"{where}: expected {expected}; found {_shown(values)}")
    return tuple(" ".join(clean(text).split()) for text in found)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"  # noqa: PLR2004 - enough to know it by


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
