"""The page: one self-contained HTML file that fetches nothing, with its data inside."""

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

# Characters that end a script or a comment in HTML, begin an entity, or end a line in old JavaScript.
ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
# The most bytes of a page that table rows may take together.
ROOM = 6_000_000


def environment() -> Environment:
    """The templates, which escape every value."""
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
    """Render the sections as HTML, together with their data and the scripts that draw them."""
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
    """Fill a template with values, its data, and all scripts and styles that it needs."""
    safe = [inline(script) for script in scripts]
    return (
        environment()
        .get_template(name)
        .render(
            data=Markup(escaped(packed(data))),  # noqa: S704 - escaped for a script element
            scripts=[Markup(script) for script in safe],  # noqa: S704 - from this package
            style=Markup("\n".join(styles)),  # noqa: S704 - from this package
            policy="; ".join(policy(safe)),
            version=__version__,
            **values,
        )
    )


@cache
def library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script."""
    import vl_convert  # noqa: PLC0415 - 50 MB, and only needed for writing a report

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed")


def source(name: str) -> str:
    """The text of a script or style sheet in the templates folder."""
    templates = environment()
    loader = templates.loader
    assert loader is not None  # noqa: S101 - `environment` sets one
    return loader.get_source(templates, name)[0]


def inline(script: str) -> str:
    """Escape a script so that an HTML parser does not end it early."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def policy(scripts: Sequence[str]) -> list[str]:
    """The content security policy: only these scripts may run, styles are allowed, and nothing may be loaded."""
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    return [
        "default-src 'none'",
        f"script-src {' '.join(hashes)}",
        "style-src 'unsafe-inline'",  # Vega sets styles on its elements
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def packed(value: Any) -> str:
    """Encode a value as JSON; NaN and infinity become null."""
    return orjson.dumps(value, default=str).decode()


def escaped(json: str) -> str:
    r"""Escape JSON for use inside a script element, without changing its value.

    Examples
    --------
    >>> escaped('["</script>"]')
    '["\\u003c/script\\u003e"]'
    """
    return json.translate(ESCAPES)


def size(row: Any) -> int:
    """The number of bytes that a row takes in the page."""
    return len(escaped(packed(row)).encode())


def rooms(sizes: Sequence[int], room: int = ROOM) -> list[int]:
    """Allot bytes to tables: small tables get all they need, and the others share the rest equally.

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
    """Take the first rows that fit, and describe in words what is left out.

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
