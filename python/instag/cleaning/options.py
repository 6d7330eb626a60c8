"""Options of cleaning: functions have them as keywords, the command line as options.

The classes at the end list the options of each function once more, so that the command line can show them without
loading the function, and with it Polars.
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
    """What a person reads of an option."""

    help: str
    metavar: str | None = None
    flag: str | None = None
    """Its name on the command line, where that is another."""
    kind: Any = None
    """Its type on the command line, where that is another."""


Against = Annotated[
    Sequence[str | PathLike[str]] | str | PathLike[str] | Any,
    Option("A benchmark: a file or a glob; repeat it for several.", "FILES"),
]
Acting = Annotated[Action, Option("Remove the rows, or keep them all and mark them in columns of their own.")]
Query = Annotated[str | None, Option("The column with the user's queries.", "COLUMN")]
Quality = Annotated[str | None, Option("A column of numbers: of copies, the row with the highest stays.", "COLUMN")]
Comparing = Annotated[Method, Option("Find near-copies too (minhash), or only texts that are the same (exact).")]
Threshold = Annotated[float, Option("The share of their runs of five characters that makes two texts copies.", "J")]
Keeping = Annotated[
    Keep | None, Option("Which of copies stays: the first, the longest, or the one of highest quality.")
]
Numbering = Annotated[Numbers, Option("Whether an item with other numbers is the same item.")]
Judging = Annotated[
    Any, Option("A model that says which of the nearest rows ask an item in other words.", "MODEL", "--judge-model")
]
JudgingFrom = Annotated[
    float | None, Option("The cosine from which the nearest item of a row is looked at: 0.7 with a judge.", "COSINE")
]
Judged = Annotated[
    Sequence[str | PathLike[str]] | str | PathLike[str] | None,
    Option("What was said of candidates before: JSON Lines; it counts more than the model. Several times.", "FILE"),
]
Embedding = Annotated[Any, Option("What finds the nearest item: minilm, use, sentence-transformers:NAME, …", "NAME")]
Script = Annotated[
    Sequence[str] | str | None,
    Option(
        "Writing of the queries that stay: a script (latin, cyrillic, han, …) or a language (en, ru, zh, …).", "NAME"
    ),
]
Answered = Annotated[bool, Option("Leave out rows with a missing answer, and rows that end with the user.")]
MinTurns = Annotated[int | None, Option("The least number of the user's turns.", "N")]
MaxTurns = Annotated[int | None, Option("The largest number of the user's turns.", "N")]
MinCharacters = Annotated[int | None, Option("The shortest conversation, in characters.", "N")]
MaxCharacters = Annotated[int | None, Option("The longest conversation, in characters.", "N")]
MinTokens = Annotated[int | None, Option("The shortest conversation, in tokens.", "N")]
MaxTokens = Annotated[int | None, Option("The longest conversation, in tokens.", "N")]
Tokenizer = Annotated[
    Any, Option("How to count tokens: a tokenizer.json, its folder, or a column with counts.", "FILE")
]
Size = Annotated[float | None, Option("How many rows: a count such as 500, or a share such as 0.02 or 2%.", "N")]
By = Annotated[
    Sequence[str] | str | None, Option("Columns whose values are spread alike: names, or lists such as tags.", "COLUMN")
]
Seed = Annotated[int, Option("Another seed, another split.")]


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
    """The options of :func:`instag.decontaminate`, without those of asking a model."""

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

    validation: Size = 0.1
    test: Size = None
    by: By = None
    query: Query = None
    threshold: Threshold = 0.8
    seed: Seed = 0
