"""Tag 24 of the samples that come with instag, make a vocabulary of the tags, and choose six samples by it.

With any server that speaks OpenAI's protocol, here one on this machine:

    OPENAI_BASE_URL=http://localhost:8000/v1 python examples/tagging.py MODEL

`make demo-llm` starts a small model for it first. Run again it asks nothing: all answers are in the journal.
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


def run(*arguments: str | Path) -> None:
    """Run a command of instag, and show it."""
    command = ["instag", *map(str, arguments)]
    print("$", shlex.join(command), flush=True)
    if code := subprocess.call([sys.executable, "-m", *command]):
        sys.exit(code)
    print()


def main(model: str) -> None:
    """Go from raw samples to a subset."""
    FOLDER.mkdir(exist_ok=True)
    raw, tagged, clean, subset = (FOLDER / f"{name}.jsonl" for name in ("raw", "tagged", "clean", "subset"))
    prompt = FOLDER / "prompt.txt"
    prompt.write_text(PROMPT)
    sample = instag.load_sample().filter(pl.col("messages").list.len() == SHORT).select("id", "messages")
    instag.write(sample.gather_every(sample.height // SAMPLES).head(SAMPLES), raw)
    run("tag", raw, "-o", tagged, "--model", model, "--prompt", prompt, *BRIEF)
    run("normalize", tagged, "-o", clean, "--min-count", "none", "--embedder", "none")
    run("select", clean, "--budget", str(CHOSEN), "-o", subset)
    for messages, tags in instag.read(subset).select("messages", "tags").iter_rows():
        print(f"  {messages[0]['content'][:100]!r}\n    {', '.join(tags)}")


if __name__ == "__main__":
    main(sys.argv[1])
