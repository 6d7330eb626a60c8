"""Edits of recipes, made from what their options are declared to be."""

import json
import random
import shutil
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import polars as pl

import instag
from instag.recipe.options import STEPS, Option, options
from recipes import TOPICS, bytes_of, rows

__all__ = ["BASES", "Edit", "edits", "lay_out", "outcome", "text_of"]

Recipe = dict[str, Any]

# Without its numbers, no eight words of it follow each other.
HERD = "A farmer has {0} cows, {0} goats and {0} hens, buys {0} sheep and sells {0} of them all: how many are left with him?"
MORE = "Please say it at length, with an example and the reasons, step by step, and in words that anybody can follow."
FIRST: Recipe = {"name": "first", "files": ["first.jsonl"], "license": "mit"}
SECOND: Recipe = {"name": "second", "files": ["second-*.jsonl"], "columns": {"quality": "score"}, "sample": 30}
PLAIN: Recipe = {
    "version": 1,
    "name": "small",
    "seed": 7,
    "output": "out",
    "source": [FIRST, SECOND],
    "clean": {"tokenizer": "counts", "max_tokens": 40},
    "dedup": {"threshold": 0.8, "keep": "quality", "quality": "score"},
    "decontaminate": {"against": "benchmark.jsonl"},
    "normalize": {"steps": ["rules", "frequency"], "min_count": 2},
    "select": {"budget": 20, "method": "coverage"},
    "split": {"validation": 0.2},
    "write": {"format": "messages"},
    "card": {},
}
CHOSEN: Recipe = PLAIN | {
    "source": [
        FIRST,
        {"name": "pairs", "files": "pairs.csv", "skip_bad_lines": 2, "encoding": "cp1252"},
        {"name": "nested", "files": "nested.json", "field": "train"},
        {"name": "text", "files": "text.jsonl", "query": "text", "template": "auto"},
    ],
    "clean": {},
    "dedup": {},
    "normalize": {"steps": "rules, association", "min_support": 2},
    "select": {
        "budget": 900, "method": "gain", "cost": "characters", "group": "source", "at_least": {"first": 100},
        "quality": "score", "quality_missing": 0.5, "cost_exponent": 0.9,
    },
    "write": {"trainers": ["axolotl", "llama-factory"], "model": "Qwen/Qwen3-4B", "keep": "key"},
    "report": {},
}  # fmt: skip
MEANT: Recipe = {
    "source": [FIRST],
    "normalize": {"min_count": 1, "min_support": 2, "judgments": "judged.jsonl", "embedder": "minilm"},
    "select": {"budget": 9, "method": "gain", "similarity": 0.4, "embedder": "minilm"},
}
ASKED: Recipe = {
    "source": [FIRST | {"sample": 12}],
    "decontaminate": {"against": "benchmark.jsonl", "judge": "m", "judge_from": 0.2, "base_url": "URL"},
    "tag": {"model": "m", "base_url": "URL", "price": [1.0, 1.0]},
    "normalize": {"judge": "m", "embedder": "none", "min_count": 1, "base_url": "URL"},
    "select": {"budget": 5},
}
BASES = {"plain": PLAIN, "chosen": CHOSEN, "meant": MEANT, "asked": ASKED}

