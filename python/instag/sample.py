"""The four small data sets that come with the package, a model's answers about them, and a recipe that runs offline."""

import shutil
from pathlib import Path

import polars as pl

__all__ = ["lay_out", "load_sample", "load_sample_judgments"]

FOLDER = Path(__file__).parent / "sample_data"

# Files that the recipe needs in addition to the data, and their names in its folder.
BESIDE = {
    "recipe.toml": "recipe.toml",
    "answers/tagging.journal": "answers.journal",
    "answers/tokenizer.json": "tokenizer.json",
    "judgments/judgments.jsonl": "judgments.jsonl",
}


def load_sample() -> pl.DataFrame:
    """Load 780 tagged samples of four kinds: basics, chat, code and composed.

    The samples were written for instag; the tags are as a large language model gave them for each query.

    Returns
    -------
    A frame with `id`, `source`, `messages` (turns of `role` and `content`), `query_tags` (a list of tags for each
    query) and `tags` (those of all queries of the sample, in order, without repeats).

    Examples
    --------
    >>> import instag
    >>> df = instag.load_sample()
    >>> df.columns
    ['id', 'source', 'messages', 'query_tags', 'tags']
    >>> df["tags"][0].to_list()
    ['explanation', 'physics']
    """
    raw = pl.concat([pl.read_ndjson(path) for path in sorted(FOLDER.glob("*.jsonl"))])
    flat = pl.col("query_tags").list.eval(pl.element().explode())
    return raw.with_columns(tags=flat.list.unique(maintain_order=True))


def load_sample_judgments() -> pl.DataFrame:
    """Load a large language model's judgments of the sample's tags, for ``judgments`` of :func:`instag.normalize`.

    Returns
    -------
    A frame with a row for each of 2,811 tags: `tag`, `count`, `candidates`, and which of these are the `same` or
    `broader`.

    Examples
    --------
    >>> import instag
    >>> df = instag.load_sample()
    >>> done = instag.normalize(df, judgments=instag.load_sample_judgments(), embedder=None, min_count=5)
    >>> done.vocabulary.tree.filter(level=0).head(3)["tag"].to_list()
    ['explanation', 'mathematics', 'programming']
    """
    return pl.read_ndjson(FOLDER / "judgments" / "judgments.jsonl")


def lay_out(folder: Path) -> Path:
    """Write a recipe into a folder, with raw samples and all else that it needs to run without a key or a network.

    Returns
    -------
    The path of the recipe.

    Examples
    --------
    >>> recipe = lay_out(getfixture("tmp_path") / "demo")
    >>> sorted(path.name for path in recipe.parent.iterdir())
    ['answers.journal', 'data', 'judgments.jsonl', 'recipe.toml', 'tokenizer.json']
    """
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for path in sorted(FOLDER.glob("*.jsonl")):
        pl.read_ndjson(path).drop("query_tags").write_ndjson(folder / "data" / path.name)
    for source, name in BESIDE.items():
        shutil.copyfile(FOLDER / source, folder / name)
    return folder / "recipe.toml"
