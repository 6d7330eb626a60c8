"""How much memory there is, and whether some work fits into it: said before the work is begun."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from instag.errors import InputError
from instag.warning import warn

__all__ = ["announce", "available", "written"]

# The share of the memory from which on some work is announced.
WORTH_SAYING = 0.1
SETTING, ANY = "INSTAG_MEMORY", "any"
UNITS_WRITTEN = (("GB", 10**9), ("MB", 10**6), ("KB", 10**3))
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
# What control groups of both versions call their limit and what is used of it.
FILES = {2: ("memory.max", "memory.current"), 1: ("memory.limit_in_bytes", "memory.usage_in_bytes")}


def announce(work: str, memory: float, seconds: float, advice: str) -> None:
    """Warn of what some work will take where that is more than a tenth of the memory, and refuse what is more than all.

    Parameters
    ----------
    work
        What it is, as the beginning of a sentence.
    memory
        The bytes that it is expected to take beyond those that are taken already.
    seconds
        The processor time that it is expected to take.
    advice
        What to do where there is not enough memory.

    Raises
    ------
    InputError
        Where it needs more memory than there is.

    Examples
    --------
    >>> announce("choosing", 1_000, 0.1, "choose fewer")
    """
    there = available()
    if there is None or memory <= WORTH_SAYING * there:
        return
    if memory > there:
        raise InputError(
            f"{work} needs about {written(memory)} of memory, and {written(there)} are free: {advice}. "
            f"Where more may be taken, set the environment variable {SETTING} to how much, such as 64G, or to {ANY} to go on anyway"
        )
    warn(
        f"{work} will take about {written(memory)} of the {written(there)} of memory that are free, and {_time(seconds)}"
    )


def available(root: Path = Path("/")) -> int | None:
    """The bytes that this process may still take; None where the system does not say, or the user does not mind.

    The environment variable ``INSTAG_MEMORY`` says otherwise, such as ``64G``, or ``any``. Else it is the least of what the
    machine has left, and what control groups (containers, batch systems) and `ulimit` allow. On macOS it is all memory
    of the machine.

    Parameters
    ----------
    root
        Where the files are in which Linux says it.

    Raises
    ------
    InputError
        Where the variable is no amount of memory.
    """
    if setting := os.environ.get(SETTING, "").strip():
        return None if setting.lower() == ANY else _read(setting)
    found = [*_machine(root), *_groups(root), *_limits(root)]
    return max(min(found), 0) if found else None


def written(size: float) -> str:
    """Bytes as people write them.

    Examples
    --------
    >>> written(24_105_000_000), written(378_000_000), written(5_000)
    ('24.1 GB', '378 MB', '5.0 KB')
    """
    unit, bytes_ = next(((unit, each) for unit, each in UNITS_WRITTEN if size >= each), ("bytes", 1))
    number = size / bytes_
    return f"{number:,.0f} {unit}" if number >= 100 or unit == "bytes" else f"{number:.1f} {unit}"  # noqa: PLR2004 - digits enough


def _read(setting: str) -> int:
    text = setting.upper().removesuffix("B").removesuffix("I").strip()
    unit = text[-1:] if text[-1:] in UNITS else ""
    try:
        size = int(float(text.removesuffix(unit)) * UNITS[unit])
    except (ValueError, OverflowError):
        size = -1
    if size < 0:
        raise InputError(f"{SETTING}: expected an amount of memory such as 64G or 500M, or {ANY}; found {setting!r}")
    return size


def _machine(root: Path) -> Iterator[int]:
    """What the machine has left."""
    if (left := _fields(root / "proc" / "meminfo").get("MemAvailable")) is not None:
        yield left * 1024
    elif sys.platform == "win32":
        yield from _windows()
    elif sys.platform != "linux":
        with suppress(ValueError, OSError, AttributeError):
            yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _windows() -> Iterator[int]:
    import ctypes  # noqa: PLC0415 - only there

    names = ("total", "left", "total_pages", "left_pages", "total_addresses", "left_addresses", "extended")

    class Status(ctypes.Structure):
        """MEMORYSTATUSEX, as Windows has it."""

        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            *((name, ctypes.c_uint64) for name in names),
        )

    status = Status(length=ctypes.sizeof(Status))
    if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):  # type: ignore[attr-defined,unused-ignore]
        yield int(status.left)


def _groups(root: Path) -> Iterator[int]:
    """What the control groups of this process, and those around them, have left."""
    mounted = root / "sys" / "fs" / "cgroup"
    for line in _lines(root / "proc" / "self" / "cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _group(mounted, path, *FILES[2])
        elif "memory" in controllers.split(","):
            yield from _group(mounted / "memory", path, *FILES[1])


def _group(mounted: Path, path: str, limit: str, used: str) -> Iterator[int]:
    # In a container the path may be that of the host; what holds there is then at the top.
    here = mounted / path.lstrip("/")
    for folder in (here, *here.parents):
        if not folder.is_relative_to(mounted):
            return
        with suppress(OSError, ValueError):
            most, now = (int((folder / name).read_text("ascii")) for name in (limit, used))
            # Files that are kept in memory count as used, and make way.
            fields = _fields(folder / "memory.stat")
            files = sum(fields.get(f"total_{kind}", fields.get(kind, 0)) for kind in ("inactive_file", "active_file"))
            yield most - max(now - files, 0)


def _limits(root: Path) -> Iterator[int]:
    """What `ulimit` has left."""
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return
    taken = _fields(root / "proc" / "self" / "status")
    for kind, field in ((resource.RLIMIT_AS, "VmSize"), (resource.RLIMIT_DATA, "VmData")):
        most, _ = resource.getrlimit(kind)
        if most != resource.RLIM_INFINITY:
            yield most - taken.get(field, 0) * 1024


def _fields(path: Path) -> dict[str, int]:
    """Names and numbers, a pair on each line."""
    words = (line.replace(":", " ").split() for line in _lines(path))
    return {each[0]: int(each[1]) for each in words if len(each) > 1 and each[1].isdecimal()}


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except OSError:
        return []


def _time(seconds: float) -> str:
    if seconds < 1:
        return "less than a second"
    if seconds < 100:  # noqa: PLR2004 - more are easier to read in minutes
        return f"{seconds:.1f} seconds of processor time"
    return f"{seconds / 60:,.0f} minutes of processor time"
