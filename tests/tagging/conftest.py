"""The chaos server, by default without faults."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import chaos
from tagged import options_of


@pytest.fixture
def server() -> Iterator[chaos.Chaos]:
    with chaos.running() as running:
        yield running


@pytest.fixture
def options(server: chaos.Chaos, tmp_path: Path) -> dict[str, Any]:
    return options_of(server, tmp_path)
