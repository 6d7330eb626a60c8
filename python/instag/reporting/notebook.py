"""The view of an analysis in a notebook: its numbers and main figures, without JavaScript."""

from base64 import b64encode

from instag.analysis.result import Analysis, register_html
from instag.reporting.wording import plural

__all__ = ["html"]

# The number of groups that are listed, and the figures that are shown if the report has them.
MOST = 12
SHOWN = ("groups", "frequency", "growth")


def html(analysis: Analysis) -> str:
    """Render an analysis as HTML for a cell: the numbers, and pictures if the plotting libraries are installed.

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
    # Pictures are embedded as images, because inline SVGs would share their ids with other pictures on the page. With
    # many groups a bitmap takes less room than an SVG.
    crowded = len(analysis.summary) - 1 > CROWD
    return (
        environment()
        .get_template("notebook.html")
        .render(
            groups=analysis.summary.head(MOST + 1).rows(named=True),
            left=f"and {plural(left, 'smaller group')}" if left > 0 else "",
            pictures=[
                (figure.label, "png", b64encode(as_png(figure, scale=1)).decode())
                if crowded and figure.name == "groups"
                else (figure.label, "svg+xml", b64encode(as_svg(figure).encode()).decode())
                for figure in figures
            ],
        )
    )


register_html(html)
