"""The values of options that are one of a few; they stand apart, so that `--help` need not load what does the work."""

from typing import Literal

__all__ = ["Action", "Linkage", "Method", "Stem", "Structured"]

Method = Literal["complexity-first", "coverage", "complexity", "random"]
"""How samples are ranked; see :func:`instag.select`."""

Stem = bool | Literal["paper"]
"""How words of tags are stemmed; see :func:`instag.normalize`."""

Linkage = Literal["star", "dbscan"]
"""How tags that are alike are joined; see :func:`instag.normalize`."""

Structured = Literal["auto", "json_schema", "structured_outputs", "json_object", "none"]
"""How a server is asked for JSON; `"auto"` goes down this list until it understands."""

Action = Literal["submit", "status", "collect"]
"""What is done with batches; see :func:`instag.tagging.batch`."""
