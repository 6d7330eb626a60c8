"""Checks that a recipe holds no key or password: it is shared, and its whole text is written into every manifest."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from instag.recipe.faults import Faults

__all__ = ["check"]

Place = tuple[str | int, ...]

# The keys of well-known services, by their beginnings; a name of a file may begin like them.
KEY = re.compile(
    r"""(?:^|[\s:="'])(?:sk-|hf_|gh[pousr]_|github_pat_|xox[abp]-|gsk_|AIza|AKIA)[\w-]{8,}(?![\w/]|\.\w)"""
    r"|\bBearer (?=\S*\d)\S{8,}"
)
# Names of headers whose values must not be in a recipe.
HEADER = re.compile(r"^[^@:]*(key|token|auth|secret)[^:]*:|^(bearer|basic) ", re.IGNORECASE)
# A password in an address, before the host or among the parameters.
ADDRESS = re.compile(
    r"://[^/\s:@]+:[^/\s@]+@|[?&](?:api[-_]?key|key|(?:\w+[-_])?token|(?:\w+[-_])?secret|password|sig|signature)=[^&\s]+",
    re.IGNORECASE,
)
# How names of values end that are secret, without regard to case, hyphens and underscores.
NAMES = ("apikey", "token", "password", "secret", "secretkey", "accesskey")
# Tables whose keys are names of groups and columns, not of options.
FREE = frozenset(["at_least", "at_most", "columns"])
REFUSED = (
    "a recipe is shared, and must hold no key: put it into a variable of the environment, and write the name of that: "
    'api_key_env = "NAME"'
)
ADDRESSED = (
    "a recipe is shared, and must hold no password: leave it out of the address; what a server requires is read from a "
    'file, one header a line: header = "@headers.txt"'
)
COMMENTED = "a recipe is shared with its comments, and must hold no key: delete it from this line"


def check(text: str, table: Mapping[str, Any], faults: Faults) -> frozenset[Place]:
    """Add a fault for each key or password in a recipe; returns the places that have one.

    Parameters
    ----------
    text, table
        The recipe, as it is written and as it was read.
    faults
        The list for its faults.
    """
    found: dict[Place, str] = {}
    for place, value in _values(table, ()):
        if (said := _secret(place, value)) is not None:
            found.setdefault(place, said)
    for place in found:
        faults.hide(*place)
    for place, said in found.items():
        faults.add(f"{_title(place)}: {said}", *place)
    lines = {faults.line_of(*place) for place in found}
    for number, line in enumerate(text.splitlines(), 1):
        comment = line.partition("#")[2]
        if number not in lines and (KEY.search(comment) or ADDRESS.search(comment)):
            faults.add_at(number, COMMENTED)
    return frozenset(found)


def _values(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """All single values, each with the key that it stands under."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _values(inner, (*place, name))
    elif isinstance(value, list):
        for nth, inner in enumerate(value):
            # Only tables in a list have a place of their own.
            yield from _values(inner, (*place, nth) if isinstance(inner, dict) else place)
    else:
        yield place, value


def _secret(place: Place, value: Any) -> str | None:
    """What is wrong with a value that is secret; None if it is not."""
    name = re.sub(r"[-_ ]", "", str(place[-1])).casefold()
    if name.endswith(NAMES) and not FREE & set(place):
        return REFUSED
    if not isinstance(value, str):
        return None
    header = any("header" in str(each) for each in place)
    if KEY.search(value) or (header and HEADER.search(value)):
        return REFUSED
    return ADDRESSED if ADDRESS.search(value) else None


def _title(place: Place) -> str:
    """The name of a place, as in other faults.

    Examples
    --------
    >>> _title(("source", 0, "token")), _title(("normalize", "judge", "api_key")), _title(("token",))
    ('[[source]] token', '[normalize] judge.api_key', 'token')
    """
    table, *keys = (str(each) for each in place if not isinstance(each, int))
    if not keys:
        return table
    return f"{'[[source]]' if table == 'source' else f'[{table}]'} {'.'.join(keys)}"
