"""The model that answers: at an endpoint, as weights in a file, or a function."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from instag.chat.function import name_of
from instag.chat.local import is_weights
from instag.chat.question import Reply, Unreadable
from instag.errors import InputError
from instag.tagging.parsing import read_answer
from instag.tagging.parsing.words import is_tag
from instag.tagging.prompt import Prompt, Template

__all__ = ["QUERIES", "Model", "check_alone", "known_as", "written"]

Model: TypeAlias = "str | Path | Callable[[Sequence[str]], Any]"

QUERIES = Prompt("queries", Template("{query}", structured=False))
"""The prompt for a function: the query, and nothing else."""

# Options of :func:`instag.tag` that apply if a function answers.
ALONE = frozenset(
    """
    data model query cut journal retry_unread limit concurrency attempts reask max_unread explanations replace progress
    """.split()  # noqa: SIM905 - read as the words they are
)
PAIR = 2
# Arrays are taken for lists, and keys of mappings become texts.
SAFELY = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def known_as(model: Model, base_url: Any = None, client: Any = None) -> str:
    """The name under which a model's answers are kept.

    Parameters
    ----------
    model, base_url, client
        Those of :func:`instag.tag`.

    Examples
    --------
    >>> known_as("gpt-4o-mini"), known_as("models/qwen3-4b.gguf"), known_as(len)
    ('gpt-4o-mini', 'qwen3-4b', 'len')
    """
    if callable(model):
        return name_of(model)
    # Anything that is not a name is refused when the options are checked.
    return Path(model).stem if is_weights(model, base_url, client) else model  # type: ignore[return-value]


def check_alone(work: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Refuse options of endpoints if a function answers.

    Parameters
    ----------
    work
        The function that has these options.
    given
        The options that were given; all others have their defaults.
    """
    for name, parameter in inspect.signature(work).parameters.items():
        value = given.get(name, parameter.default)
        if name not in ALONE and value is not parameter.default and value != parameter.default:
            raise InputError(f"{name}: a function as the model gets only the queries, and cannot use it: leave it out")


def written(answer: Any) -> str | None:
    """A function's answer as the journal keeps it.

    Parameters
    ----------
    answer
        Tags; pairs of a tag and its explanation; a mapping of these, or any other, such as `{"tags": […]}`, and text, which
        are parsed like a model's; or None.

    Examples
    --------
    >>> written(["math", ("poetry", "It wants a poem.")])
    '{"tags":["math",{"tag":"poetry","explanation":"It wants a poem."}]}'
    >>> written("math, poetry"), written("math"), written(None)
    ('math, poetry', '{"tags":["math"]}', None)
    """
    if answer is None:
        return None
    if isinstance(answer, str):
        return orjson.dumps({"tags": [answer]}).decode() if _is_one(answer) else answer
    if isinstance(answer, Mapping) and not all(isinstance(why, str | None) for why in answer.values()):
        return orjson.dumps(dict(answer), default=str, option=SAFELY).decode()
    tags = list(answer.items()) if isinstance(answer, Mapping) else list(answer)
    pairs = [
        {"tag": tag[0], "explanation": tag[1]} if isinstance(tag, tuple) and len(tag) == PAIR else tag for tag in tags
    ]
    return orjson.dumps({"tags": pairs}, default=str, option=SAFELY).decode()


def _is_one(text: str) -> bool:
    """Whether a text is a single tag, and not a list of tags."""
    try:
        read_answer(Reply(bytes(16), text, "stop"))
    except Unreadable:
        return is_tag(text)
    return False
