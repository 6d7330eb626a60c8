"""JSON in frames, without loss.

=========  ============================================================
text       the text of JSON: parsing it, and showing where it is invalid
values     the rows in parsed JSON, however they are kept
nested     rows that stand deeper in a file
shape      the types that hold every value of JSON records as it is
records    records in a frame: what no type can hold is kept as its text
inference  the types of JSON Lines, and keys that come twice
buffer     records that come one after the other, as rows
encoder    rows as JSON
=========  ============================================================
"""
