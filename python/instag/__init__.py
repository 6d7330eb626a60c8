"""Choose the data to fine-tune a language model on: the most diverse and complex subset, by tags."""

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from instag._core import DEBUG, __version__

if TYPE_CHECKING:
    from instag.analysis import Analysis, Comparison, Measures, Versions, analyze, compare, measure
    from instag.auditing import Audit, Share, aaudit, audit
    from instag.chat import EndpointError, Price, Tally
    from instag.cleaning import Cleaned, Split, clean, decontaminate, dedup, split
    from instag.embedding import OpenAIEmbedder
    from instag.errors import InputError, InstagError, InstagWarning
    from instag.io import Pushed, card, convert, push, read, scan, write
    from instag.normalization import (
        Applied,
        JudgeEstimate,
        Judgement,
        ModelJudge,
        Normalized,
        Quality,
        Question,
        Vocabulary,
        associations,
        normalize,
        roll_up,
        vocabulary_quality,
        write_judgments,
    )
    from instag.progress import Progress
    from instag.recipe import Check, run, verify
    from instag.reporting import explore, figures, report
    from instag.sample import load_sample, load_sample_judgments
    from instag.selection import (
        Certificate,
        Method,
        Selection,
        Sweep,
        certify,
        choose,
        count_tokens,
        rank,
        select,
        sweep,
    )
    from instag.tagging import Cut, Estimate, Prompt, Tagged, atag, estimate, tag

__all__ = [
    "Analysis",
    "Applied",
    "Audit",
    "Certificate",
    "Check",
    "Cleaned",
    "Comparison",
    "Cut",
    "EndpointError",
    "Estimate",
    "InputError",
    "InstagError",
    "InstagWarning",
    "JudgeEstimate",
    "Judgement",
    "Measures",
    "Method",
    "ModelJudge",
    "Normalized",
    "OpenAIEmbedder",
    "Price",
    "Progress",
    "Prompt",
    "Pushed",
    "Quality",
    "Question",
    "Selection",
    "Share",
    "Split",
    "Sweep",
    "Tagged",
    "Tally",
    "Versions",
    "Vocabulary",
    "__version__",
    "aaudit",
    "analyze",
    "associations",
    "atag",
    "audit",
    "card",
    "certify",
    "choose",
    "clean",
    "compare",
    "convert",
    "count_tokens",
    "decontaminate",
    "dedup",
    "estimate",
    "explore",
    "figures",
    "load_sample",
    "load_sample_judgments",
    "measure",
    "normalize",
    "push",
    "rank",
    "read",
    "report",
    "roll_up",
    "run",
    "scan",
    "select",
    "split",
    "sweep",
    "tag",
    "verify",
    "vocabulary_quality",
    "write",
    "write_judgments",
]

# The package of each name: it is loaded when one of its names is first used, so that `import instag` is quick.
_HOMES = {
    "analysis": ("Analysis", "Comparison", "Measures", "Versions", "analyze", "compare", "measure"),
    "auditing": ("Audit", "Share", "aaudit", "audit"),
    "chat": ("EndpointError", "Price", "Tally"),
    "cleaning": ("Cleaned", "Split", "clean", "decontaminate", "dedup", "split"),
    "embedding": ("OpenAIEmbedder",),
    "errors": ("InputError", "InstagError", "InstagWarning"),
    "io": ("Pushed", "card", "convert", "push", "read", "scan", "write"),
    "normalization": (
        "Applied",
        "JudgeEstimate",
        "Judgement",
        "ModelJudge",
        "Normalized",
        "Quality",
        "Question",
        "Vocabulary",
        "associations",
        "normalize",
        "roll_up",
        "vocabulary_quality",
        "write_judgments",
    ),
    "progress": ("Progress",),
    "recipe": ("Check", "run", "verify"),
    "reporting": ("explore", "figures", "report"),
    "sample": ("load_sample", "load_sample_judgments"),
    "selection": (
        "Certificate",
        "Method",
        "Selection",
        "Sweep",
        "certify",
        "choose",
        "count_tokens",
        "rank",
        "select",
        "sweep",
    ),
    "tagging": ("Cut", "Estimate", "Prompt", "Tagged", "atag", "estimate", "tag"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

if DEBUG:
    from instag.errors import InstagWarning

    warnings.warn("instag's core was built without optimisation: it is slow", InstagWarning, stacklevel=2)


def __getattr__(name: str) -> Any:
    """Load a name, or a package such as `instag.tagging`, when it is first used."""
    if name in _HOMES:
        return import_module(f"instag.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'instag' has no attribute {name!r}")
    home = import_module(f"instag.{_HOME[name]}")
    if _HOME[name] == "analysis":
        # Reporting defines how notebooks show an analysis.
        import_module("instag.reporting")
    globals()[name] = found = getattr(home, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_HOMES})
