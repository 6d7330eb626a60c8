"""Types of files, one a file: how each is recognised, read without loss and written, and what is wrong with one that is damaged.

=======  ============================================================
arrow    Arrow files and streams
csv      tables as text, whatever separates the fields
json     one list of objects
jsonl    an object a line, fast where that is exact
parquet  Parquet files
text     a prompt a line
tsv      tables with tabs
=======  ============================================================
"""
