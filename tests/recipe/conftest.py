"""A folder with two sources and a recipe for them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from model_server import Server
from recipes import RECIPE, rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sources, and `recipe.toml`."""
    rows("first", 40).write_ndjson(tmp_path / "first.jsonl")
    rows("second", 30).write_ndjson(tmp_path / "second-a.jsonl")
    rows("third", 20).write_ndjson(tmp_path / "second-b.jsonl")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return tmp_path


@contextmanager
def serving(faults: float = 0.0, wait: float = 0.0) -> Iterator[Server]:
    """A stand-in for a model."""
    with Server(faults, wait) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def server() -> Iterator[Server]:
    """A model that always answers."""
    with serving() as found:
        yield found


@pytest.fixture
def other_server() -> Iterator[Server]:
    """Another one."""
    with serving() as found:
        yield found


@pytest.fixture
def faulty() -> Iterator[Server]:
    """A model that fails one time in ten."""
    with serving(faults=0.1, wait=0.02) as found:
        yield found
