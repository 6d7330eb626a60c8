"""Checks that the columns, groups and tags that a recipe names are in the data, before any step is done."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from instag import io
from instag.errors import InputError
from instag.recipe.counts import Counts, add_unread, check_split
from instag.recipe.faults import Faults
from instag.recipe.quotas import Quotas, tags_in
from instag.recipe.recipe import Recipe, Source, files_of
from instag.selection.tokens import counter

__all__ = ["check"]

# Options that name a column.
NAMED = (
    ("clean", "query"), ("dedup", "query"), ("dedup", "quality"), ("decontaminate", "query"), ("tag", "query"),
    ("select", "quality"), ("select", "group"), ("split", "by"), ("split", "query"), ("write", "keep"), ("report", "by"),
)  # fmt: skip
# Those of them that hold numbers.
NUMBERS = (("dedup", "quality"), ("select", "quality"), ("select", "cost"))
TAGGED = ("normalize", "select", "report")
# The columns that reading adds.
ADDED = ("messages", "source", "source_file", "source_row", "key")
COUNTED = ("characters", "words")


def check(recipe: Recipe, faults: Faults, limit: int | None = None) -> None:
    """Check the columns of the sources, what the selection needs of them, and whether they have rows enough."""
    schemas: list[tuple[Source, pl.Schema]] = []
    for nth, source in enumerate(recipe.sources):
        try:
            schemas.append((source, _schema(source)))
        except InputError as error:
            add_unread(faults, recipe, source, error)
        else:
            _quality(source, schemas[-1][1], nth, faults)
    if faults:
        return
    counts = Counts(recipe, faults, limit)
    _Columns(recipe, schemas, counts, faults).all()
    if "split" in recipe.steps and not faults:
        check_split(recipe, counts, faults)


def _schema(source: Source) -> pl.Schema:
    return source.load(to="messages").collect_schema()


def _quality(source: Source, schema: pl.Schema, nth: int, faults: Faults) -> None:
    name = source.quality
    if name is None:
        return
    if name not in schema:
        said = f"[[source]] quality: no column {name!r}; the columns are: {', '.join(schema)}"
        faults.add(said, "source", nth, "quality")
    elif not (schema[name].is_numeric() or schema[name] == pl.Null):
        said = f"[[source]] quality: expected numbers in column {name!r} of {source.name}; found {schema[name]}"
        faults.add(said, "source", nth, "quality")


CONVERSATIONS = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))


def _is_asked(kind: Any) -> bool:
    """Whether a column can hold what users said."""
    return kind.is_nested() or kind in (pl.String, pl.Null, pl.Categorical, pl.Enum)


def _is_name(kind: Any) -> bool:
    """Whether a column can name groups."""
    return not kind.is_nested()


def _is_label(kind: Any) -> bool:
    """Whether a column has names, or lists of them."""
    while isinstance(kind, pl.List):
        kind = kind.inner
    return _is_name(kind)


# Options that name a column, what it must hold, and whether a type does.
KINDS: tuple[tuple[str, str, str, Callable[[Any], bool]], ...] = (
    *(
        (step, "query", "text or conversations", _is_asked)
        for step in ("clean", "dedup", "decontaminate", "tag", "split")
    ),
    ("split", "by", "names, or lists of them,", _is_label),
    ("select", "group", "names", _is_name),
    ("report", "by", "names", _is_name),
)


class _Columns:
    """Check the columns that steps name."""

    def __init__(self, recipe: Recipe, schemas: list[tuple[Source, pl.Schema]], counts: Counts, faults: Faults) -> None:
        self._recipe, self._steps, self._faults = recipe, recipe.steps, faults
        self._schemas, self._counts = schemas, counts
        self._found = {*ADDED, *(name for _, schema in schemas for name in schema)}
        if any(source.quality for source, _ in schemas):
            self._found.add("quality")

    def all(self) -> None:
        if "tag" in self._steps:
            self._found |= {"tags", "query_tags", "explanations"}
        for step, key in NAMED:
            for name in _texts(self._steps.get(step, {}).get(key)):
                if name not in self._found:
                    self._missing(step, key, name)
        self._numbers()
        self._kinds()
        self._replace()
        self._either()
        for step in TAGGED:
            if step in self._steps:
                self._tags(step)
        if "select" in self._steps and not self._faults:
            self._select(self._steps["select"])

    def _numbers(self) -> None:
        """Check that columns of numbers hold numbers."""
        for step, key in NUMBERS:
            name = str(self._steps.get(step, {}).get(key, ""))
            for source, schema in self._schemas:
                column = source.quality if name == "quality" and source.quality else name
                if column in schema and not (schema[column].is_numeric() or schema[column] == pl.Null):
                    self._faults.add(
                        f"[{step}] {key}: expected numbers in column {column!r} of {source.name}; found {schema[column]}",
                        step,
                        key,
                    )

    def _kinds(self) -> None:
        """Check that columns of queries can be queries, and that columns of labels have names, or lists of them."""
        for step, key, expected, fits in KINDS:
            for name in _texts(self._steps.get(step, {}).get(key)):
                for source, schema in self._schemas:
                    kind = CONVERSATIONS if name == "messages" else schema.get(name, pl.Null())
                    if not fits(kind):
                        found = "conversations" if name == "messages" else kind
                        said = f"expected {expected} in column {name!r} of {source.name}; found {found}"
                        self._faults.add(f"[{step}] {key}: {said}", step, key)

    def _replace(self) -> None:
        """Check that there are no tags that must not be replaced."""
        if self._steps.get("tag", {}).get("replace") is False:
            for source, schema in self._schemas:
                if "tags" in schema:
                    said = f"{source.name} has a column 'tags' already: leave replace out, or rename the column"
                    self._faults.add(f"[tag] replace: {said}", "tag", "replace")

    def _either(self) -> None:
        """Check options that may be a column, a file or the name of a tokenizer."""
        for step in ("clean", "select"):
            named = self._steps.get(step, {}).get("tokenizer")
            if named is not None and not (step == "clean" and named in self._found):
                found = files_of(self._recipe.path.parent, named)
                try:
                    counter(str(found[0]) if found else named)
                except InputError as error:
                    self._faults.add(f"[{step}] {error}", step, "tokenizer")
        for key in ("start", "tree"):
            named = self._steps.get("select", {}).get(key)
            if isinstance(named, str) and named not in self._found and not files_of(self._recipe.path.parent, named):
                also = "a column or a file" if key == "start" else "true, or a file"
                self._faults.add(f"[select] {key}: expected {also}; found {named!r}", "select", key)
        if self._steps.get("select", {}).get("tree") is True and not {"judge", "judgments"} & set(
            self._steps.get("normalize", {})
        ):
            self._faults.add(
                "[select] tree: true is for a vocabulary with a judge: add [normalize] judge", "select", "tree"
            )

    def _missing(self, step: str, key: str, name: str) -> None:
        self._faults.add(
            f"[{step}] {key}: no column {name!r}; the columns are: {', '.join(sorted(self._found))}", step, key
        )

    def _tags(self, step: str) -> None:
        name = self._steps[step].get("tags", "tags")
        for source, schema in self._schemas:
            kind = pl.String() if name in ADDED else schema.get(name, pl.Null())
            if not isinstance(kind, pl.List | pl.Array | pl.Null):
                self._faults.add(
                    f"[{step}] tags: expected a list of tags for each sample in column {name!r} of {source.name}; found "
                    f"{kind}",
                    step,
                    "tags",
                )
        if name in self._found:
            return
        hint = "add [tag], or name the column that has them: tags = …"
        if name == "tags" and "query_tags" in self._found:
            hint = 'name the column that has them: tags = "query_tags"'
        self._faults.add(f"[{step}] works by tags, and no source has a column {name!r}: {hint}", step, "tags")

    def _select(self, table: Mapping[str, Any]) -> None:
        cost, quality = table.get("cost"), table.get("quality")
        if (
            cost is not None
            and cost not in {*self._found, *COUNTED}
            and not (cost == "tokens" and "tokenizer" in table)
        ):
            hint = '; tokens are counted with tokenizer = "tokenizer.json"' if cost == "tokens" else ""
            self._faults.add(
                f"[select] cost: no column {cost!r}; name one, or characters or words{hint}", "select", "cost"
            )
        if quality is not None and "quality_missing" not in table:
            without = [source.name for source, schema in self._schemas if not self._has(source, schema, quality)]
            if without:
                self._faults.add(
                    f"[select] quality: {', '.join(without)} has no column {quality!r}: say what such rows count, with "
                    "quality_missing",
                    "select",
                    "quality",
                )
        Quotas(self._recipe, self._schemas, self._counts, self._faults).check()
        self._target(table)

    def _has(self, source: Source, schema: pl.Schema, name: str) -> bool:
        return name in schema or (name == "quality" and source.quality is not None)

    def _target(self, table: Mapping[str, Any]) -> None:
        """Check that data and target have a tag in common, if they are not normalised first."""
        if "target" not in table:
            return
        tags = table.get("tags", "tags")
        path = files_of(self._recipe.path.parent, table["target"])[0]
        try:
            has = tags in io.load(str(path)).collect_schema()
        except InputError as error:
            self._faults.add_error("select", table, f"target: {error}")
            return
        if not has and "tag" not in self._steps:
            self._faults.add(
                f"[select] target: {path.name} has no column {tags!r}: tag it first, or add [tag]", "select", "target"
            )
        if has and not {"tag", "normalize"} & set(self._steps):
            sources = [source for source, schema in self._schemas if tags in schema]
            held = {tag for source in sources for tag in tags_in(source.load(), tags)}
            wanted = tags_in(io.load(str(path)), tags)
            if not held & wanted:
                shown = [", ".join(map(repr, sorted(each)[:3])) or "none" for each in (wanted, held)]
                self._faults.add(
                    f"[select] target: {path.name} and the data have no tag in common: it has {shown[0]}, they have "
                    f"{shown[1]}",
                    "select",
                    "target",
                )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (each.strip() for each in value.split(","))
    else:
        yield from value or ()
