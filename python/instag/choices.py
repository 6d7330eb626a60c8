"""Values of options that are one of a few, and defaults: apart from what does the work, so that `--help` need not load it."""

from typing import Literal

__all__ = [
    "AUDITED",
    "BATCH",
    "DISTANCE",
    "EXPLORED",
    "GROUP",
    "JUDGE_TOKENS",
    "MIN_CONFIDENCE",
    "MIN_SAMPLES",
    "MIN_SUPPORT",
    "OPENAI",
    "PROBES",
    "QUERY_LENGTH",
    "Action",
    "Amount",
    "ChatTemplate",
    "Curve",
    "FileType",
    "LayoutName",
    "Linkage",
    "Measure",
    "Method",
    "Stem",
    "Structured",
]

OPENAI = "https://api.openai.com/v1"
"""Where OpenAI's endpoint is."""

QUERY_LENGTH = 6_000
"""The most characters of a query that a model is asked with."""

JUDGE_TOKENS = 4096
"""The most tokens of a judge's answer about 20 tags."""

DISTANCE = 0.05
"""The cosine distance within which tags are one."""

MIN_SAMPLES = 2
"""DBSCAN: the tags near a tag that make it dense."""

MIN_SUPPORT = 40
"""Association: the least number of rows that hold both tags."""

MIN_CONFIDENCE = 0.99
"""Association: the least share of the rows with the first tag."""

AUDITED = 200
"""The cases of each kind that are audited."""

GROUP = 5
"""The queries of an audited case of consistency."""

PROBES = 0.1
"""The share of an audit's cases that are put wrong on purpose."""

BATCH = 50_000
"""The most questions in a batch: what OpenAI's Batch API takes."""

EXPLORED = 50_000
"""The most samples on a page to explore tags in."""

Method = Literal["complexity-first", "coverage", "complexity", "random", "gain"]
"""How samples are ranked; see :func:`instag.select`."""

Measure = Literal["complexity", "diversity"]
"""What subsets differ in; see :func:`instag.sweep`."""

Curve = float | Literal["log", "match"]
"""How much the n-th holder of a tag is worth: x^a, ln(1 + x), or what matches complexity-first."""

Amount = float | str
"""A count, or a share: a float up to 1, or a text such as "30%"."""

Stem = bool | Literal["paper"]
"""How words of tags are stemmed; see :func:`instag.normalize`."""

Linkage = Literal["star", "dbscan"]
"""How tags that are alike are joined; see :func:`instag.normalize`."""

Structured = Literal["auto", "json_schema", "structured_outputs", "json_object", "none"]
"""How a server is asked for JSON; `"auto"` goes down this list until it understands."""

Action = Literal["submit", "status", "collect"]
"""What is done with batches; see :func:`instag.tagging.batch`."""

FileType = Literal["json", "jsonl", "csv", "tsv", "parquet", "arrow", "text"]
"""Types of data files; see :func:`instag.read`."""

LayoutName = Literal[
    "messages",
    "sharegpt",
    "exchanges",
    "tree",
    "thread",
    "turns",
    "alpaca",
    "instances",
    "pairs",
    "preference",
    "prompts",
]
"""How columns hold conversations; see :func:`instag.read`."""

ChatTemplate = Literal[
    "chatml",
    "llama3",
    "llama2",
    "gemma",
    "command",
    "deepseek",
    "phi",
    "h2ogpt",
    "baize",
    "granite",
    "harmony",
    "openchat",
    "alpaca",
    "vicuna",
    "human",
    "qa",
]
"""Forms of texts that models are trained on; see :func:`instag.read`."""
