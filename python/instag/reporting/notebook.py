"""What a notebook shows of an analysis: its numbers and main figures, without a script."""

from base64 import b64encode

from instag.analysis.result import Analysis, register_html
from instag.reporting.wording import plural

__all__ = ["html"]

# As many groups as are listed, and the figures that are shown where there are any.
MOST = 12
SHOWN = ("groups", "frequency", "growth")


def html(analysis: Analysis) -> str:
    """An analysis as HTML for a cell: pictures where the libraries that draw are there, the numbers always.

    Examples
    --------
    >>> import instag, polars as pl
    >>> analysis = instag.analyze(pl.DataFrame({"tags": [["<b>"], ["math"]]}))
    >>> "<b>" in html(analysis)
    False
    """
    try:
        from instag.reporting.drawing import as_png, as_svg  # noqa: PLC0415 - optional
        from instag.reporting.page import environment  # noqa: PLC0415 - optional
        from instag.reporting.scatter import CROWD  # noqa: PLC0415 - optional
        from instag.reporting.sections import sections  # noqa: PLC0415 - optional
    except ImportError:
        return str(analysis.summary._repr_html_())
    figures = [figure for section in sections(analysis) for figure in section.figures if figure.name in SHOWN]
    left = len(analysis.summary) - 1 - MOST
    # Pictures stand alone: drawn into the page, what they name would have the names of other pictures there. Where
    # there are many groups, a picture of points takes less room than one of names.
    crowded = len(analysis.summary) - 1 > CROWD
    return (
        environment()
        .get_template("notebook.html")
        .render(
            groups=analysis.summary.head(MOST + 1).rows(named=True),
            left=f"and {plural(left, 'smaller group')}" if left > 0 else "",
            pictures=[
                (figure.label, "png", b64encode(as_png(figure, finer=1)).decode())
                if crowded and figure.name == "groups"
                else (figure.label, "svg+xml", b64encode(as_svg(figure).encode()).decode())
                for figure in figures
            ],
        )
    )


register_html(html)
