"""Formats of files: what each may hold, how it is read without loss, and what is wrong with a file that is damaged.

===========  ============================================================
csv          separators, headers and faults of CSV
arrow        Arrow files: whether their lengths can be true, the names in a schema
parquet      Parquet files: whether the places in a footer can be true
jsonl        JSON Lines, fast where that is exact
json_array   JSON files of one value
json_values  the rows in parsed JSON, however they are kept
json_text    the text of JSON: what a parser makes of it, and where it is none
json_rows    rows as JSON
inference    the types that hold all values of JSON Lines, and keys that come twice
records      JSON of mixed types in a frame, without loss
gathering    records that come one after the other as rows
===========  ============================================================
"""
