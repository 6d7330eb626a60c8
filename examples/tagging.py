"""Tag 24 of the samples that come with instag, make a vocabulary of the tags, and choose six samples by it.

With any server that speaks OpenAI's protocol, here one on this machine:

    OPENAI_BASE_URL=http://localhost:8000/v1 python examples/tagging.py MODEL

`make demo-llm` starts a small model for it first. All queries are asked with a schema of the answer, and a few by the
prompt alone too, to show what share of the answers cannot be read, and why. Run again it asks nothing: all answers are in
the journals.
"""

import shlex
import subprocess
import sys
from pathlib import Path

import polars as pl

import instag

FOLDER = Path("instag-demo-llm")
SAMPLES, CHOSEN = 24, 6
SHORT = 2  # turns: one query, one answer
# For small models: a large one does better with the prompt that comes with instag, and needs none of these.
PROMPT = (
    "Request: {query}\n\nList two tags (one or two words) that describe this request. Explain each in five words.\n"
)
BRIEF = ["--max-query", "400", "--max-tokens", "128", "--extra-body", '{"frequency_penalty": 0.5}']

FEW = 8
FREELY = ["--structured", "none", "--limit", str(FEW), "--max-unread", "1"]


def run(*arguments: str | Path, bearing: int = 0) -> None:
    """Run a command of instag, and show it; end with its exit code, unless that is 0 or one that is accepted."""
    command = ["instag", *map(str, arguments)]
    print("$", shlex.join(command), flush=True)
    if (code := subprocess.call([sys.executable, "-m", *command])) not in {0, bearing}:
        sys.exit(code)
    print()


def unread(failures: Path, asked: int) -> None:
    """Say what share of the answers could not be read, and why, with an answer for each reason."""
    failed = pl.read_csv(failures, schema_overrides={"detail": pl.String}).filter(status="failed")
    print(f"  answers that could not be read: {failed.height} of {asked}, {failed.height / asked:.0%}")
    for reason, count, detail in failed.group_by("reason").agg(pl.len(), pl.col("detail").first()).iter_rows():
        print(f"    {reason}, {count}: {detail[:100]!r}")
    print()


def main(model: str) -> None:
    """Go from raw samples to a subset."""
    FOLDER.mkdir(exist_ok=True)
    raw, tagged, clean, subset = (FOLDER / f"{name}.jsonl" for name in ("raw", "tagged", "clean", "subset"))
    prompt = FOLDER / "prompt.txt"
    prompt.write_text(PROMPT)
    sample = instag.load_sample().filter(pl.col("messages").list.len() == SHORT).select("id", "messages")
    instag.write(sample.gather_every(sample.height // SAMPLES).head(SAMPLES), raw)
    freely, unread_tagged, unread_freely = (FOLDER / name for name in ("freely.jsonl", "tagged.csv", "freely.csv"))
    asked: list[str | Path] = ["tag", raw, "--model", model, "--prompt", prompt, *BRIEF]
    run(*asked, "-o", tagged, "--failures", unread_tagged)
    unread(unread_tagged, SAMPLES)
    # Where no query gets tags the command says so, and leaves with 1: this model needs to be held to a schema.
    run(*asked, "-o", freely, *FREELY, "--failures", unread_freely, bearing=1)
    unread(unread_freely, FEW)
    run("normalize", tagged, "-o", clean, "--min-count", "none", "--embedder", "none")
    run("select", clean, "--budget", str(CHOSEN), "-o", subset)
    for messages, tags in instag.read(subset).select("messages", "tags").iter_rows():
        print(f"  {messages[0]['content'][:100]!r}\n    {', '.join(tags)}")


if __name__ == "__main__":
    main(sys.argv[1])
