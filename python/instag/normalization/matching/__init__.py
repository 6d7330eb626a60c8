"""Whether two tags are one, and why: guards, spelling, likeness, and how groups come of pairs."""
