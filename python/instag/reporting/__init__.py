"""Reporting: an analysis as a page, as pictures, and in a notebook.

============  ======================================================
document      all of it: :func:`report` and :func:`figures`
section       what a report is made of
sections      its sections, one file a subject
theme         colours, by day and by night
wording       numbers and names in words
drawing       charts as specifications, and as files
placement     where names of points stand
scatter       points with their names
nearness      tags that mean nearly the same as a covered one
levels        the picture of a sweep
page          the page with its data, from the templates beside it
explorer      :func:`explore`: tags, their samples and selections to search in
notebook      what a notebook shows
============  ======================================================
"""

from instag.reporting.document import figures, report
from instag.reporting.explorer import explore
from instag.reporting.notebook import html

__all__ = ["explore", "figures", "html", "report"]
