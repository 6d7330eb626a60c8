"""The page: one file that needs no other, and asks nobody for anything."""

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from instag import __version__
from instag.reporting.payload import escaped, fitting, packed, rooms, size
from instag.reporting.section import Section
from instag.reporting.theme import DARK, LIGHT
from instag.reporting.wording import cell

__all__ = ["environment", "page"]


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
    templates = environment()
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
    scripts = [
        inline(library()),
        inline(source(templates, "page.js")),
    ]
    return templates.get_template("page.html").render(
        title=title,
        sections=sections,
        left={name: left for name, (_, left) in fitted.items()},
        data=Markup(escaped(packed(data))),  # noqa: S704 - escaped for where it stands
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own
        style=Markup(source(templates, "style.css")),  # noqa: S704 - our own
        policy="; ".join(policy(scripts)),
        version=__version__,
    )


@cache
def library() -> str:
    """Vega, Vega-Lite and what embeds them, as one script."""
    import vl_convert  # noqa: PLC0415 - 50 MB, and not needed by those who only import this

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed")


def source(templates: Environment, name: str) -> str:
    """A file as it is."""
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
