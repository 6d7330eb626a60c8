"""The step that makes a vocabulary from raw tags, and also applies it to the target."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from instag import io
from instag.choices import OPENAI
from instag.embedding.endpoint import OpenAIEmbedder
from instag.normalization import Judgement, ModelJudge, Question
from instag.normalization import normalize as normalized
from instag.recipe.steps.asking import Foreseen, account, allowed, asking_of, check_spent, facts_of
from instag.recipe.steps.job import Job, texts

__all__ = ["foreseen", "judge_of", "judging", "normalize", "settings_of"]

STEPS = (
    "tags", "steps", "min_count", "stem", "distance", "embedder", "guards", "linkage", "min_samples", "max_diameter",
    "min_support", "min_confidence", "judgments",
)  # fmt: skip
STEMS = {"guarded": True, "paper": "paper", "none": False}


def normalize(job: Job) -> dict[str, Any]:
    """Turn raw tags into a vocabulary."""
    settings = settings_of(job.given)
    tags = settings.get("tags", "tags")
    facts: dict[str, Any] = {}
    judge, ledger, price = judge_of(job), account(job, "normalize"), None
    if judge is None:
        done = normalized(job.frame, **settings, progress=job.progress)
    else:
        options, price, _ = allowed(ledger, judge.journal, judge.name, judging(job.given, job.home))
        judge = ModelJudge(job.given["judge"], **options, journal=judge.journal, progress=job.progress)
        with ledger.writing(judge.journal):
            done = normalized(job.frame, **settings, judge=judge, progress=job.progress)
        spent = ledger.spent(judge.journal, price)
        check_spent("normalize", judge.tally, judging(job.given, job.home).get("max_cost"), spent)
        facts = facts_of(judge.name, judge.journal, judge.tally, price, spent)
    io.write(done.data, job.path("data.parquet"))
    done.vocabulary.save(job.path("vocabulary.parquet"))
    done.merges.write_parquet(job.path("merges.parquet"))
    if job.target is not None:
        frame = io.read(str(job.target))
        applied = done.vocabulary.apply(frame, tags=tags, progress=job.progress)
        io.write(applied.data, job.path("target.parquet"))
    steps = done.steps.rows(named=True)
    return facts | {"tags": len(done.vocabulary), "embedder": done.vocabulary.embedder, "steps": steps}


def judge_of(job: Job) -> ModelJudge | None:
    """The model that judges, if there is one; recipes that ask the same questions share its journal."""
    if job.given.get("judge") is None:
        return None
    options = {name: value for name, value in judging(job.given, job.home).items() if name != "max_cost"}
    named = ModelJudge(job.given["judge"], **options)
    return ModelJudge(job.given["judge"], **options, journal=job.cache.journal(named.journal.stem))


def settings_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of normalising, in the form that the function takes."""
    found = {name: value for name, value in given.items() if name in STEPS}
    for name in ("min_count", "distance", "min_support", "embedder"):
        if found.get(name) == "none":
            found[name] = None
    if "stem" in found:
        found["stem"] = STEMS[found["stem"]]
    if "steps" in found:
        found["steps"] = texts(found["steps"])
    if "judgments" in found:
        found["judgments"] = texts(found["judgments"])
    kind, _, model = str(found.get("embedder", "")).partition(":")
    if kind == "openai" and model:
        found["embedder"] = OpenAIEmbedder(model, base_url=given.get("base_url", OPENAI))
    return found


def judging(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The options of asking the judge, in the form that its class takes."""
    return asking_of({name: value for name, value in given.items() if name not in (*STEPS, "judge")}, folder)


def foreseen(job: Job) -> Foreseen | None:
    """The questions to a judge; None if there is none."""
    judge = judge_of(job)
    if judge is None:
        return None
    asked: list[Question] = []

    def note(questions: list[Question]) -> list[Judgement]:
        asked.extend(questions)
        return [Judgement() for _ in questions]

    normalized(job.frame, **settings_of(job.given), judge=note)
    found = judge.estimate(asked)
    return Foreseen(found.asked, found.cost, found.seconds)
