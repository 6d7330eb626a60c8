"""What a model would be asked is counted before; what it did not answer is asked again; its name is looked for."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import instag
from instag.cleaning.estimation import estimate_pairs
from instag.recipe import consent
from instag.recipe.steps.asking import Foreseen
from model_server import Server
from recipes import bytes_of, rows

ASKING = 'base_url = "{url}"\nmax_cost = 5.0\nprice = [1000.0, 1000.0]\n'


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "none")


def run(folder: Path, **options: Any) -> list[str]:
    """What is said of a run."""
    said: list[str] = []
    instag.run(folder / "recipe.toml", say=said.append, **options)
    return said


def foreseen(lines: list[str], step: str) -> tuple[int, float]:
    """The questions and dollars that a dry run says of a step."""
    line = next(each for each in lines if each.startswith(f"{step}: to do"))
    found = re.search(r"([\d,]+) questions, about \$([\d.,]+)", line)
    assert found is not None, line
    return int(found[1].replace(",", "")), float(found[2].replace(",", ""))


def with_judges(folder: Path, url: str) -> None:
    asked = "What do loaves and the sea have in common?"
    (folder / "benchmark.jsonl").write_text(json.dumps({"question": asked, "answer": "Waves."}) + "\n")
    text = (folder / "recipe.toml").read_text()
    judge = f'judge = "m"\n{ASKING.format(url=url)}'
    text = text.replace('steps = ["rules", "frequency"]\n', f'embedder = "none"\n{judge}')
    pairs = f'\n[decontaminate]\nagainst = "benchmark.jsonl"\njudge_from = 0.2\n{judge}'
    (folder / "recipe.toml").write_text(text + pairs)


def test_a_dry_run_counts_the_questions_of_judges(folder: Path, server: Server) -> None:
    with_judges(folder, server.url)
    run(folder, until="dedup")
    before = run(folder, dry_run=True)
    assert not server.answers
    pairs, dollars = foreseen(before, "decontaminate")
    assert dollars > 0
    run(folder, until="decontaminate")
    assert server.answers.total() == pairs
    judged, _ = foreseen(run(folder, dry_run=True), "normalize")
    run(folder)
    assert server.answers.total() == pairs + judged
    # What is answered is asked no more, and that is said too.
    again = run(folder, dry_run=True, start="decontaminate")
    assert any(line.startswith("decontaminate: to do (asked for)") and ": no questions" in line for line in again)


def consented(monkeypatch: pytest.MonkeyPatch, dollars: float | None, *, yes: bool = False, **given: float) -> None:
    """Go on with a step that may cost this much, or raise an error."""
    monkeypatch.setattr(consent, "foreseen", lambda *_: Foreseen(7, dollars, 60.0))
    job: Any = SimpleNamespace(given=given)
    consent.ask("tag", job, yes=yes, silent=True, say=print)


def test_more_than_a_dollar_needs_a_limit_or_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    consented(monkeypatch, 1.0)
    consented(monkeypatch, None)
    consented(monkeypatch, 1.01, yes=True)
    consented(monkeypatch, 1.01, max_cost=9.0)
    why = r"^\[tag\] 7 questions may cost about \$1\.01, and the recipe has no max_cost: set it, or run with --yes$"
    with pytest.raises(instag.InputError, match=why):
        consented(monkeypatch, 1.01)


def test_of_many_rows_some_stand_for_all() -> None:
    pool = rows("one", 60)
    test = rows("other", 8)
    all_of_them = estimate_pairs(pool, test, judge="m", judge_from=0.0, price=(1, 1))
    some = estimate_pairs(pool, test, judge="m", judge_from=0.0, price=(1, 1), sample=20)
    assert (all_of_them.exact, some.exact) == (True, False)
    assert some.asked == pytest.approx(all_of_them.asked, rel=0.2)
    assert some.cost == pytest.approx(all_of_them.cost, rel=0.2)


def test_judges_of_tags_that_are_not_there_yet_are_said_to_be_unknown(folder: Path, server: Server) -> None:
    with_judges(folder, server.url)
    for path in folder.glob("*.jsonl"):
        kept = [json.loads(line) for line in path.read_text().splitlines()]
        path.write_text("".join(json.dumps({k: v for k, v in row.items() if k != "tags"}) + "\n" for row in kept))
    tag = f'\n[tag]\nmodel = "m"\n{ASKING.format(url=server.url)}'
    (folder / "recipe.toml").write_text((folder / "recipe.toml").read_text() + tag)
    said = run(folder, dry_run=True)
    assert any(line.startswith("normalize: to do") and "known when the data have tags" in line for line in said)
    assert not server.asked


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@pytest.mark.slow
def test_what_was_not_answered_is_asked_again(folder: Path, server: Server) -> None:
    tag = f'\n[tag]\nmodel = "m"\nattempts = 1\nconcurrency = 1\npatience = 1.0\n{ASKING.format(url=server.url)}'
    text = (folder / "recipe.toml").read_text().replace('steps = ["rules", "frequency"]\nmin_count = 2\n', "")
    (folder / "recipe.toml").write_text(text + tag)
    server.deaf = "maps"
    said = run(folder)
    tagged = next(
        line for line in said[said.index(next(each for each in said if each.startswith("tag:"))) :] if "rows" in line
    )
    lacking = sum("maps" in each for each in set(server.asked))
    assert f"{lacking} questions had no answer: the next run asks them again" in tagged
    dry = run(folder, dry_run=True)
    assert f"tag: to do ({lacking} questions had no answer, and are asked again)" in next(
        line for line in dry if line.startswith("tag:")
    )
    before = len(server.asked)
    # Still nothing: all after it is as it was.
    said = run(folder)
    assert [line.partition(",")[0] for line in said if line.startswith("select")] == ["select: cached"]
    again = server.asked[before:]
    assert len(set(again)) == lacking
    assert all("maps" in each for each in again)
    # Where nobody answers at all, the run goes on with what there is.
    said = run(folder, set=["tag.base_url=http://127.0.0.1:9/v1"])
    assert any(line.startswith("  they still have none, so the earlier answers are used: ") for line in said)
    assert [line.partition(",")[0] for line in said if line.startswith("select")] == ["select: cached"]
    server.deaf = None
    said = run(folder)
    assert f"tag: {lacking} questions had no answer, and are asked again" in said
    assert set(server.answers.values()) == {1}
    assert "tag: cached, " in "\n".join(run(folder))
    whole = bytes_of(folder)
    instag.run(folder / "recipe.toml", start="read")
    assert bytes_of(folder) == whole


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@pytest.mark.parametrize(
    ("step", "deaf"),
    [pytest.param("decontaminate", "maps", marks=pytest.mark.slow), ("normalize", '"tag":"craft 7"')],
)
def test_what_a_judge_did_not_answer_is_asked_again(folder: Path, server: Server, step: str, deaf: str) -> None:
    with_judges(folder, server.url)
    # A question is about twenty tags: with more tags there are several.
    kept = [json.loads(line) for line in (folder / "first.jsonl").read_text().splitlines()]
    more = [json.dumps(row | {"tags": [*row["tags"], f"craft {n % 20}"]}) for n, row in enumerate(kept)]
    (folder / "first.jsonl").write_text("\n".join(more))
    recipe = folder / "recipe.toml"
    patient = 'judge = "m"\nattempts = 1\nconcurrency = 1\npatience = 1.0\n'
    text = recipe.read_text().replace('judge = "m"\n', patient)
    recipe.write_text(text.replace("min_count = 2\n", "min_count = 1\n"))
    if step == "normalize":
        run(folder, until="decontaminate")
    asked = len(server.asked)
    server.deaf = deaf
    said = run(folder, until=step)
    questions = set(server.asked[asked:])
    lacking = sum(deaf in each for each in questions)
    assert 0 < lacking < len(questions)
    words = f"{lacking:,} questions had no answer"
    assert any(f"{words}: the next run asks them again" in line for line in said), said
    dry = run(folder, dry_run=True)
    assert any(line.startswith(f"{step}: to do ({words}, and are asked again)") for line in dry), dry
    server.deaf, asked = None, len(server.asked)
    assert f"{step}: {words}, and are asked again" in run(folder, until=step)
    again = server.asked[asked:]
    assert len(again) == lacking
    assert all(deaf in each for each in again)
    assert any(line.startswith(f"{step}: cached, ") for line in run(folder))
    assert set(server.answers.values()) == {1}
    # What came of it in two goes is what comes of it in one.
    found = bytes_of(folder)
    instag.run(recipe, start="read")
    assert bytes_of(folder) == found


def listing(*names: str, **more: str) -> bytes:
    return json.dumps({"object": "list", "data": [{"id": name, "object": "model"} | more for name in names]}).encode()


def faults(folder: Path, **options: Any) -> list[str]:
    with pytest.raises(instag.InputError) as caught:
        instag.run(folder / "recipe.toml", **options)
    return str(caught.value).splitlines()


def test_models_that_a_server_does_not_list_are_faults(folder: Path, server: Server) -> None:
    with_judges(folder, server.url)
    tag = f'\n[tag]\nmodel = "quen-8b"\n{ASKING.format(url=server.url)}[dedupe]\n'
    text = (folder / "recipe.toml").read_text()
    (folder / "recipe.toml").write_text(text + tag)
    server.models = listing("qwen-8b", "llama-70b")
    found = faults(folder, dry_run=True)
    lines = (folder / "recipe.toml").read_text().splitlines()
    asked, judge = (lines.index(line) + 1 for line in ('model = "quen-8b"', 'judge = "m"'))
    wanted = f"{server.url} lists no model 'quen-8b'; did you mean qwen-8b? (qwen-8b, llama-70b)"
    assert any(f"line {asked}: [tag] model: {wanted}" in line for line in found)
    assert any(f"line {judge}: [normalize] judge: " in line for line in found)
    assert any("[decontaminate] judge: " in line for line in found)
    assert any("[dedupe]: no such table" in line for line in found)
    assert not server.asked
    assert not (folder / ".instag").exists()


@pytest.mark.parametrize(
    "models",
    [
        listing("m"),
        None,
        *(
            pytest.param(models, marks=pytest.mark.slow)
            for models in [
                listing("models/m", "other"),
                listing("M:latest"),
                listing("/weights/a.gguf", owned_by="llamacpp"),
                listing(),
                b"not JSON",
                b"[1]",
                b'{"data": {}}',
            ]
        ),
    ],
)
def test_models_are_taken_where_a_server_lists_them_or_does_not_list_any(
    folder: Path, server: Server, models: bytes | None
) -> None:
    with_judges(folder, server.url)
    server.models = models
    run(folder)
    assert server.listed == 2
    # Who has answered is there.
    run(folder, set=["select.budget=5"])
    assert server.listed == 2


def test_yes_takes_models_that_are_not_listed(folder: Path, server: Server) -> None:
    with_judges(folder, server.url)
    server.models = listing("other")
    assert all("lists no model 'm' (other); where" in line for line in faults(folder))
    run(folder, yes=True)
    assert server.answers
