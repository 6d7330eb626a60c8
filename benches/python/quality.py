"""How well tags are merged: `python benches/python/quality.py FILE`.

FILE is a JSON list of topics, each an object of `topic`, its `aliases` (the same topic by another name) and `related`
topics (others), all strings. The figures in docs/normalizing.md are of GitHub's curated topics: the folders in `topics/`
of the repository github/explore, licensed CC BY 4.0, whose `index.md` name them. They are not a part of this project.

Recall is the share of pairs of a topic and its alias that end in one tag; wrong merges are the pairs of a topic and a
related one that do, each pair counted once. A topic counts twice and an alias or related topic once, each time it is
named, so that of two names the topic's is the more frequent. Frequency and association are left out.
"""

import argparse
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

import instag
from instag.embedding.minilm import MiniLM
from instag.embedding.vectors import Embed

Pair = tuple[str, str]
METHODS: Mapping[str, Mapping[str, Any]] = {
    "cleaned, DBSCAN": {"stem": False, "guards": False, "linkage": "dbscan"},
    "the paper: Porter stems, then DBSCAN": {"stem": "paper", "guards": False, "linkage": "dbscan"},
    "guarded rules alone": {"embedder": None},
    "guarded, star (the default)": {},
    "guarded, DBSCAN": {"linkage": "dbscan"},
}
DISTANCES = (0.05, 0.10, 0.20)


@dataclass(frozen=True)
class Topics:
    """Topics as tags: each naming is a row, and pairs that are one and that are not."""

    names: list[str]
    aliases: list[Pair]
    related: list[Pair]

    @classmethod
    def read(cls, path: Path) -> "Topics":
        """Read a file of topics."""
        names, aliases, related = [], set(), set()
        for entry in json.loads(path.read_text(encoding="utf-8")):
            topic = entry["topic"]
            names += [topic, topic, *entry["aliases"], *entry["related"]]
            aliases |= {_pair(topic, alias) for alias in entry["aliases"]}
            related |= {_pair(topic, other) for other in entry["related"]}
        return cls(names, sorted(aliases), sorted(related))

    def merged(self, options: Mapping[str, Any]) -> tuple[list[Pair], list[Pair]]:
        """The pairs of aliases and of related topics that normalising makes one."""
        with warnings.catch_warnings():
            # Chains, and tags in other scripts, are what is measured.
            warnings.simplefilter("ignore", instag.InstagWarning)
            frame = pl.DataFrame({"tags": [[name] for name in self.names]}, {"tags": pl.List(pl.String)})
            merges = instag.normalize(frame, **{"steps": ("rules", "semantic"), **options}).merges
        fate = dict(merges.select("from", "to").rows())

        def one(pair: Pair) -> bool:
            return len({fate.get(name, name) for name in pair}) == 1

        return list(filter(one, self.aliases)), list(filter(one, self.related))


def replayed(path: Path) -> Callable[[list[instag.Question]], list[instag.Judgement]]:
    """A judge that answers as a file of judgements does; a candidate that is not in it is another tag."""
    said = {line["tag"]: line for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())}

    def replay(questions: list[instag.Question]) -> list[instag.Judgement]:
        lines = [(each, said.get(each.tag, {"same": [], "broader": []})) for each in questions]
        return [
            instag.Judgement(
                same=[name for name in each.candidates if name in line["same"]],
                broader=[name for name in each.candidates if name in line["broader"]],
            )
            for each, line in lines
        ]

    return replay


def judged(topics: Topics, embedder: Embed, path: Path) -> Iterator[str]:
    """The lines of the table with a judge."""
    steps = ("rules", "semantic", "judge")
    methods: dict[str, dict[str, Any]] = {
        "a judge, replayed after the default": {"judge": replayed(path)},
        "its judgements as a file": {"judgments": path},
    }
    for method, options in methods.items():
        right, wrong = topics.merged({"embedder": embedder, "steps": steps, **options})
        share = _share(wrong, topics.related, ".2%")
        yield f"| {method} | 0.05 | {_share(right, topics.aliases)} | {len(wrong)} ({share}) |"


def table(topics: Topics, embedder: Embed) -> Iterator[str]:
    """The table of docs/normalizing.md, line by line."""
    yield "| method | distance | recall | wrong merges |"
    yield "|---|---|---|---|"
    for method, options in METHODS.items():
        name = method
        for distance in DISTANCES if "embedder" not in options else ("",):
            given = options if distance == "" else {"embedder": embedder, "distance": distance, **options}
            right, wrong = topics.merged(given)
            at = f"{distance:.2f}" if distance else ""
            counts = _share(right, topics.aliases), _share(wrong, topics.related, ".2%")
            cells = name, at, counts[0], f"{len(wrong)} ({counts[1]})"
            yield f"| {' | '.join(cells)} |".replace("|  ", "| ")
            name = ""


def main(arguments: list[str] | None = None, show: Callable[[str], None] = print) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, help="a JSON list of topics with aliases and related topics")
    parser.add_argument("--judgments", type=Path, help="what a judge said of these topics, to be replayed")
    given = parser.parse_args(arguments)
    topics = Topics.read(given.file)
    show(f"{len(topics.aliases):,} pairs of a topic and its alias, {len(topics.related):,} of related topics")
    embedder = MiniLM()
    for line in table(topics, embedder):
        show(line)
    if given.judgments is not None:
        for line in judged(topics, embedder, given.judgments):
            show(line)


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def _share(some: list[Pair], of: list[Pair], form: str = ".1%") -> str:
    return format(len(some) / max(len(of), 1), form).replace("%", " %")


if __name__ == "__main__":
    main()
