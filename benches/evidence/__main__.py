"""Does choosing pay? Train a small model on subsets of equal tokens, and compare: `python benches/evidence --help`."""

import argparse
import hashlib
import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

import instag
import pool as pools
import subsets
import summary
import verdicts
from encoding import Encoder
from runs import Runs, write

FLOPS = 40e12  # what a data-centre GPU does a second with a model of this size: supposed, not measured


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python benches/evidence", description=__doc__)
    say = parser.add_argument
    say("files", nargs="*", help="the pool: tagged conversations in any layout; without any, the bundled sample")
    say(
        "-o",
        "--output",
        type=Path,
        default=Path("evidence"),
        help="folder of all results; the same command goes on there",
    )
    say(
        "--model",
        default="HuggingFaceTB/SmolLM2-135M",
        help="weights: a name, a folder, or tiny, a random one for trials",
    )
    say("--tokens", type=int, default=1_000_000, help="tokens of each subset")
    say("--methods", nargs="+", default=[], help="only these; random is always among them")
    say("--seeds", type=int, default=3)
    say("--tags", default="tags", help="the column with tags")
    say("--quality", help="the column of scores for gain-quality")
    say("--held-out", type=float, default=0.1, help="share of the pool that no model is trained on")
    say("--least", type=int, default=16, help="shorter rows, in tokens, leave the pool")
    say("--longest", type=int, default=1024, help="longer rows are cut")
    say("--epochs", type=int, default=3)
    say("--learning-rate", type=float, default=1e-4)
    say("--batch", type=int, default=32_768, help="tokens a step")
    say("--together", type=int, default=16_384, help="tokens on the device at once")
    say("--answers", type=int, default=0, help="let the models answer as many held-out questions, for a judge")
    say("--answer-tokens", type=int, default=256)
    say("--judge", help="the model that reads pairs of answers; it takes --answers")
    say("--base-url", help="the judge's endpoint; its key is read from OPENAI_API_KEY")
    say("--dry-run", action="store_true", help="choose the subsets, estimate the time, and train nothing")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what is not done yet, and write the table and the picture."""
    said = options(arguments)
    missing = [
        name for name in ("torch", "transformers", "altair", "vl_convert") if importlib.util.find_spec(name) is None
    ]
    if missing:
        sys.exit("pip install 'instag[report]' torch transformers: not found are " + ", ".join(missing))
    try:
        go(said)
    except instag.InstagError as error:
        sys.exit(f"error: {error}")


@dataclass(frozen=True)
class Study:
    """What is compared, on what, and where it is kept."""

    said: argparse.Namespace
    encoder: Encoder
    pool: pools.Pool
    runs: Runs
    names: list[str]
    seeds: list[int]


def go(said: argparse.Namespace) -> None:
    """Choose, train, compare."""
    import training  # noqa: PLC0415

    if said.judge and not said.answers:
        raise instag.InputError("a judge needs answers to read: add --answers 100")
    methods = subsets.methods(said.quality)
    unknown = set(said.methods) - methods.keys()
    if unknown:
        raise instag.InputError(f"no method {', '.join(sorted(unknown))}; there are {', '.join(methods)}")
    names = [name for name in methods if not said.methods or name in said.methods or name == summary.BASE]
    encoder = training.encoder(said.model, said.longest)
    data = pools.read(said.files, said.output)
    pool = pools.prepare(data, encoder, tags=said.tags, share=said.held_out, least=said.least)
    study = Study(said, encoder, pool, Runs(said.output), names, list(range(said.seeds)))
    describe(study)

    study.runs.begin(settings(study))
    waiting = [(name, seed) for name in names for seed in study.seeds if not study.runs.done(name, seed)]
    done = len(names) * len(study.seeds) - len(waiting)
    rough = estimate(training.load(said.model, 0).num_parameters(), len(waiting), study)
    print(f"{done} runs are done, {len(waiting)} to do. {rough}", flush=True)
    for name, seed in waiting:
        subset = methods[name](pool.train, said.tokens, seed)
        facts = chosen(subset, pool)
        print(f"{name}, seed {seed}: {facts['rows']:,} rows, {facts['tokens']:,} tokens", flush=True)
        if not said.dry_run:
            study.runs.keep(name, seed, *run(study, subset, seed, facts))
    if not said.dry_run:
        conclude(study)


def run(study: Study, subset: pl.DataFrame, seed: int, facts: dict[str, Any]) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Train a model on a subset and ask it about what was held out: what it gives, and what is to be known of it."""
    import training  # noqa: PLC0415

    said, held_out = study.said, study.pool.held_out
    began = time.monotonic()

    def progress(done: int, steps: int) -> None:
        if done in {1, steps} or done % 20 == 0:
            print(f"  step {done} of {steps}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    course = training.Course(said.epochs, said.learning_rate, said.batch, said.together)
    model = training.load(said.model, seed)
    steps = training.train(model, subset, course, seed, progress)
    losses = pl.Series(training.evaluate(model, held_out, course))
    found = held_out.select("nth", "source", tokens="answer_tokens").with_columns(loss=losses)
    asked = questions(study)
    text = training.reader(said.model)
    said_by_it = [text(ids) for ids in training.answers(model, asked, study.encoder, course, said.answer_tokens)]
    answers = asked.select("nth", answer=pl.Series(said_by_it, dtype=pl.String))
    found = found.join(answers, on="nth", how="left", maintain_order="left").drop("nth")
    seconds = round(time.monotonic() - began, 1)
    return found, {**facts, "steps": steps, "seconds": seconds, "device": training.device()}


def questions(study: Study) -> pl.DataFrame:
    """Give the held-out rows that the models answer: whole ones, the first in an order that no seed changes."""
    whole = study.pool.held_out.filter(pl.col("tokens") < study.said.longest)
    return whole.sample(fraction=1, shuffle=True, seed=0).head(study.said.answers)


def conclude(study: Study) -> None:
    """Write and print what the runs say."""
    runs = study.runs
    values = summary.per_run(runs, study.names, study.seeds)
    spreads = summary.spread(values)
    facts = {name: [runs.facts(name, seed) for seed in study.seeds] for name in study.names}
    written = summary.table(spreads, facts, judged(study) if study.said.judge else {})
    values.write_csv(runs.folder / "runs.csv")
    write(runs.folder / "table.md", written)
    summary.picture(values, spreads, runs.folder / "losses.svg")
    print(f"\n{written}\n± is one standard deviation over {len(study.seeds)} seeds; to random: the standard error.")
    print(f"{runs.folder / 'table.md'}, losses.svg and runs.csv have all of it.")


def judged(study: Study) -> dict[str, str]:
    """Let the judge read each method's answers beside those of random choice, of the same seed."""
    rows = questions(study)
    asked = [
        next(turn["content"] for turn in reversed(messages) if turn["role"] == "user")
        for messages in rows["messages"].to_list()
    ]
    found = {}
    for name in study.names:
        shares = []
        for seed in study.seeds if name != summary.BASE else []:
            one, other = (
                study.runs.losses(which, seed)["answer"].gather(rows["nth"]) for which in (name, summary.BASE)
            )
            pairs = pl.DataFrame({"question": asked, "one": one, "other": other})
            read = verdicts.by_judge(pairs, study.runs.folder / "judge.journal", study.said.judge, study.said.base_url)
            shares.append(read["score"].drop_nulls().to_list())
        means = [sum(scores) / len(scores) for scores in shares if scores]
        if means:
            noise = statistics.stdev(means) if len(means) > 1 else None
            found[name] = f"{statistics.fmean(means):.1%} ± {summary.number(noise, '.1%')}"
    return found


def chosen(subset: pl.DataFrame, pool: pools.Pool) -> dict[str, Any]:
    """Describe a subset."""
    found = instag.measure(subset, of=pool.train)
    return {
        "rows": subset.height,
        "tokens": int(subset["tokens"].sum()),
        "answer_tokens": int(subset["answer_tokens"].sum()),
        "complexity": found.complexity,
        "tags": found.tags,
        "chosen": subset["nth"].to_list(),
    }


def settings(study: Study) -> dict[str, Any]:
    """Give all that changes a loss: the rows themselves, the model, and how it is trained."""
    said, rows = study.said, hashlib.sha256()
    for part in (study.pool.train, study.pool.held_out):
        columns = ["ids", "tags", "source", *([said.quality] if said.quality else [])]
        rows.update(json.dumps(part.select(columns).to_dicts()).encode())
    names = ("model", "tokens", "held_out", "least", "longest", "epochs", "learning_rate", "batch", "together")
    kept = {name: getattr(said, name) for name in (*names, "answers", "answer_tokens", "quality")}
    return {"rows": rows.hexdigest(), **kept}


def describe(study: Study) -> None:
    """Say what is chosen from, and whether the budget leaves a choice."""
    said, pool = study.said, study.pool
    tokens = int(pool.train["tokens"].sum())
    lost = ", ".join(f"{count} {reason}" for reason, count in pool.left_out.items() if count)
    print(f"{pool.train.height:,} rows of {tokens:,} tokens to choose from, {pool.held_out.height:,} held out", end="")
    print(f"; left out: {lost}" if lost else "", flush=True)
    if said.tokens * 2 > tokens:
        print(f"--tokens {said.tokens} is more than half of the pool: the subsets will be much alike", file=sys.stderr)


def estimate(parameters: int, runs: int, study: Study) -> str:
    """Estimate the time on a GPU: 6 operations for each weight and token trained on, 2 for each token looked at."""
    each = 6 * study.said.tokens * study.said.epochs + 2 * int(study.pool.held_out["tokens"].sum())
    minutes = parameters * each * runs / FLOPS / 60
    supposed = f"supposing {FLOPS / 1e12:.0f} TFLOP/s, without answers and judge"
    return f"{parameters / 1e6:.1f} M weights: an estimated {minutes:,.1f} minutes on a data-centre GPU ({supposed})."


if __name__ == "__main__":
    main()
