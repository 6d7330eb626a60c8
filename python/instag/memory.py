"""How much memory is free, and whether some work fits into it: checked before the work begins."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from instag.errors import InputError
from instag.warning import warn

__all__ = ["announce", "available", "written"]

# Work that needs more than this share of the free memory is announced.
ANNOUNCED = 0.1
SETTING, ANY = "INSTAG_MEMORY", "any"
UNITS_WRITTEN = (("GB", 10**9), ("MB", 10**6), ("KB", 10**3))
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
# The files with the limit and the usage of a control group, for both versions of control groups.
FILES = {2: ("memory.max", "memory.current"), 1: ("memory.limit_in_bytes", "memory.usage_in_bytes")}


def announce(work: str, memory: float, seconds: float, advice: str) -> None:
    """Warn if some work will need more than a tenth of the free memory, and refuse it if it needs more than all.

    Parameters
    ----------
    work
        A name of the work that can begin a sentence.
    memory
        The bytes that it is expected to need in addition to what is in use.
    seconds
        The processor time that it is expected to take.
    advice
        What to do if there is not enough memory.

    Raises
    ------
    InputError
        If it needs more memory than is free.

    Examples
    --------
    >>> announce("choosing", 1_000, 0.1, "choose fewer")
    """
    there = available()
    if there is None or memory <= ANNOUNCED * there:
        return
    if memory > there:
        raise InputError(
            f"{work} needs about {written(memory)} of memory, and {written(there)} are free: {advice}. "
            f"To allow more, set the environment variable {SETTING} to an amount such as 64G, or to {ANY} to go on anyway"
        )
    warn(
        f"{work} will take about {written(memory)} of the {written(there)} of memory that are free, and {_time(seconds)}"
    )


def available(root: Path = Path("/")) -> int | None:
    """The bytes that this process may still use; None if the system does not say, or the user has lifted the limit.

    The environment variable ``INSTAG_MEMORY`` sets it to an amount such as ``64G``, or to no limit with ``any``.
    Otherwise it is the least of what the machine has left and what control groups (containers, batch systems) and
    `ulimit` allow. On macOS it is the whole memory of the machine.

    Parameters
    ----------
    root
        The root of the file system with the files of Linux.

    Raises
    ------
    InputError
        If the variable is not an amount of memory.
    """
    if setting := os.environ.get(SETTING, "").strip():
        return None if setting.lower() == ANY else _read(setting)
    found = [*_machine(root), *_groups(root), *_limits(root)]
    return max(min(found), 0) if found else None


def written(size: float) -> str:
    """A number of bytes as people write it.

    Examples
    --------
    >>> written(24_105_000_000), written(378_000_000), written(5_000)
    ('24.1 GB', '378 MB', '5.0 KB')
    """
    unit, bytes_ = next(((unit, each) for unit, each in UNITS_WRITTEN if size >= each), ("bytes", 1))
    number = size / bytes_
    return f"{number:,.0f} {unit}" if number >= 100 or unit == "bytes" else f"{number:.1f} {unit}"  # noqa: PLR2004 - enough digits


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
    """The bytes that the machine has left."""
    if (left := _fields(root / "proc" / "meminfo").get("MemAvailable")) is not None:
        yield left * 1024
    elif sys.platform == "win32":
        yield from _windows()
    elif sys.platform != "linux":
        with suppress(ValueError, OSError, AttributeError):
            yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _windows() -> Iterator[int]:
    import ctypes  # noqa: PLC0415 - used only on Windows

    names = ("total", "left", "total_pages", "left_pages", "total_addresses", "left_addresses", "extended")

    class Status(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

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
    # In a container the path may be that of the host; the limits of the container are then at the top.
    here = mounted / path.lstrip("/")
    for folder in (here, *here.parents):
        if not folder.is_relative_to(mounted):
            return
        with suppress(OSError, ValueError):
            most, now = (int((folder / name).read_text("ascii")) for name in (limit, used))
            # Cached files count as used, but are dropped when memory is needed.
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
    """Pairs of a name and a number, one on each line."""
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
    if seconds < 100:  # noqa: PLR2004 - longer times are easier to read in minutes
        return f"{seconds:.1f} seconds of processor time"
    return f"{seconds / 60:,.0f} minutes of processor time"
