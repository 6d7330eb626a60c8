"""`instag convert`."""

from typing import Unpack

import instag
from instag.cli import console, outputs
from instag.cli.options import Output, Sources, To, one_or_list
from instag.cli.reading import reads
from instag.io.options import Reading


@reads
def convert(source: Sources, output: Output, to: To = "auto", **reading: Unpack[Reading]) -> None:
    """Read data and write them in another format."""
    outputs.apart(source, outputs.data("-o", output, to, lists=None))
    with console.stage(f"converting to {output}"):
        done = instag.convert(one_or_list(source), output, to=to, **reading)
    samples = "sample" if done.samples == 1 else "samples"
    queries = "query" if done.queries == 1 else "queries"
    console.say(f"{done.samples:,} {samples} with {done.queries:,} {queries}; written to {output}")
