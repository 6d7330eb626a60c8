"""How much memory tagging takes beyond the frames that go in and come out, by the number of queries.

    python benches/python/memory_tagging.py 100000 1000000

Each size runs in a process of its own, and so does the server.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from instag.tagging import tag

MB = 1e6


def resident(field: str) -> float:
    """What the system says of this process, in MB: `VmRSS` now, `VmHWM` at its highest."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith(field)) * 1024 / MB


@contextmanager
def serving() -> Iterator[str]:
    """A server that answers all alike, in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("mock_server.py"))]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - as it says
    try:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
    finally:
        server.communicate()


def measure(count: int) -> None:
    """Tag so many queries, and print what it took."""
    text = pl.format("Question number {}, which is as long as questions often are when somebody asks them?", "n")
    frame = pl.select(n=pl.int_range(count)).select(queries=pl.concat_list(text))
    with tempfile.TemporaryDirectory() as folder, serving() as url:
        options: dict[str, Any] = {"model": "m", "base_url": url, "concurrency": 64}
        # What is loaded once is not what grows.
        tag(frame.head(100), journal=f"{folder}/first", **options)
        before = resident("VmRSS")
        tagged = tag(frame, journal=f"{folder}/journal", **options)
    peak = resident("VmHWM")
    lists = [tagged.data["tags"], tagged.data["query_tags"].explode()]
    # A string is 16 bytes, a list 8; Polars' own estimate counts letters.
    made = (16 * sum(int(each.list.len().sum()) for each in lists) + 8 * 3 * count) / MB
    assert tagged.failures.height == 0
    print(
        f"{count:>9,} queries: {before:6.0f} MB before, {frame.estimated_size() / MB:6.0f} MB of it the input; "
        f"{peak:6.0f} MB at most; the output {made:6.0f} MB; beyond both {peak - before - made:6.0f} MB; "
        f"{tagged.tally.seconds:,.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        measure(int(sys.argv[2]))
    else:
        for each in sys.argv[1:]:
            subprocess.run([sys.executable, __file__, "--one", each], check=True)  # noqa: S603 - this very file
