"""Reports: an analysis as a page, as pictures, and in a notebook.

============  ======================================================
document      the entry points :func:`report` and :func:`figures`
section       the parts of a report: sections, figures, tables
sections      the sections, one file per subject
theme         colours for light and dark pages
wording       formatting of numbers and names
drawing       charts as specifications, and as image files
placement     places for the names beside points
scatter       the scatter plot of groups and selections
nearness      coverage that counts tags near a covered tag
levels        the figure of a sweep
page          the HTML page with its data, from the templates
explorer      :func:`explore`: a page to search tags and samples in
notebook      the view of an analysis in a notebook
============  ======================================================
"""

from instag.reporting.document import figures, report
from instag.reporting.explorer import explore
from instag.reporting.notebook import html

__all__ = ["explore", "figures", "html", "report"]
