"""Tagging a Ray data set where its rows are, each worker with a journal of its own."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from glob import escape
from pathlib import Path
from typing import Any

import polars as pl

from instag.chat import EndpointError, Tally
from instag.errors import InputError
from instag.tagging.result import Tagged

__all__ = ["tag_on_ray"]

# Options that cannot apply to several workers, each of which makes many runs.
ALONE = ("client", "progress", "limit", "max_cost", "shard")


def tag_on_ray(tag: Callable[..., Any], data: Any, options: Mapping[str, Any]) -> Tagged[Any]:
    """Tag the parts of a Ray data set with one worker a node; the options are those of :func:`instag.tag`.

    When this returns, Ray holds the tagged data. Every worker reads the journals of all, and writes one of its own beside
    `journal`; a query that is in the parts of two workers may be asked twice.

    Raises
    ------
    InputError
        If an option is given that several workers cannot observe together.
    EndpointError
        If the endpoint of a worker makes it useless to go on.
    """
    import ray  # noqa: PLC0415 - it is in an extra

    for name in ALONE:
        if options.get(name) is not None:
            raise InputError(
                f"{name}: not supported for a Ray data set, whose workers each ask on their own: leave it out"
            )
    options, journal = dict(options), options.get("journal")
    if not isinstance(journal, str | Path):
        raise InputError(
            f"journal: expected a path that all workers can write to, since the names of their journals begin with it; found {journal!r}"
        )
    journal = Path(options.pop("journal"))
    records = ray.remote(_Records).options(num_cpus=0).remote()
    nodes = sum(node["Alive"] and node["Resources"].get("CPU", 0) > 0 for node in ray.nodes())
    tagged = data.map_batches(
        _Worker,
        fn_constructor_args=(tag, records, str(journal.absolute()), options),
        batch_format="pyarrow",
        batch_size=None,
        concurrency=max(nodes, 1),
    )
    try:
        tagged = tagged.materialize()
    except ray.exceptions.RayError:
        message, tally = ray.get(records.fault.remote())
        if message is None:
            raise
        raise (InputError(message) if tally is None else EndpointError(message, tally)) from None
    return _summed(tagged, ray.get(records.results.remote()), journal)


class _Records:
    """The counts and failures of the workers."""

    def __init__(self) -> None:
        self._results: list[Tagged[Any]] = []
        self._fault: tuple[str | None, Tally | None] = (None, None)

    def add(self, result: Tagged[Any]) -> None:
        self._results.append(result)

    def fail(self, message: str, tally: Tally | None) -> None:
        if self._fault[0] is None:
            self._fault = (message, tally)

    def results(self) -> list[Tagged[Any]]:
        return self._results

    def fault(self) -> tuple[str | None, Tally | None]:
        return self._fault


class _Worker:
    """Tags one part after another."""

    def __init__(self, tag: Callable[..., Any], records: Any, journal: str, options: dict[str, Any]) -> None:
        import ray  # noqa: PLC0415 - it is in an extra

        self._tag = tag
        self._records = records
        self._journal = Path(journal)
        # A worker that was killed is started again under the same name, and goes on with its journal.
        self._own = f"{journal}.{ray.get_runtime_context().get_actor_id()}"
        self._options = options

    def __call__(self, table: Any) -> Any:
        import ray  # noqa: PLC0415 - it is in an extra

        beside = self._journal.parent.glob(f"{escape(self._journal.name)}*")
        others = sorted({str(path) for path in beside if path.suffix != ".lock"} - {self._own})
        try:
            tagged = self._tag(pl.DataFrame(table), journal=[*others, self._own], **self._options)
        except (InputError, EndpointError) as fault:
            ray.get(self._records.fail.remote(str(fault), getattr(fault, "tally", None)))
            raise
        ray.get(self._records.add.remote(replace(tagged, data=None)))
        return tagged.data.to_arrow()


def _summed(data: Any, results: list[Tagged[Any]], journal: Path) -> Tagged[Any]:
    """The results of all parts in one; failures have no row numbers."""
    tally = Tally()
    for each in (result.tally for result in results):
        for field in fields(Tally):
            held, more = getattr(tally, field.name), getattr(each, field.name)
            if isinstance(more, dict):
                setattr(tally, field.name, dict(Counter(held) + Counter(more)))
            elif isinstance(more, list):
                setattr(tally, field.name, [*held, *(line for line in more if line not in held)])
            elif isinstance(more, int | float):
                setattr(tally, field.name, (held or 0) + more)
            elif more is not None:
                setattr(tally, field.name, more)
    failures, cuts, notes = (
        pl.concat([getattr(result, name).drop("row", strict=False) for result in results], how="vertical_relaxed")
        for name in ("failures", "cuts", "notes")
    )
    counts = {
        name: sum(getattr(result, name) for result in results) for name in ("samples", "queries", "blank", "distinct")
    }
    return Tagged(data, failures, cuts, notes.group_by("note").sum().sort("note"), tally, journal, **counts)