# Values of options that are texts, lists or tables, by the table and key, or by the key alone; all others are made by type.
GIVEN: dict[str, list[Any]] = {
    "source.name": ["other"],
    "source.files": [["second-b.jsonl", "second-a.jsonl"], "first.jsonl"],
    "source.columns": [{"quality": "counts"}, {"query": "asked"}],
    "source.quality": ["counts", "score"],
    "source.format": ["jsonl", "csv", "prompts"],
    "source.answer": ["said"],
    "source.system": ["asked"],
    "source.history": ["past"],
    "source.id": ["ident"],
    "source.encoding": ["utf-8", "latin-1"],
    "source.template": ["chatml", "llama3"],
    "source.field": ["test"],
    "source.where": ["score < 0.5", "ident > 'case 3'"],
    "query": ["asked"],
    "clean.min_turns": [2],
    "clean.max_turns": [1],
    "clean.min_characters": [80],
    "clean.max_characters": [80],
    "clean.script": ["ru", ["latin", "cyrillic"]],
    "clean.tokenizer": ["ident_counts", "tokenizer.json"],
    "dedup.quality": ["counts"],
    "decontaminate.against": ["more.jsonl", ["benchmark.jsonl", "more.jsonl"]],
    "decontaminate.judgments": ["pairs.jsonl"],
    "judge": ["n"],
    "tag.model": ["n"],
    "tag.prompt": ["instagger", "prompt.txt"],
    "tag.max_query": [100],
    "tag.max_query_tokens": [100],
    "tag.tags_in": ["German"],
    "tag.examples": ["examples.jsonl"],
    "tag.vocabulary": ["vocabulary.parquet"],
    "tag.journal": ["none.journal"],
    "tags": ["other_tags"],
    "normalize.steps": [["rules"], "frequency, rules", ["rules", "association"]],
    "normalize.judgments": ["others.jsonl", ["judged.jsonl", "others.jsonl"]],
    "normalize.embedder": ["none"],
    "select.budget": [5, 0.2, "30%", 300],
    "select.cost": ["words", "ident_counts"],
    "select.quality": ["counts"],
    "select.group": ["origin"],
    "select.min_cost": [60.0],
    "select.max_cost": [64.0, 200.0],
    "select.cost_exponent": [0.3],
    "select.at_least": [{"first": 200}, {"tag:chess": 2}, 10, "10%"],
    "select.at_most": [{"first": 300}, "60%", 500.0],
    "select.weights": ["weights.jsonl"],
    "select.target": ["traffic.jsonl"],
    "select.tokenizer": ["tokenizer.json"],
    "select.start": ["early", "earlier.jsonl"],
    "select.tree": [True],
    "split.validation": [2, 0.4, "10%"],
    "split.test": [1, 0.2, "5%"],
    "split.by": ["kind", ["source"]],
    "write.trainers": ["trl", ["axolotl"]],
    "write.model": ["Qwen/Qwen2.5-7B-Instruct", "meta-llama/Llama-3.1-8B-Instruct"],
    "write.chat_template": ["qwen", "llama3"],
    "write.keep": ["key", ["key", "score"]],
    "card.title": ["A title"],
    "card.license": ["mit"],
    "card.language": ["en", ["en", "ru"]],
    "report.by": ["source"],
    "report.gain": [{"curve": 0.3}],
    "report.title": ["A title"],
    "source.license": ["cc0-1.0"],
    "source.address": ["https://example.org"],
    "select.embedder": ["minilm"],
    "decontaminate.embedder": ["minilm"],
    "price": ["2,2"],
    "concurrency": [2],
    "rpm": [60_000.0],
    "tpm": [1e9],
    "timeout": [60.0],
    "patience": [60.0],
    "base_url": ["URL/"],
    "header": ["X-Team: one"],
    "api_key_env": ["OPENAI_API_KEY"],
    "api_key_file": ["key.txt"],
    "extra_body": [{"top_p": 0.5}],
}
NUMBERS: Mapping[type, list[Any]] = {bool: [True, False], int: [1, 2, 30], float: [0.3, 0.7, 1.0, 60.0]}
HEAD: dict[str, list[Any]] = {"name": ["other"], "seed": [0, 8], "output": ["there"]}


@dataclass(frozen=True)
class Edit:
    """One value of a recipe replaced, given, or left out.

    Attributes
    ----------
    base
        The recipe.
    place
        The table and the key; a source has its number, and a table alone has no key.
    value
        The new value; None leaves it out.
    """

    base: str
    place: tuple[str | int, ...]
    value: Any = None

    @property
    def option(self) -> str:
        """The table and the key."""
        return ".".join(each for each in self.place if isinstance(each, str))

    def recipe(self) -> Recipe:
        """The recipe with the edit."""
        found: Recipe = json.loads(json.dumps(BASES[self.base]))
        *path, key = self.place
        table: Any = found
        for each in path:
            table = table[each]
        if self.value is None:
            del table[key]
        else:
            table[key] = self.value
        return found


def edits() -> Iterator[Edit]:
    """Each option of each table that a recipe has, with other values; and each key, table and source left out."""
    for base, recipe in BASES.items():
        for name, values in HEAD.items():
            yield from (Edit(base, (name,), value) for value in values)
        for nth, source in enumerate(recipe["source"]):
            if len(recipe["source"]) > 1:
                yield Edit(base, ("source", nth))
            yield from _of_table(base, "source", ("source", nth), source)
        for step in STEPS:
            if step in recipe:
                yield Edit(base, (step,))
                yield from _of_table(base, step, (step,), recipe[step])


def _of_table(base: str, step: str, place: tuple[str | int, ...], table: Recipe) -> Iterator[Edit]:
    for name, option in options(step).items():
        if name in table:
            yield Edit(base, (*place, name))
        yield from (
            Edit(base, (*place, name), value) for value in values_of(step, name, option) if value != table.get(name)
        )


def values_of(step: str, name: str, option: Option) -> list[Any]:
    """Some values of an option."""
    given = GIVEN.get(f"{step}.{name}", GIVEN.get(name))
    return given if given is not None else list(_by_type(option.kind))


def _by_type(kind: Any) -> Iterator[Any]:
    if get_origin(kind) in (Union, types.UnionType):
        for each in get_args(kind):
            yield from _by_type(each)
    elif get_origin(kind) is Literal:
        yield from get_args(kind)
    else:
        yield from NUMBERS.get(kind, [])


def text_of(recipe: Recipe) -> str:
    """A recipe as TOML."""
    head = {name: value for name, value in recipe.items() if not isinstance(value, dict) and name != "source"}
    lines = [f"{name} = {_written(value)}" for name, value in head.items()]
    for source in recipe["source"]:
        lines += ["[[source]]", *(f"{name} = {_written(value)}" for name, value in source.items())]
    for step, table in recipe.items():
        if isinstance(table, dict):
            lines += [f"[{step}]", *(f"{name} = {_written(value)}" for name, value in table.items())]
    return "\n".join(lines) + "\n"


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(name)} = {_written(each)}" for name, each in value.items()) + " }"
    return json.dumps(value)


