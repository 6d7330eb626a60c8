"""Several machines: each asks its part, and their journals go together."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import chaos
import instag
from tagged import expected, many

DATA = many(60)
PARTS = 3


@pytest.fixture
def server() -> Iterator[chaos.Chaos]:
    with chaos.running() as server:
        yield server


@pytest.fixture
def journals(server: chaos.Chaos, tmp_path: Path) -> list[Path]:
    """The journal of each shard."""
    paths = [tmp_path / f"journal.{part}" for part in range(1, PARTS + 1)]
    left = len(DATA)
    for part, path in enumerate(paths, 1):
        shard = f"{part}/{PARTS}"
        with pytest.warns(instag.InstagWarning, match="not tried: another shard"):
            tally = instag.tag(DATA, model="m", base_url=server.url, journal=path, shard=shard).tally
        assert 0 < tally.answered < len(DATA)
        left -= tally.answered
    assert left == 0
    return paths


def test_each_query_is_asked_by_one(server: chaos.Chaos, journals: list[Path]) -> None:
    assert len(journals) == PARTS
    assert len(server.answers) == len(set(server.answers)) == len(DATA)


@pytest.mark.parametrize("seed", range(5))
def test_journals_go_together_in_any_order(
    server: chaos.Chaos, journals: list[Path], tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be replayed
    parts = [path.read_bytes() for path in journals]
    # Each at least once, some twice; a run that was killed leaves half a line at the end.
    parts += chance.choices(parts, k=2)
    chance.shuffle(parts)
    torn = parts[0].splitlines()[-1]
    joined = tmp_path / "joined"
    joined.write_bytes(b"".join(parts) + torn[: len(torn) // 2])
    before = server.requests
    with pytest.warns(instag.InstagWarning, match="a crash had torn its last line"):
        tagged = instag.tag(DATA, model="m", base_url=server.url, journal=joined)
    assert tagged.data["tags"].to_list() == expected(DATA)
    assert (server.requests, tagged.tally.kept) == (before, len(DATA))
