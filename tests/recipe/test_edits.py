"""Whatever is edited in a recipe, a run that goes on from what is there gives the bytes of a fresh one."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import instag
from edits import BASES, GIVEN, Edit, edits, lay_out, outcome, values_of
from instag.recipe import inputs
from instag.recipe.options import STEPS, options
from model_server import Server

EDITS = list(edits())
SAMPLING = ("extra_body", "max_tokens", "structured", "temperature")
# Options whose other values leave the bytes as they are.
SILENT = {
    *(f"{step}.{name}" for step in STEPS for name, each in options(step).items() if each.idle),
    # One embedder is here without a network; and no row of these is one that a trainer cannot hold.
    "decontaminate.embedder",
    "select.embedder",
    "write.skip",
    # These decide whether something is an error, and other answers than the model's are not here.
    "source.format",
    "source.skip_bad_lines",
    "tag.replace",
    "tag.journal",
    # What is written is not for people to find the source by; the manifest has it.
    "source.address",
    # An answer that is there is good, with whatever settings it came.
    *(f"{step}.{name}" for step in ("decontaminate", "tag", "normalize") for name in SAMPLING),
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A model that always answers, differently with other options."""
    with Server() as server, pytest.MonkeyPatch.context() as patch:
        server.particular = True
        patch.setenv("OPENAI_API_KEY", "none")
        # Where an edit leaves out the address.
        patch.setenv("OPENAI_BASE_URL", server.url)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.url
        server.shutdown()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose cache sees all edits, one after the other."""
    return lay_out(tmp_path_factory.mktemp("lasting"))


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@settings(
    max_examples=6,
    deadline=None,
    # An edit is one already: there is nothing to shrink.
    phases=(Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(edit=st.sampled_from(EDITS))
def test_any_edit_gives_the_bytes_of_a_fresh_run(
    lasting: Path, url: str, tmp_path_factory: pytest.TempPathFactory, edit: Edit
) -> None:
    fresh = lay_out(tmp_path_factory.mktemp("fresh"))
    # After the recipe without it, so that what that gave would be taken where the edit did not count.
    outcome(lasting, BASES[edit.base], url)
    assert outcome(lasting, edit.recipe(), url) == outcome(fresh, edit.recipe(), url)


def test_each_option_has_other_values() -> None:
    lacking = [
        f"{step}.{name}"
        for step in ("source", *STEPS)
        for name, each in options(step).items()
        if not values_of(step, name, each)
    ]
    assert not lacking, "options without a type that has other values: say some in GIVEN"
    declared = {f"{step}.{name}" for step in ("source", *STEPS) for name in options(step)}
    assert {name for name in GIVEN if "." in name} | set(SILENT) <= declared
    assert {edit.option for edit in EDITS} >= declared


def by_option() -> dict[str, list[Edit]]:
    """The edits of each option."""
    found: dict[str, list[Edit]] = defaultdict(list)
    for edit in EDITS:
        found[edit.option].append(edit)
    return found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@pytest.mark.parametrize("option", sorted(by_option()))
def test_each_option_counts(lasting: Path, url: str, tmp_path_factory: pytest.TempPathFactory, option: str) -> None:
    counted = False
    found = by_option()[option]
    for edit in {edit.base: edit for edit in found}.values() if option in SILENT else found:
        if counted:
            break
        before = outcome(lasting, BASES[edit.base], url)
        after = outcome(lasting, edit.recipe(), url)
        fresh = lay_out(tmp_path_factory.mktemp("fresh"))
        assert after == outcome(fresh, edit.recipe(), url), edit
        counted |= isinstance(after, dict) and after != before
    assert counted == (option not in SILENT)


@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
@pytest.mark.parametrize(
    "edit",
    [
        Edit("plain", ("dedup", "threshold"), 0.3),
        Edit("plain", ("normalize", "min_count"), 30),
        Edit("chosen", ("select", "cost_exponent"), 0.3),
        Edit("chosen", ("report", "title"), "A title"),
    ],
    ids=lambda edit: edit.option,
)
def test_an_option_that_is_left_out_of_a_key_is_noticed(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch, edit: Edit
) -> None:
    (fresh := tmp_path / "fresh").mkdir()
    expected = outcome(lay_out(fresh), edit.recipe(), url)
    step, option = edit.place
    found = inputs.relevant

    def less(recipe: Any, of: str, **others: Any) -> dict[str, Any]:
        whole = found(recipe, of, **others)
        if of == "report" and step == "select" and "objective" in whole:
            # The report depends on what the selection was chosen by.
            whole["objective"].pop(option, None)
        return {name: value for name, value in whole.items() if (of, name) != (step, option)}

    monkeypatch.setattr("instag.recipe.road.relevant", less)
    (stale := tmp_path / "stale").mkdir()
    before = outcome(lay_out(stale), BASES[edit.base], url)
    assert outcome(stale, edit.recipe(), url) == before != expected


@pytest.mark.parametrize(
    "change",
    ["tag.concurrency=2", "tag.rpm=100", "tag.timeout=9.0", "tag.max_cost=3.0", 'tag.price="1,2"', "tag.attempts=2"],
)
def test_what_changes_no_answer_redoes_nothing(folder: Path, server: Any, change: str) -> None:
    line = ["tag.model=m", f"tag.base_url={server.url}", "tag.price=1,1", "normalize.embedder=none"]
    instag.run(folder / "recipe.toml", set=line)
    asked = server.answers.total()
    said: list[str] = []
    instag.run(folder / "recipe.toml", set=[*line, change], say=said.append)
    assert all(": cached" in each for each in said[:7])
    assert server.answers.total() == asked
