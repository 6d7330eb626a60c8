"""Decide whether two tags are the same, and why: guards, spelling and meaning; and form groups from pairs."""
