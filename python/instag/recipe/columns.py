"""Checks that the columns, groups and tags that a recipe names are in the data, before any step is done."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from instag.errors import InputError
from instag.frame.kinds import is_name
from instag.io.union import stacked
from instag.recipe import sources
from instag.recipe.counts import Counts, check_split
from instag.recipe.faults import Faults
from instag.recipe.recipe import Recipe, Source, files_of
from instag.recipe.selection import Selection
from instag.selection.tokens import counter

__all__ = ["check"]

# Options that name a column.
NAMED = (
    ("clean", "query"), ("dedup", "query"), ("dedup", "quality"), ("decontaminate", "query"), ("tag", "query"),
    ("select", "quality"), ("select", "group"), ("split", "by"), ("split", "query"), ("write", "keep"), ("report", "by"),
)  # fmt: skip
# Those of them that hold numbers.
NUMBERS = (("clean", "tokenizer"), ("dedup", "quality"), ("select", "quality"), ("select", "cost"))
TAGGED = ("normalize", "select", "report")
# The columns that reading adds.
ADDED = ("messages", "source", "source_file", "source_row", "key")
COUNTED = ("characters", "words")
# The columns that steps add which mark rows.
MARKS = {
    "dedup": ("duplicate_of", "likeness"),
    "decontaminate": ("contaminated", "item", "share", "contaminated_item", "contaminated_share"),
}


def check(recipe: Recipe, faults: Faults, limit: int | None = None) -> None:
    """Check the columns of the sources, what the selection needs of them, and whether they have rows enough."""
    schemas = sources.check(recipe, faults)
    for source, schema in schemas:
        _quality(source, schema, recipe.sources.index(source), faults)
    if faults.within("source"):
        return
    counts = Counts(recipe, faults, limit)
    _Columns(recipe, schemas, counts, faults).all()
    if "split" in recipe.steps and not (faults.within("split") or faults.within("select") or faults.within("source")):
        check_split(recipe, counts, faults)


def _quality(source: Source, schema: pl.Schema, nth: int, faults: Faults) -> None:
    name = source.quality
    if name is None:
        return
    if name not in schema:
        said = f"[[source]] quality: no column {name!r}; the columns are: {', '.join(schema)}"
        faults.add(said, "source", nth, "quality")
    elif not (schema[name].is_numeric() or schema[name] == pl.Null):
        found = _found(schema[name])
        said = f"[[source]] quality: expected numbers in column {name!r} of {source.name}; found {found}"
        faults.add(said, "source", nth, "quality")


def _found(kind: Any) -> str:
    """The type of a column instead of numbers, and what to do about it."""
    if kind == pl.String:
        return f"{kind}, as all columns of a CSV file are: store them as numbers, in Parquet or JSON Lines"
    return str(kind)


CONVERSATIONS = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))


def _is_asked(kind: Any) -> bool:
    """Whether a column can hold what users said."""
    return kind.is_nested() or kind in (pl.String, pl.Null, pl.Categorical, pl.Enum)


def _is_label(kind: Any) -> bool:
    """Whether a column has names, or lists of them."""
    while isinstance(kind, pl.List):
        kind = kind.inner
    return is_name(kind)


# Options that name a column, what it must hold, and whether a type does.
KINDS: tuple[tuple[str, str, str, Callable[[Any], bool]], ...] = (
    *(
        (step, "query", "text or conversations", _is_asked)
        for step in ("clean", "dedup", "decontaminate", "tag", "split")
    ),
    ("split", "by", "names, or lists of them,", _is_label),
    ("select", "group", "names", is_name),
    ("report", "by", "names", is_name),
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
        self._found |= set(_made(self._steps))
        for step, key in NAMED:
            if self._faults.has(step, key):
                continue
            for name in _texts(step, self._steps.get(step, {}).get(key)):
                if name not in self._found:
                    self._missing(step, key, name)
        self._numbers()
        self._kinds()
        self._replace()
        self._either()
        if "select" in self._steps:
            self._costs(self._steps["select"])
        for step in TAGGED:
            if step in self._steps and not self._faults.has(step, "tags"):
                self._tags(step)
        if "select" in self._steps and not (self._faults.within("select") or self._faults.strange()):
            Selection(self._recipe, self._schemas, self._counts, self._faults).check()

    def _numbers(self) -> None:
        """Check that columns of numbers hold numbers."""
        for step, key in NUMBERS:
            if (name := self._steps.get(step, {}).get(key)) is None:
                continue
            kinds = []
            for source, schema in self._schemas:
                column = str(source.quality if name == "quality" and source.quality else name)
                if column not in schema:
                    continue
                kinds.append(schema[column])
                if not (schema[column].is_numeric() or schema[column] == pl.Null):
                    found = _found(schema[column])
                    said = f"expected numbers in column {column!r} of {source.name}; found {found}"
                    self._faults.add(f"[{step}] {key}: {said}", step, key)
            if kinds and step == "select" and all(kind == pl.Null for kind in kinds):
                self._faults.add(
                    f"[{step}] {key}: expected numbers in column {name!r}; all of its rows are empty", step, key
                )

    def _kinds(self) -> None:
        """Check that columns of queries can be queries, and that columns of labels have names, or lists of them."""
        for step, key, expected, fits in KINDS:
            for name in _texts(step, self._steps.get(step, {}).get(key)):
                kinds = {}
                for source, schema in self._schemas:
                    kinds[source.name] = kind = CONVERSATIONS if name == "messages" else schema.get(name, pl.Null())
                    if not fits(kind):
                        found = "conversations" if name == "messages" else kind
                        said = f"expected {expected} in column {name!r} of {source.name}; found {found}"
                        self._faults.add(f"[{step}] {key}: {said}", step, key)
                if all(map(fits, kinds.values())) and not fits(_together(name, kinds.values())):
                    found = ", ".join(f"{kind} in {source}" for source, kind in kinds.items() if kind != pl.Null)
                    said = f"expected values of one type in column {name!r} of all sources; found {found}"
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
            if (
                named is not None
                and not (step == "clean" and named in self._found)
                and not self._faults.has(step, "tokenizer")
            ):
                found = files_of(self._recipe.path.parent, named)
                try:
                    counter(str(found[0]) if found else named)
                except InputError as error:
                    self._faults.add(f"[{step}] {error}", step, "tokenizer")
        for key in ("start", "tree"):
            named = self._steps.get("select", {}).get(key)
            if isinstance(named, str) and named not in self._found and not files_of(self._recipe.path.parent, named):
                also = "a column or a file" if key == "start" else "true, or a file"
                hint = ": write it without quotes" if named == "true" else ""
                self._faults.add(f"[select] {key}: expected {also}; found {named!r}{hint}", "select", key)
        self._start()
        if self._faults.within("normalize") or self._faults.strange():
            return
        if self._steps.get("select", {}).get("tree") is True and not {"judge", "judgments"} & set(
            self._steps.get("normalize", {})
        ):
            self._faults.add(
                "[select] tree: true is for a vocabulary with a judge: add [normalize] judge", "select", "tree"
            )

    def _start(self) -> None:
        """Check that an earlier selection is a column of booleans, or a file."""
        named = self._steps.get("select", {}).get("start")
        if named is None or self._faults.has("select", "start"):
            return
        for source, schema in self._schemas:
            if (kind := schema.get(named, pl.Boolean())) not in (pl.Boolean, pl.Null):
                said = f"expected true or false in column {named!r} of {source.name}, true for the rows of the earlier selection"
                self._faults.add(f"[select] start: {said}; found {kind}", "select", "start")
        if named not in self._found and any(path.is_dir() for path in files_of(self._recipe.path.parent, named)):
            self._faults.add(f"[select] start: expected a file of data; {named!r} is a folder", "select", "start")

    def _missing(self, step: str, key: str, name: str) -> None:
        if (step, key) == ("dedup", "quality") and not self._faults.stands(step, key):
            said = "no column 'quality': name the one with the numbers as quality, here or in [[source]]"
            self._faults.add(f"[dedup] keep: {said}", "dedup", "keep")
            return
        if (step, key) == ("split", "by") and "," in name:
            listed = ", ".join(f'"{each.strip()}"' for each in name.split(","))
            self._faults.add(f"[split] by: no column {name!r}; several are a list: by = [{listed}]", step, key)
            return
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
        if name in self._found or self._faults.strange():
            return
        hint = "add [tag], or name the column that has them: tags = …"
        if name == "tags" and "query_tags" in self._found:
            hint = 'name the column that has them: tags = "query_tags"'
        self._faults.add(f"[{step}] works by tags, and no source has a column {name!r}: {hint}", step, "tags")

    def _costs(self, table: Mapping[str, Any]) -> None:
        """Check that there are costs, and that every source has a quality, or that it is said what others count."""
        cost, quality = table.get("cost"), table.get("quality")
        if (
            cost is not None
            and not self._faults.has("select", "cost")
            and cost not in {*self._found, *COUNTED}
            and not (cost == "tokens" and "tokenizer" in table)
        ):
            hint = '; tokens are counted with tokenizer = "tokenizer.json"' if cost == "tokens" else ""
            self._faults.add(
                f"[select] cost: no column {cost!r}; name one, or characters or words{hint}", "select", "cost"
            )
        if quality is not None and not ("quality_missing" in table or self._faults.has("select", "quality")):
            without = [source.name for source, schema in self._schemas if not self._has(source, schema, quality)]
            if without:
                self._faults.add(
                    f"[select] quality: {', '.join(without)} has no column {quality!r}: say what such rows count, with "
                    "quality_missing",
                    "select",
                    "quality",
                )

    def _has(self, source: Source, schema: pl.Schema, name: str) -> bool:
        return name in schema or (name == "quality" and source.quality is not None)


def _together(name: str, kinds: Iterable[Any]) -> Any:
    """The type of a column once the sources are one table."""
    return stacked([pl.LazyFrame(schema={name: kind}) for kind in kinds]).collect_schema()[name]


def _made(steps: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The columns that steps add."""
    for step in ("dedup", "decontaminate"):
        if steps.get(step, {}).get("action") == "mark":
            yield from MARKS[step]
    if "tag" in steps:
        yield from ("tags", "query_tags", "explanations")
    if "normalize" in steps:
        yield f"raw_{steps['normalize'].get('tags', 'tags')}"


def _texts(step: str, value: Any) -> Iterator[str]:
    """The columns that an option names: a list, or one; only in [write] are there commas between several."""
    if isinstance(value, str):
        yield from (each.strip() for each in value.split(",")) if step == "write" else (value,)
    else:
        yield from value or ()
