"""YAML of the plain kind that configurations are written in."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["yaml"]

# Words that YAML does not read as text.
WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
# JSON writes smaller numbers as 1e-05, which YAML reads as text.
SMALL = 1e-3


def yaml(values: Mapping[str, Any]) -> str:
    """Write a mapping as YAML.

    Examples
    --------
    >>> print(yaml({"model": "a/b", "rate": 1e-4, "data": [{"path": "x: y", "roles": ["a"]}]}), end="")
    model: a/b
    rate: 0.0001
    data:
      - path: "x: y"
        roles:
          - a
    """
    return "".join(f"{line}\n" for line in _lines(values))


def _lines(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [line for key, each in value.items() for line in _member(f"{key}:", each)]
    return [line for each in value for line in _item(_lines(each) if isinstance(each, Mapping) else [_scalar(each)])]


def _member(key: str, value: Any) -> list[str]:
    if isinstance(value, Mapping | list):
        return [key, *(f"  {line}" for line in _lines(value))]
    return [f"{key} {_scalar(value)}"]


def _item(lines: Sequence[str]) -> list[str]:
    return [f"{'- ' if not nth else '  '}{line}" for nth, line in enumerate(lines)]


def _scalar(value: Any) -> str:
    """A scalar as JSON has it; text without quotation marks if it cannot be taken for anything else."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w./-]*", value) and value.lower() not in WORDS:
        return value
    return f"{value:.10f}".rstrip("0") if isinstance(value, float) and value < SMALL else json.dumps(value)
