"""Options with a fixed set of values, and defaults, apart from the code that uses them: `--help` loads quickly."""

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
    "LayoutName",
    "Linkage",
    "Measure",
    "Method",
    "Stem",
    "Structured",
    "Target",
]

OPENAI = "https://api.openai.com/v1"
"""The address of OpenAI's endpoint."""

QUERY_LENGTH = 6_000
"""How much of a query a model is sent, in characters."""

JUDGE_TOKENS = 4096
"""The most tokens of a judge's answer about 20 tags."""

DISTANCE = 0.05
"""The cosine distance within which two tags are merged."""

MIN_SAMPLES = 2
"""DBSCAN: how many tags must be near a tag to make it dense."""

MIN_SUPPORT = 40
"""Association: the least number of rows that hold both tags."""

MIN_CONFIDENCE = 0.99
"""Association: the least share of the rows with the first tag."""

AUDITED = 200
"""How many cases of each kind are audited."""

GROUP = 5
"""How many queries a consistency case of an audit has."""

PROBES = 0.1
"""The share of an audit's cases that are made wrong on purpose."""

BATCH = 50_000
"""The most questions in a batch: the limit of OpenAI's Batch API."""

EXPLORED = 50_000
"""The most samples on a page made by :func:`instag.explore`."""

Method = Literal["complexity-first", "coverage", "complexity", "random", "gain"]
"""How samples are ranked; see :func:`instag.select`."""

Measure = Literal["complexity", "diversity"]
"""The measure in which subsets differ; see :func:`instag.sweep`."""

Curve = float | Literal["log", "match"]
"""What n holders of a tag are worth: n^a, ln(1 + n), or a curve that matches complexity-first."""

Amount = float | str
"""A count, or a share: a float up to 1, or a text such as "30%"."""

Stem = bool | Literal["paper"]
"""How words of tags are stemmed; see :func:`instag.normalize`."""

Linkage = Literal["star", "dbscan"]
"""How similar tags are joined; see :func:`instag.normalize`."""

Structured = Literal["auto", "json_schema", "structured_outputs", "json_object", "none"]
"""How a server is asked for JSON; `"auto"` tries these in order until the server accepts one."""

Action = Literal["submit", "status", "collect"]
"""What to do with batches; see :func:`instag.tagging.batch`."""

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

Target = Literal["alpaca", "sharegpt", "messages"]
"""Layouts that conversations can be written in; see :func:`instag.write`."""

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
    "nemo",
    "alpaca",
    "vicuna",
    "human",
    "qa",
]
"""Chat templates that texts may be written in; see :func:`instag.read`."""
