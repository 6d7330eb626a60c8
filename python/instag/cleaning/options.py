"""The options of cleaning, shared by the functions and the command line.

The classes at the end repeat the options of each function, so that the command line can show them without loading the
functions and, with them, Polars.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Annotated, Any, Literal

Action = Literal["remove", "mark"]
Keep = Literal["first", "longest", "quality"]
Method = Literal["minhash", "exact"]
Numbers = Literal["same", "any"]


@dataclass(frozen=True)
class Option:
    """How the command line shows an option."""

    help: str
    metavar: str | None = None
    flag: str | None = None
    """Its name on the command line, if that differs from the keyword."""
    kind: Any = None
    """Its type on the command line, if that differs from the keyword's."""


Against = Annotated[
    Sequence[str | PathLike[str]] | str | PathLike[str] | Any,
    Option("A benchmark: a file or a glob; repeat it for several.", "FILES"),
]
Acting = Annotated[Action, Option("Remove the rows, or keep all rows and mark them in additional columns.")]
Query = Annotated[str | None, Option("The column with the user's queries.", "COLUMN")]
Quality = Annotated[str | None, Option("A column of numbers: of copies, the row with the highest stays.", "COLUMN")]
Comparing = Annotated[Method, Option("Also find near-copies (minhash), or only equal texts (exact).")]
Threshold = Annotated[
    float, Option("The Jaccard similarity, of runs of five characters, from which two texts are copies.", "J")
]
Keeping = Annotated[Keep | None, Option("The copy that stays: the first, the longest, or the one of highest quality.")]
Numbering = Annotated[Numbers, Option("Whether an item must have the same numbers, or may have any.")]
Judging = Annotated[
    Any, Option("A model that says which of the nearest rows ask an item in other words.", "MODEL", "--judge-model")
]
JudgingFrom = Annotated[
    float | None,
    Option("The cosine from which a row and its nearest item are a candidate: 0.7 with a judge.", "COSINE"),
]
Judged = Annotated[
    Sequence[str | PathLike[str]] | str | PathLike[str] | None,
    Option("Judgements of candidates in JSON Lines, which win over the model; repeat it for several files.", "FILE"),
]
Embedding = Annotated[
    Any, Option("The embedder that finds the nearest item: minilm, use, sentence-transformers:NAME, …", "NAME")
]
Script = Annotated[
    Sequence[str] | str | None,
    Option(
        "The script of the queries that stay: a script (latin, cyrillic, han, …) or a language (en, ru, zh, …).",
        "NAME",
    ),
]
Answered = Annotated[
    bool, Option("Remove rows with a missing answer, and rows whose last turn is not the assistant's.")
]
MinTurns = Annotated[int | None, Option("The least number of the user's turns.", "N")]
MaxTurns = Annotated[int | None, Option("The largest number of the user's turns.", "N")]
MinCharacters = Annotated[int | None, Option("The shortest conversation, in characters.", "N")]
MaxCharacters = Annotated[int | None, Option("The longest conversation, in characters.", "N")]
MinTokens = Annotated[int | None, Option("The shortest conversation, in tokens.", "N")]
MaxTokens = Annotated[int | None, Option("The longest conversation, in tokens.", "N")]
Tokenizer = Annotated[
    Any, Option("How to count tokens: a tokenizer.json, its folder, or a column with counts.", "FILE")
]
Validation = Annotated[
    float | None, Option("Rows to hold out for validation: a count such as 500, or a share such as 0.02 or 2%.", "N")
]
Test = Annotated[
    float | None,
    Option("Further rows to hold out, for a test: a count such as 500, or a share such as 0.02 or 2%.", "N"),
]
By = Annotated[
    Sequence[str] | str | None,
    Option("Columns whose values are distributed evenly: names, or lists such as tags.", "COLUMN"),
]
Seed = Annotated[int, Option("The seed of the random split.")]


class Cleaning:
    """The options of :func:`instag.clean`."""

    query: Query = None
    min_turns: MinTurns = None
    max_turns: MaxTurns = None
    min_characters: MinCharacters = None
    max_characters: MaxCharacters = None
    min_tokens: MinTokens = None
    max_tokens: MaxTokens = None
    tokenizer: Tokenizer = None
    answered: Answered = False
    script: Script = None


class Deduplication:
    """The options of :func:`instag.dedup`."""

    query: Query = None
    method: Comparing = "minhash"
    threshold: Threshold = 0.9
    keep: Keeping = None
    quality: Quality = None
    action: Acting = "remove"


class Decontamination:
    """The options of :func:`instag.decontaminate`, without those of the model."""

    against: Against
    query: Query = None
    numbers: Numbering = "same"
    action: Acting = "remove"
    judge: Judging = None
    judge_from: JudgingFrom = None
    judgments: Judged = None
    embedder: Embedding = "minilm"


class Splitting:
    """The options of :func:`instag.split`."""

    validation: Validation = 0.1
    test: Test = None
    by: By = None
    query: Query = None
    threshold: Threshold = 0.8
    seed: Seed = 0