def outcome(folder: Path, recipe: Recipe, url: str) -> dict[str, bytes] | str:
    """What a run writes, or what it says is wrong."""
    for output in ("out", "there"):
        shutil.rmtree(folder / output, ignore_errors=True)
    (folder / "recipe.toml").write_text(text_of(recipe).replace("URL", url), "utf-8")
    try:
        instag.run(folder / "recipe.toml")
    except instag.InstagError as error:
        return str(error).replace(str(folder), "")
    return bytes_of(folder) | bytes_of(folder, "there")


def lay_out(folder: Path) -> Path:
    """The files that the recipes read."""
    topics = [{"tag": "bread", "weight": 3.0}, {"tag": "chess", "weight": 0.1}]
    _data("first", 40).write_ndjson(folder / "first.jsonl")
    _data("second", 30).write_ndjson(folder / "second-a.jsonl")
    _data("third", 20).write_ndjson(folder / "second-b.jsonl")
    # A few rows in another script, which not all encodings have.
    pairs = _data("pairs", 20)
    pairs = pairs.filter(_turn(pairs, 0).str.contains("common"))
    spoken = pairs.select("asked", "ident", prompt=_turn(pairs, 0), completion=_turn(pairs, 1), said="asked")
    (folder / "pairs.csv").write_bytes(
        (spoken.write_csv() + "caf\u00e9 who?,case 99,\u00bfWhy?,So.,said\n").encode("cp1252")
    )
    past = pl.Series([[["Before?", "So."]]] * spoken.height)
    nested = {
        name: spoken.with_columns(prompt=pl.lit(name) + pl.col("prompt"), past=past, tags=pairs["tags"]).to_dicts()
        for name in ("train", "test")
    }
    (folder / "nested.json").write_text(json.dumps(nested))
    text = [f"<|im_start|>user\n{said}<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n" for said in _turn(pairs, 0)]
    pl.DataFrame({"text": text}).write_ndjson(folder / "text.jsonl")
    asked = _turn(_data("first", 40), 0)
    for name, nth in (("benchmark", 3), ("more", 11)):
        items = [{"question": text, "answer": "Waves."} for text in (asked[nth], HERD.format(7))]
        pl.DataFrame(items).write_ndjson(folder / f"{name}.jsonl")
    judged = [{"query": query, "asked": asked[3], "same": True} for query in asked]
    pl.DataFrame(judged).write_ndjson(folder / "pairs.jsonl")
    for name, of in (("judged", "bread"), ("others", "glass")):
        (folder / f"{name}.jsonl").write_text(json.dumps({"tag": of, "same": [], "broader": ["lamps"]}) + "\n")
    pl.DataFrame(topics).write_ndjson(folder / "weights.jsonl")
    rows("traffic", 9).write_ndjson(folder / "traffic.jsonl")
    rows("earlier", 5).write_ndjson(folder / "earlier.jsonl")
    (folder / "examples.jsonl").write_text('{"query": "Why?", "tags": ["reasons"]}\n')
    (folder / "prompt.txt").write_text("Tags for {query}, as a list in JSON")
    instag.normalize(rows("known", 9), steps=["rules"]).vocabulary.save(folder / "vocabulary.parquet")
    (folder / "key.txt").write_text("none")
    shutil.copy(Path(instag.__file__).parent / "sample_data/answers/tokenizer.json", folder)
    return folder


def _data(prefix: str, count: int) -> pl.DataFrame:
    """Rows of several kinds: of two turns, in another script, without an answer, and with columns of many types."""
    chance = random.Random(prefix)  # noqa: S311
    found = rows(prefix, count).to_dicts()
    for n, row in enumerate(found):
        turns = row["messages"]
        if n % 5 == 0:
            turns += [{"role": "user", "content": f"And what else, {n}?"}, {"role": "assistant", "content": "So."}]
        if n % 3 == 1:
            turns[0]["content"] += f" {MORE}" * (6 if n % 12 == 1 else 1)
        if n % 9 == 4:
            turns[0]["content"] = (
                f"\u041f\u043e\u0447\u0435\u043c\u0443 {TOPICS[n % 8]} {n}: \u043f\u043e\u0447\u0435\u043c\u0443?"
            )
        if n == 20:
            turns[0]["content"] = HERD.format(9)
        if n % 11 == 3:
            turns[-1]["content"] = " "
        row |= {
            "asked": f"{prefix}: {TOPICS[n // 2 % 8]} {'abcdefghij'[n // 2 % 10] * 9}?",
            "counts": chance.randrange(50),
        }
        row |= {
            "ident": f"case {n}",
            "ident_counts": 1 + chance.randrange(50),
            "kind": f"kind {n % 3}",
            "origin": "first",
        }
        row |= {"early": n % 7 == 0, "other_tags": [f"other {n % 4}", f"other {n % 7}"]}
    return pl.DataFrame(found)


def _turn(frame: pl.DataFrame, nth: int) -> pl.Series:
    return frame["messages"].list.get(nth).struct.field("content")
