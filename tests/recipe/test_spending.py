"""What a recipe has spent is known from the journal: also after a kill, and where another recipe writes to it too."""

import json
from pathlib import Path

import pytest

from instag.chat import Price, Reply
from instag.chat.journal_lines import line_of
from instag.recipe.spending import Ledger

KEY = b"sixteen bytes 01"
PRICE = Price(1.0, 2.0)


def paid(journal: Path, *replies: Reply) -> None:
    with journal.open("ab") as file:
        file.writelines(map(line_of, replies))


def asked(tokens: int) -> Reply:
    """An empty answer to a question of so many tokens."""
    return Reply(KEY, "", "stop", prompt_tokens=tokens)


def test_each_recipe_has_spent_what_its_runs_wrote(tmp_path: Path) -> None:
    journal = tmp_path / "a.journal"
    mine, other = (Ledger(tmp_path / "ledger.json", whose) for whose in ("mine", "other"))
    for ledger, tokens in ((mine, 1_000), (other, 10_000), (mine, 100_000)):
        with ledger.writing(journal):
            paid(journal, asked(tokens))
    assert mine.spent(journal, PRICE) == pytest.approx(0.101)
    assert other.spent(journal, PRICE) == pytest.approx(0.01)
    assert mine.spent(journal, None) == 0


def test_a_run_that_was_killed_has_spent_what_was_there_when_the_next_began(tmp_path: Path) -> None:
    journal, path = tmp_path / "a.journal", tmp_path / "ledger.json"
    # What the killed run recorded: it began with an empty journal, and never came to its end.
    path.write_text(json.dumps({"mine": {"a.journal": [[0, None]]}}))
    paid(journal, asked(1_000))
    assert Ledger(path, "mine").spent(journal, PRICE) == pytest.approx(0.001)
    other = Ledger(path, "other")
    with other.writing(journal):
        paid(journal, asked(10_000))
    assert Ledger(path, "mine").spent(journal, PRICE) == pytest.approx(0.001)
    assert other.spent(journal, PRICE) == pytest.approx(0.01)


def test_answers_whose_tokens_were_not_counted_are_estimated_as_when_they_came(tmp_path: Path) -> None:
    journal = tmp_path / "a.journal"
    ledger = Ledger(tmp_path / "ledger.json", "mine")
    with ledger.writing(journal):
        paid(journal, Reply(KEY, "x" * 4_000, "stop"), Reply(KEY, None, "too large", limit=500))
    assert ledger.spent(journal, PRICE) == pytest.approx(2 * (1_000 + 500) / 1e6)
