"""The steps of a recipe: each is a command, and its keys are that command's options."""

import contextlib
import io
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from instag.errors import InputError

__all__ = ["EITHER", "STEPS", "arguments", "command", "defaults", "invoke", "is_file", "keys", "options", "problem"]

# Options that are a file, or a name of something else.
EITHER = frozenset({"prompt", "tokenizer"})
# What Ctrl-C ends a command with.
INTERRUPTED = 130

# The road's order; what is cheap and drops rows stands before what is paid.
STEPS = ("clean", "dedup", "decontaminate", "tag", "normalize", "select", "split", "write", "report")
COMMANDS = {"read": "convert", "write": "convert"}

# What the runner decides: where data come from and go to.
MANAGED = frozenset(
    [
        "source",
        "output",
        "dropped",
        "to",
        "journal",
        "failures",
        "dry_run",
        "batch",
        "batched",
        "batch_size",
        "limit",
        "merges",
        "apart",
        "folder",
        "figures",
        "selection",
        "details",
        "format",
        "answer",
        "system",
        "history",
        "id",
        "encoding",
        "template",
        "skip_bad_lines",
        "field",
        "where",
        "help",
    ]
)
ALSO_MANAGED = {
    "normalize": {"vocabulary", "judgments_out"},
    "report": {"vocabulary", "query"},
    "write": {"query", "validation"},
}
# Options of reading, which are those of a source.
READING = frozenset(
    ["answer", "encoding", "field", "format", "history", "id", "query", "skip_bad_lines", "system", "template", "where"]
)
# What changes how an answer is come by, and not what it is.
IRRELEVANT = frozenset(
    [
        "api_key_env",
        "api_key_file",
        "attempts",
        "base_url",
        "concurrency",
        "header",
        "max_cost",
        "max_unread",
        "patience",
        "price",
        "retry_unread",
        "rpm",
        "timeout",
        "tpm",
    ]
)


@cache
def command(step: str) -> Any:
    """The command of a step, with its options declared."""
    # The command line stands above this, and has what both need: one declaration of every option.
    application = import_module("instag.cli.app")
    found = application.Commands().get_command(None, COMMANDS.get(step, step))
    if found is None:
        raise InputError(f"[{step}]: this instag has no such step")
    return found


@cache
def options(step: str) -> Mapping[str, Any]:
    """The options that a recipe may set, by name: what is on the command line with _ for -."""
    managed = MANAGED | ALSO_MANAGED.get(step, set())
    if step == "source":
        return {_key(each): each for each in command("read").params if each.name in READING}
    return {
        _key(each): each
        for each in command(step).params
        if each.param_type_name == "option" and each.name not in managed and _key(each) not in managed
    }


def keys(step: str) -> list[str]:
    """The names of the options of a step."""
    return list(options(step))


def defaults(step: str) -> dict[str, Any]:
    """The defaults of the options that change results."""
    return {name: each.default for name, each in options(step).items() if name not in IRRELEVANT}


def arguments(step: str, given: Mapping[str, Any]) -> list[str]:
    """Options as they stand on a command line.

    Examples
    --------
    >>> arguments("dedup", {"threshold": 0.8, "keep": "longest"})
    ['--threshold', '0.8', '--keep', 'longest']
    """
    found: list[str] = []
    for name, value in given.items():
        option = options(step)[name]
        if isinstance(value, bool) and option.is_flag:
            found += [option.opts[0]] if value else option.secondary_opts[:1]
        elif isinstance(value, dict) and option.multiple:
            found += [part for key, each in value.items() for part in (option.opts[0], f"{key}={each}")]
        elif isinstance(value, list) and option.multiple:
            found += [part for each in value for part in (option.opts[0], str(each))]
        elif isinstance(value, list):
            found += [option.opts[0], ",".join(map(str, value))]
        else:
            found += [option.opts[0], str(value)]
    return found


def is_file(step: str, key: str) -> bool:
    """Whether an option is the path of a file that is read."""
    option = options(step).get(key)
    return option is not None and (key in EITHER or (option.metavar or "").partition(".")[0] in {"FILE", "FILES", "V"})


def invoke(step: str, line: list[str]) -> None:
    """Call the command of a step.

    Raises
    ------
    InputError
        Where it fails, in its own words.
    KeyboardInterrupt
        Where Ctrl-C has ended it.
    """
    # What it says of files is about drafts; what goes on is shown on standard error.
    with contextlib.redirect_stdout(io.StringIO()):
        code = command(step).main(args=line, prog_name=f"instag {step}", standalone_mode=False)
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    if code:
        raise InputError(f"[{step}] did not come to its end; the same command goes on from here")


def problem(step: str, name: str, value: Any) -> str | None:
    """What is wrong with the value of an option, by the command's own words; None if nothing is."""
    inner = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    if any(isinstance(each, dict | list) for each in inner):
        return f"expected a value, or a list of values; found {value!r}"
    if isinstance(value, dict) and not options(step)[name].multiple:
        return f"expected a value; found the table {value!r}"
    parsed = command("read" if step == "source" else step)
    needed = ["x"] + [
        part
        for each in parsed.params
        if each.required and each.param_type_name == "option" and _key(each) != name
        for part in (each.opts[0], "x")
    ]
    try:
        parsed.make_context(step, [*needed, *arguments(step, {name: value})], resilient_parsing=False)
    except InputError as error:
        return str(error)
    except Exception as error:
        said = getattr(error, "message", None)
        if said is None:
            raise
        return f"{str(said).removeprefix('Value error, ')}"
    return _values(step, name, value)


def _values(step: str, name: str, value: Any) -> str | None:
    """What the command would find wrong only once it runs."""
    reader = {
        ("select", "budget"): ("options", "read_budget"),
        ("normalize", "min_count"): ("normalize", "read_count"),
        ("normalize", "stem"): ("normalize", "read_stem"),
    }.get((step, name))
    if reader is None:
        return None
    try:
        getattr(import_module(f"instag.cli.{reader[0]}"), reader[1])(str(value))
    except InputError as error:
        return str(error).partition(": ")[2]
    return None


def _key(option: Any) -> str:
    longest: str = max(option.opts, key=len)
    return longest.removeprefix("--").replace("-", "_")
