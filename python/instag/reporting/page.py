"""The page: one file that needs no other and fetches nothing, and the data in it."""

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from instag._core import __version__
from instag.reporting.section import Section, Table
from instag.reporting.theme import DARK, LIGHT
from instag.reporting.wording import cell, count

__all__ = ["ROOM", "environment", "escaped", "filled", "fitting", "packed", "page", "rooms", "size", "source"]

# What ends a script or a comment in HTML, begins an entity, or ends a line in old JavaScript.
ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
# Bytes that all rows together may take of a page.
ROOM = 6_000_000


def environment() -> Environment:
    """Templates, all values in them escaped."""
    found = Environment(
        loader=PackageLoader("instag.reporting"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    found.filters["cell"] = cell
    return found


def page(title: str, sections: Sequence[Section]) -> str:
    """The sections as HTML, with everything in it that draws them."""
    tables = [table for section in sections for table in section.tables if table.browse]
    allotted = rooms([sum(map(size, table.rows)) for table in tables])
    fitted = {table.name: fitting(table, room) for table, room in zip(tables, allotted, strict=True)}
    data = {
        "figures": {figure.name: figure.spec for section in sections for figure in section.figures},
        "tables": {
            table.name: {"kinds": [column.kind for column in table.columns], "rows": fitted[table.name][0]}
            for table in tables
        },
        "themes": {"light": LIGHT.config(), "dark": DARK.config()},
    }
    left = {name: left for name, (_, left) in fitted.items()}
    scripts = [library(), source("page.js")]
    return filled("page.html", data, scripts, [source("style.css")], title=title, sections=sections, left=left)


def filled(name: str, data: Any, scripts: Sequence[str], styles: Sequence[str], **values: Any) -> str:
    """Fill a template with values, with the scripts and styles that are all it needs, and with the data they show."""
    safe = [inline(script) for script in scripts]
    return (
        environment()
        .get_template(name)
        .render(
            data=Markup(escaped(packed(data))),  # noqa: S704 - escaped for where it stands
            scripts=[Markup(script) for script in safe],  # noqa: S704 - our own
            style=Markup("\n".join(styles)),  # noqa: S704 - our own
            policy="; ".join(policy(safe)),
            version=__version__,
            **values,
        )
    )


@cache
def library() -> str:
    """Vega, Vega-Lite and what embeds them, as one script."""
    import vl_convert  # noqa: PLC0415 - 50 MB, and not needed by those who only import this

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed")


def source(name: str) -> str:
    """A file beside the templates, as it is."""
    templates = environment()
    loader = templates.loader
    assert loader is not None  # noqa: S101 - it was made with one
    return loader.get_source(templates, name)[0]


def inline(script: str) -> str:
    """A script that no parser of HTML ends early."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def policy(scripts: Sequence[str]) -> list[str]:
    """What the page may do: run these scripts and no other, be styled, and load nothing from anywhere."""
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    return [
        "default-src 'none'",
        f"script-src {' '.join(hashes)}",
        "style-src 'unsafe-inline'",  # Vega styles what it draws
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def packed(value: Any) -> str:
    """A value as JSON; what is not a number is null."""
    return orjson.dumps(value, default=str).decode()


def escaped(json: str) -> str:
    r"""JSON as it may stand inside a script element: the same value, in other letters.

    Examples
    --------
    >>> escaped('["</script>"]')
    '["\\u003c/script\\u003e"]'
    """
    return json.translate(ESCAPES)


def size(row: Any) -> int:
    """The bytes that a row takes."""
    return len(escaped(packed(row)).encode())


def rooms(sizes: Sequence[int], room: int = ROOM) -> list[int]:
    """How many bytes each table may take: what it needs, and where that is too much an equal part of what is left.

    Examples
    --------
    >>> rooms([10, 90, 80], room=100)
    [10, 45, 45]
    """
    given = dict.fromkeys(range(len(sizes)), 0)
    for left, nth in zip(range(len(sizes), 0, -1), sorted(given, key=lambda nth: sizes[nth]), strict=True):
        given[nth] = min(sizes[nth], room // left)
        room -= given[nth]
    return list(given.values())


def fitting(table: Table, room: int) -> tuple[list[Any], str]:
    """The first rows that there is room for, and in words what is left out.

    Examples
    --------
    >>> fitting(Table("t", "Tags", (), [["a" * 50], ["b" * 50]]), room=80)[1]
    'The first 1 of 2 rows are here: the page has no room for more.'
    """
    taken, used = [], 0
    for row in table.rows:
        used += size(row)
        if used > room:
            break
        taken.append(row)
    if len(taken) == len(table.rows):
        return taken, table.left
    short = f"The first {count(len(taken))} of {count(len(table.rows))} rows are here: the page has no room for more."
    return taken, f"{table.left} {short}".strip()
