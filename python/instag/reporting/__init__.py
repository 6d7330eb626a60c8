"""Reporting: an analysis as a page, as pictures, and in a notebook.

============  ======================================================
document      all of it: :func:`report` and :func:`figures`
section       what a report is made of
sections      its sections, one file each
theme         colours, by day and by night
wording       numbers and names in words
drawing       charts as specifications, and as files
placement     where names of points stand
scatter       points with their names
payload       data in a page
page          the page, from the templates beside this file
notebook      what a notebook shows
============  ======================================================
"""

from instag.reporting.document import figures, report

__all__ = ["figures", "report"]
