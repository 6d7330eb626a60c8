"""Faulty recipes of many kinds: each is found before anything is done, with its line, in words of recipes."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
import shell
from instag.recipe.checking import read_recipe
from recipes import rows

FILES = '[[source]]\nfiles = ["first.jsonl"]\n'
SELECT = "[select]\nbudget = 3\n"
BOTH = FILES + SELECT
GAIN = FILES + '[select]\nmethod = "gain"\nbudget = 9\ngroup = "source"\n'
MODEL = '[tag]\nmodel = "m"\nbase_url = "http://127.0.0.1:9/v1"\n'
JUDGE = '[normalize]\nembedder = "none"\n'
# What a user of Python, of pydantic or of the command line would read, but no reader of a recipe.
FOREIGN = re.compile(
    r"\b(None|True|False|NoneType|dict|datetime)\b|Input should|--(?!set|yes|limit)[a-z]|\bb'|Traceback|=\s*/"
)

TABLE = [
    # tables in tables, and keys with dots
    (f'{BOTH}{JUDGE}[normalize.judge]\nmodel = "m"\nbase_url = "http://127.0.0.1:9"\nmax_cots = 2\n', 10, r"\[normalize\] judge\.max_cots: no such option; did you mean max_cost\?"),
    (f"{BOTH}{JUDGE}[normalize.judge]\nmodel = 3\n", 8, r"judge\.model: expected a text; found 3"),
    (f'{BOTH}{JUDGE}judge.model = "m"\njudge.base_url = "http://127.0.0.1:9"\njudge.temprature = 1.0\n', 9, r"judge\.temprature: no such option; did you mean temperature\?"),
    (f'{BOTH}{JUDGE}judge = {{ model = "m", base_url = 7 }}\n', 7, r"judge\.base_url: expected a text or a list; found 7"),
    (f'{BOTH}[decontaminate]\nagainst = "second-a.jsonl"\n[decontaminate.judge]\nmodel = "m"\nbase_url = "http://127.0.0.1:9"\nfrom = "x"\n', 10, r"\[decontaminate\] judge\.from: expected a number; found 'x'"),
    (f'{BOTH}[decontaminate]\nagainst = "second-a.jsonl"\n[decontaminate.judge]\nmodel = "m"\nbase_url = "http://127.0.0.1:9"\nfrom = 7\n', 10, r"\[decontaminate\] judge_from: expected a cosine"),
    (f"{GAIN}[select.at_least]\nfirst = -3\n", 7, r"at_least: expected a count such as 500"),
    (f"{GAIN}at_least.frist = 2\n", 7, r"at_least: no group 'frist'; the groups are: first"),
    (f"{GAIN}at_least = {{ first = [1, 2] }}\n", 7, r"at_least: expected a number or a text; found \[1, 2\]"),
    ('[[source]]\nfiles = ["first.jsonl"]\n[source.columns]\nqurey = "messages"\n' + SELECT, 4, r"columns\.qurey: no such option; did you mean query\?"),
    ('[[source]]\nfiles = ["first.jsonl"]\n[[source]]\nfiles = ["second-a.jsonl"]\n[source.columns]\nquery = 3\n' + SELECT, 6, r"columns\.query: expected a text; found 3"),
    (f'{FILES}columns = "messages"\n{SELECT}', 3, r"columns: expected a table; found 'messages'"),
    (f'{FILES}select.budget = "x"\n', 3, r"\[\[source\]\] select: no such option; \[select\] is a table of its own"),
    (f'select.budget = "x"\n{FILES}', 1, r"\[select\] budget: expected a count .* found 'x'"),
    (f"select = {{ budget = 3, sed = 3 }}\n{FILES}", 1, r"\[select\] sed: no such option; did you mean seed\?"),
    (f'{FILES}[ select ]\n\'budget\' = "x"\n', 4, r"\[select\] budget"),
    (f'{FILES}["select"]\n"budget" = "x"\n', 4, r"\[select\] budget"),
    # sources that are no list of tables
    (f'[source]\nfiles = ["first.jsonl"]\n{SELECT}', 1, r"with two brackets on each side, for there may be several; found \[source\]"),
    (f'source = "first.jsonl"\n{SELECT}', 1, r"\[\[source\]\]: expected at least one.*; found 'first\.jsonl'"),
    (f"source = []\n{SELECT}", 1, r"\[\[source\]\]: expected at least one"),
    # types, as TOML writes them
    (f"{FILES}[select]\nbudget = [3]\n", 4, r"expected a number or a text; found \[3\]"),
    (f"{FILES}[select]\nbudget = {{ count = 3 }}\n", 4, r"expected a number or a text; found \{ count = 3 \}"),
    (f"{FILES}[select]\nbudget = 2024-01-01\n", 4, r"expected a number or a text; found 2024-01-01"),
    (f"{BOTH}[split]\nvalidation = true\n", 6, r"validation: expected a number or a text; found true"),
    (f"{BOTH}[dedup]\nkeep = true\n", 6, r"keep: expected one of 'first', 'longest' or 'quality'; found true"),
    (f"{BOTH}[clean]\nanswered = 'yes'\n", 6, r"answered: expected true or false; found 'yes'"),
    (f"{BOTH}[clean]\nmin_turns = 2.0\n", 6, r"min_turns: expected a whole number; found 2\.0"),
    (f"{BOTH}[normalize]\nmin_count = 1.5\n", 6, r"min_count: expected a whole number or one of 'auto' or 'none'; found 1\.5"),
    (f"{BOTH}[normalize]\nsteps = [1]\n", 6, r"steps: expected a text; found 1"),
    (f"{BOTH}[card]\nlicense = ['mit']\n", 6, r"license: expected a text; found \['mit'\]"),
    (f"output = ['out']\n{BOTH}", 1, r"output: expected a folder; found \['out'\]"),
    (f"{BOTH}[output]\nfolder = 'x'\n", 5, r"output: expected a folder; found \{ folder = 'x' \}"),
    # numbers that are negative, none, or too large
    (f"{FILES}[select]\nbudget = nan\n", 4, r"budget: .*found nan"),
    (f"{FILES}[select]\nbudget = inf\n", 4, r"budget: .*found inf"),
    (f"{FILES}[select]\nbudget = '120%'\n", 4, r"budget: .*found '120%'"),
    (f"{BOTH}seed = -1\n", 5, r"\[select\] seed: expected an integer from 0 to 2\*\*64 - 1; found -1"),
    (f"seed = 99999999999999999999999\n{BOTH}", 1, r"seed: expected a whole number from 0 to 2\*\*64 - 1"),
    (f"seed = nan\n{BOTH}", 1, r"seed: .*found nan"),
    (f"{BOTH}[dedup]\nthreshold = nan\n", 6, r"threshold: expected a number above 0 and up to 1; found nan"),
    (f"{BOTH}[split]\nvalidation = nan\n", 6, r"validation: .*found nan"),
    (f"{BOTH}[clean]\nmin_turns = 5\nmax_turns = 2\n", 6, r"min_turns: expected at most max_turns, which is 2; found 5"),
    (f"{BOTH}[clean]\nmin_tokens = 99999999999999999999\n", 6, r"min_tokens: expected a count"),
    (f"{BOTH}{MODEL}rpm = 0\n", 8, r"rpm: expected a number above 0; found 0"),
    (f"{BOTH}{MODEL}price = [1, 1]\nmax_cost = -1\n", 9, r"max_cost: expected US dollars, 0 or more; found -1"),
    # These change no answer, so that only a step that is run anew would look at them.
    (f"{BOTH}{MODEL}max_cost = 1.0\n", 8, r"\[tag\] max_cost: the price of this model is not known"),
    (f'{BOTH}{JUDGE}judge = {{ model = "m", base_url = "http://127.0.0.1:9", max_cost = 1.0 }}\n', 7, r"max_cost: the price of this model is not known"),
    (f'{BOTH}[decontaminate]\nagainst = "second-a.jsonl"\njudge = {{ model = "m", base_url = "http://127.0.0.1:9", max_cost = 1.0 }}\n', 7, r"max_cost: the price of this model is not known"),
    (f'{BOTH}{JUDGE}steps = ["rules", "judge"]\n', 7, r"\[normalize\] steps: the step 'judge' needs somebody to ask"),
    (f'{BOTH}{JUDGE}steps = ["rules"]\njudge = {{ model = "m", base_url = "http://127.0.0.1:9" }}\n', 7, r"\[normalize\] steps: .* in which a judge and judgments decide"),
    (f'{BOTH}[decontaminate]\nagainst = "second-a.jsonl"\njudge = {{ model = "m", base_url = "http://127.0.0.1:9", attempts = 0 }}\n', 7, r"attempts: expected"),
    (f'{BOTH}[decontaminate]\nagainst = "second-a.jsonl"\njudge = {{ model = "m", base_url = "http://127.0.0.1:9", price = [1, -1] }}\n', 7, r"price: "),
    (f"{BOTH}{MODEL}temperature = nan\n", 8, r"temperature: expected a number of 0 or more; found nan"),
    (f"{BOTH}{MODEL}max_query = 0\n", 8, r"max_query: expected a size of 100 characters or more; found 0"),
    (f"{FILES}sample = 0\n{SELECT}", 3, r"sample: expected a count of 1 or more; found 0"),
    (f"{FILES}skip_bad_lines = -2\n{SELECT}", 3, r"\[\[source\]\] skip_bad_lines: expected a count of 0 or more"),
    # files: of the wrong kind, not there, in other systems' words
    (f'[[source]]\nfiles = ["*.csv"]\n{SELECT}', 2, r"'\*\.csv' matches no file"),
    (f'[[source]]\nfiles = ["~/nowhere-*.jsonl"]\n{SELECT}', 2, r"'~/nowhere-\*\.jsonl' matches no file \(/"),
    (f"[[source]]\nfiles = ['C:\\data\\x.jsonl']\n{SELECT}", 2, r"'C:\\data\\x\.jsonl' matches no file"),
    (f'[[source]]\nfiles = ["first.jsonl", "empty.jsonl"]\n{SELECT}', 2, r"empty\.jsonl: the file is empty"),
    (f'[[source]]\nfiles = ["broken.jsonl"]\n{SELECT}', 2, r"broken\.jsonl, line 2.*skip_bad_lines = 1"),
    (f'[[source]]\nfiles = ["junk.bin"]\n{SELECT}', 2, r"unknown file extension '\.bin'.*say what it is with format:"),
    (f'[[source]]\nlicense = "mit"\n{SELECT}', 1, r"files: expected a list such as .*; found none"),
    (f"{FILES}where = 'scor > 1'\n{SELECT}", 3, r"where: no column 'scor'"),
    (f"{FILES}where = 'score > 9'\n{SELECT}", 3, r"where: score > 9: none of 40 rows is left"),
    (f"{FILES}format = 'jsnol'\n{SELECT}", 3, r"format: found 'jsnol'"),
    (f"{FILES}encoding = 'utf-99'\n{SELECT}", 3, r"encoding: found 'utf-99'"),
    (f"{FILES}quality = 'tags'\n{SELECT}", 3, r"quality: expected numbers in column 'tags' of first; found List"),
    (f'{FILES}columns = {{ quality = "scor" }}\n{SELECT}', 3, r"quality: no column 'scor'"),
    (f"{FILES}name = ' '\n{SELECT}", 3, r"name: expected a name; found ' '"),
    (f"{BOTH}[normalize]\njudgments = 'first.jsonl'\n", 6, r"judgments: .*first\.jsonl, line 1: expected a judgement"),
    (f"{BOTH}{MODEL}vocabulary = 'first.jsonl'\n", 8, r"vocabulary: .*first\.jsonl: expected a vocabulary"),
    (f"{BOTH}{MODEL}journal = 'first.jsonl'\n", 8, r"journal: .*first\.jsonl: line 1"),
    (f"{BOTH}{MODEL}api_key_file = 'nowhere'\n", 8, r"api_key_file: .*nowhere cannot be read: No such file"),
    (f"{BOTH}[clean]\nmax_tokens = 5\ntokenizer = 'first.jsonl'\n", 7, r"tokenizer: .*this is not a tokenizer\.json"),
    # outputs
    (f"output = 'first.jsonl'\n{BOTH}", 1, r"output: .*first\.jsonl is a file"),
    (f"output = 'first.jsonl/deep/er'\n{BOTH}", 1, r"output: nothing can be written to .*: .*first\.jsonl is a file"),
    # columns of the wrong type
    (f"{BOTH}[split]\nby = 'messages'\n", 6, r"by: expected names, or lists of them, in column 'messages' of first"),
    (f"{BOTH}[normalize]\ntags = 'source'\n", 6, r"tags: expected a list of tags .* 'source' of first; found String"),
    (f"{BOTH}[clean]\nquery = 'score'\n", 6, r"query: expected text or conversations in column 'score' of first; found Float64"),
    (f"{BOTH}[report]\nby = 'messages'\n", 6, r"by: expected names in column 'messages' of first; found conversations"),
    (FILES + '[select]\nmethod = "gain"\nbudget = 9\ngroup = "tags"\nat_most = 3\n', 6, r"group: expected names in column 'tags' of first; found List"),
    (f"{BOTH}{MODEL}replace = false\n", 8, r"replace: first has a column 'tags' already"),
    # what else a selection and a comparison read
    (f"{GAIN}at_most = 3\nweights = 'rows.jsonl'\n", 8, r"weights: expected the columns tag and weight"),
    (f"{GAIN}at_most = 3\nweights = 'junk.bin'\n", 8, r"weights: .*unknown file extension"),
    (f"{GAIN}at_most = 3\nstart = 'rows.jsonl'\n", 8, r"start: no column 'tags'"),
    (f"{GAIN}at_most = 3\ntree = 'rows.jsonl'\n", 8, r"tree: .*rows\.jsonl: expected a vocabulary"),
    (f"{GAIN}at_most = 3\ntarget = 'junk.bin'\n", 8, r"target: .*unknown file extension"),
    (f"{BOTH}[decontaminate]\nagainst = []\n", 6, r"against: expected one file or more"),
    (f"{BOTH}[decontaminate]\nagainst = 'rows.jsonl'\n", 6, r"against: .*found the columns x"),
    (f"{BOTH}[decontaminate]\nagainst = 'second-a.jsonl'\njudgments = 'rows.jsonl'\n", 7, r"judgments: .*line 1: expected a judgement"),
    (f"{BOTH}[decontaminate]\nagainst = 'second-a.jsonl'\nembedder = 'nonesuch'\n", 7, r"embedder: expected 'auto'"),
    (f"{BOTH}[tag]\nmodel = 'm'\nbase_url = ''\n", 7, r"base_url: expected an address"),
    # misspelt, or at home elsewhere
    (f"{FILES}[SELECT]\nbudget = 3\n", 3, r"\[SELECT\]: no such table or key; did you mean select\?"),
    (f"{BOTH}[convert]\n", 5, r"\[convert\]: no such table or key; did you mean write\?"),
    (f"{BOTH}[card]\nlicence = 'mit'\n", 6, r"licence: no such option; did you mean license\?"),
    (f"{BOTH}[write]\nto = 'parquet'\n", 6, r"\[write\] to: expected one of 'messages', 'sharegpt' or 'alpaca'"),
    (f"{BOTH}[write]\nrows_per_file = 9\n", 6, r"rows_per_file: no such option"),
    (f"{BOTH}[report]\ngain = {{ curv = 2 }}\n", 6, r"gain: no option 'curv'; did you mean 'curve'\?"),
    (f"{BOTH}[write]\ntrainers = 'trl'\nmodel = ''\n", 7, r"model: expected the base model to train"),
    ('[[sources]]\nfiles = ["first.jsonl"]\n' + SELECT, 1, r"\[sources\]: no such table or key; did you mean \[\[source\]\]\?"),
    ('[read]\nfiles = ["first.jsonl"]\n' + SELECT, 1, r"\[read\]: no such table or key; did you mean \[\[source\]\]\?"),
    (f"{BOTH}[write]\ntrainers = ['unslot', 'Axolotl']\nmodel = 'x'\n", 6, r"trainers: .*found 'unslot', 'Axolotl'; did you mean unsloth\?"),
    (f"{BOTH}[write]\ntrainers = 'trl'\nmodel = 4\n", 7, r"model: expected a text; found 4"),
    # numbers and truth values in quotes
    (f"{FILES}[select]\nbudget = '500'\n", 4, r"budget: .*found '500': write it without quotes"),
    (f"{BOTH}[dedup]\nthreshold = '0.8'\n", 6, r"threshold: expected a number; found '0\.8': write it without quotes"),
    (f"{BOTH}[dedup]\nthreshold = '80%'\n", 6, r"threshold: expected a number; found '80%': write 0\.8"),
    (f"{BOTH}[clean]\nanswered = 'true'\n", 6, r"answered: expected true or false; found 'true': write it without quotes"),
    (f"version = '1'\n{BOTH}", 1, r"version: expected 1; found '1': write it without quotes"),
    (f"{BOTH}[split]\nvalidation = '0%'\n", 6, r"validation: expected at least one row to hold out; found '0%'"),
    (f"name = '..'\n{BOTH}", 1, r"name: expected letters.*, the first of them a letter, a digit or '_'"),
    # the same option twice
    ('[[source]]\nfiles = ["first.jsonl"]\nquery = "messages"\ncolumns = { query = "messages" }\n' + SELECT, 4, r"columns\.query: query is the same option: leave out one of the two"),
    (f"{BOTH}[write]\nto = 'messages'\nformat = 'messages'\n", 7, r"format: to is the same option"),
    (f'{BOTH}{JUDGE}max_cost = 1.0\njudge = {{ model = "m", base_url = "http://127.0.0.1:9", max_cost = 2.0 }}\n', 8, r"judge\.max_cost: max_cost is the same option"),
    ('[[source]]\nfiles = ["first.jsonl"]\ncolumns = { name = "x" }\n' + SELECT, 3, r"columns\.name: no such option \(query, answer, system, history, id, quality\)"),
    # texts without a letter
    (f"{FILES}where = ''\n{SELECT}", 3, r"where: expected a value, or that the key is left out; found ''"),
    (f"{BOTH}[decontaminate]\nagainst = 'second-a.jsonl'\njudge = {{ model = '' }}\n", 7, r"judge\.model: expected a value"),
    (f"{BOTH}[tag]\nmodel = 'm'\napi_key_env = ''\n", 7, r"api_key_env: expected a value"),
    # options for asking a model, where none is asked
    (f"{BOTH}{JUDGE}max_cost = 2.0\n", 7, r"max_cost: this is for asking a model: add judge = "),
    (f"{BOTH}[normalize]\nembedder = 'text-embedding-3-small'\n", 6, r"embedder: expected 'auto', .* or 'model2vec:NAME'; found"),
    # keys
    (f"{BOTH}[tag]\nmodel = 'm'\napi_key_env = '$NOT_SET'\n", 7, r"no variable '\$NOT_SET': write its name without \$"),
    (f"{BOTH}[tag]\nmodel = 'm'\napi_key_env = 'NOT_SET'\n", 7, r"no variable 'NOT_SET': set it, for instance with export NOT_SET="),
    # files
    ('[[source]]\nfiles = "https://example.org/x.jsonl"\n' + SELECT, 2, r"is an address, and a recipe reads files: save it first: instag convert https://"),
    ('[[source]]\nfiles = "first.jsonl, second-a.jsonl"\n' + SELECT, 2, r"several files are a list"),
    ('[[source]]\nfiles = "nothing/*.jsonl"\n' + SELECT, 2, r"'nothing/\*\.jsonl' matches no file \(.*\); the folder is empty"),
    ('[[source]]\nfiles = "third-*.jsonl"\n' + SELECT, 2, r"; the folder has broken\.jsonl, .* more$"),
    (f'[[source]]\nfiles = "{"x" * 300}"\n{SELECT}', 2, r"matches no file"),
    ('[[source]]\nfiles = "first.jsonl"\n[[source]]\nname = "other"\nfiles = "first.jsonl"\n' + SELECT, 5, r"the source 'first' has the same files and options"),
    ('[[source]]\nfiles = "rows.jsonl"\n[split]\n', 2, r"rows\.jsonl: expected a layout instag knows: found the columns x \(Int64\)"),
    ('[[source]]\nfiles = ["first.jsonl", "texts.jsonl"]\n[split]\n', 2, r"texts\.jsonl: expected a layout .*; name it with columns = \{ query = \"body\" \}"),
    ('[[source]]\nfiles = "kept/table.csv"\nformat = "jsonl"\n[split]\n', 3, r"format: .*this looks like a table.*leave format out"),
    ('[[source]]\nfiles = "kept/table.csv"\nformat = "alpaca"\n[split]\n', 3, r"format: .*expected the layout 'alpaca'.*leave format out"),
    ('[[source]]\nfiles = "kept/table.csv"\nquality = "score"\n[split]\n', 3, r"found String, as all columns of a CSV file are: store them as numbers"),
    ('[[source]]\nfiles = "kept/table.csv"\ncolumns = { query = "promt" }\n[split]\n', 3, r"query: .*table\.csv: there is no column 'promt'"),
    ('[[source]]\nfiles = "kept/table.csv"\nid = "uid"\n[split]\n', 3, r"id: .*table\.csv: there is no column 'uid'"),
    ("[[source]]\nfiles = 'kept/table.csv'\nwhere = 'prompt = \"a\"'\n[split]\n", 3, r"where: no column 'a'.*single quotes: 'a'"),
    (f"{FILES}field = 'rows'\n{SELECT}", 3, r"field: it is for \.json files that are one object each; found none"),
    ('[[source]]\nfiles = "data.json"\nfield = "rows"\n[split]\n', 3, r"field: .*data\.json: there is no key 'rows'"),
    ('[[source]]\nfiles = "data.parquet"\nencoding = "cp1252"\n[split]\n', 3, r"encoding: it is for files of text; found parquet"),
    # outputs
    (f"output = '.instag'\n{BOTH}", 1, r"output: .*\.instag is where the results of steps are kept"),
    (f"output = '.instag/out'\n{BOTH}", 1, r"output: .* is where the results of steps are kept"),
    (f'output = "a\\u0000b"\n{BOTH}', 1, r"output: expected a folder; found"),
    (f"output = '{'x' * 300}'\n{BOTH}", 1, r"output: expected a folder; found 'x"),
    (f"output = 'kept'\n{GAIN}at_most = 3\nstart = 'kept/start.jsonl'\n", 9, r"start: .*start\.jsonl is in the folder that the output goes to"),
    # groups with too few rows, or too cheap ones, for a budget that is a share
    ('[[source]]\nfiles = "costs.jsonl"\n[select]\nmethod = "gain"\nbudget = "50%"\ncost = "price"\ngroup = "kind"\nat_least = { y = 1000 }\n', 8, r"at_least: y should have at least 1,000 price, and the files have 6$"),
    ('[[source]]\nfiles = "costs.jsonl"\n[select]\nmethod = "gain"\nbudget = "50%"\ncost = "price"\ngroup = "source"\nat_least = { costs = 61 }\n', 8, r"at_least: costs should have at least 61 price, and the files have 60$"),
    # columns of a selection and of a split
    (f"{BOTH}[clean]\nmax_tokens = 9\ntokenizer = 'messages'\n", 7, r"tokenizer: expected numbers in column 'messages' of first"),
    (f"{BOTH}[decontaminate]\nagainst = 'texts.jsonl'\n", 6, r"against: .*texts\.jsonl: expected a column"),
    (f"output = '~nobody-here/out'\n[select]\nbudget = 'x'\n{FILES}", 3, r"budget: .*found 'x'"),
    (f"{BOTH}[split]\nby = 'source,score'\n", 6, r"by: no column 'source,score'; several are a list: by = \[\"source\", \"score\"\]"),
    (f"{BOTH}[dedup]\nkeep = 'quality'\n", 6, r"keep: no column 'quality': name the one with the numbers"),
    (f"{GAIN}at_most = 3\nstart = 'score'\n", 8, r"start: expected true or false in column 'score' of first.*; found Float64"),
    (f"{GAIN}at_most = 3\nstart = 'nothing'\n", 8, r"start: expected a file of data; 'nothing' is a folder"),
    (f"{GAIN}at_most = 3\nweights = 'weights.jsonl'\n", 8, r"weights: weights\.jsonl and the data have no tag in common: it has 'elsewhere'"),
    (f"{GAIN}at_most = 3\ntarget = 'texts.jsonl'\ntags = 'tags'\n", 8, r"target: expected a list of tags .* of texts\.jsonl; found String"),
    (f"{GAIN}at_most = 3\ntree = 'true'\n", 8, r"tree: expected true, or a file; found 'true': write it without quotes"),
    ('[[source]]\nfiles = "costs.jsonl"\n[select]\nmethod = "gain"\nbudget = 9\ncost = "tokens"\n', 6, r"cost: expected numbers above 0 in column 'tokens' of costs; found 0: leave such rows out"),
    ('[[source]]\nfiles = "costs.jsonl"\n[select]\nmethod = "gain"\nbudget = 9\ncost = "none"\n', 6, r"cost: expected numbers in column 'none'; all of its rows are empty"),
    ('[[source]]\nfiles = "costs.jsonl"\n[select]\nmethod = "gain"\nbudget = 9\nquality = "logit"\n', 6, r"quality: expected numbers of 0 or more in column 'logit' of costs; found -1"),
    ('[[source]]\nfiles = "costs.jsonl"\n[select]\nmethod = "gain"\nbudget = 9\ngroup = "kind"\nat_least = { y = 3 }\n', 7, r"at_least: y should have at least 3 rows, and the files have 2"),
]  # fmt: skip

BROKEN = [
    (b"[select]\nbudget = 3\nbudget = 4\n", 3, "cannot overwrite a value"),
    (b"[select\nbudget = 3\n", 1, "expected ']' at the end of a table declaration"),
    (b"[select]\nbudget 3\n", 2, "expected '=' after a key"),
    (b"[select]\nbudget = '3\n", 2, 'expected "\'"'),
    (b'[select]\nbudget = """3\n', 2, "unterminated string"),
    (b"[select]\nbudget = True\n", 2, "invalid value: write true"),
    (b"[select]\nseed = None\n", 2, "invalid value: leave the key out"),
    (b"[select]\nmethod = gain\n", 2, "invalid value: write a text in quotes"),
    (b'[[source]]\nfiles = ["C:\\data\\x.jsonl"]\n', 2, r"write a path with \ in single quotes, or with /"),
    (b'output = "C:\\Users\\me"\n', 1, r"write a path with \ in single quotes, or with /"),
    (b"\xef\xbb\xbf[select]\r\nbudget = \r\n", 2, "invalid value"),
    (b"[select]\nbudget = 3\nbudget = 4\n", 3, "this name is there already: leave out one of the two"),
    (b"[[source]]\n[source]\n", 2, "write two brackets on each side for every source"),
    (b"[select]\n[select]\n", 2, "put the keys of both under one"),
    (b"[select]\nbudget = 10%\n", 2, 'write a share in quotes, such as "10%"'),
    (b"[select]\nbudget = 1,000\n", 2, "write a large number without commas"),
    (b"[select]\nbudget = .5\n", 2, "write a 0 before the point"),
    (b"[select]\nbudget = 010\n", 2, "write a number without a 0 at its beginning"),
    (b"select:\n  budget: 3\n", 1, "write key = value, and the name of a table in brackets"),
    (b'{"select": {}}', 1, "it looks like JSON"),
    (b'[normalize]\njudge = { model = "m",\n  from = 1 }\n', 2, "write a table within { } on one line"),
    (b'[normalize]\njudge = { model = "m", }\n', 2, "leave out the last comma within { }"),
    (b'[[source]]\nfiles = ["a.jsonl"\n[select]\n', 3, "a comma or a ] is missing here or on a line above"),
    ("[[source]]\nfiles = \u201ca.jsonl\u201d\n".encode(), 2, "write quotes as"),
    ('name = "x"\n'.encode("utf-16-le"), 1, "there are NUL bytes in it: save it as UTF-8"),
    ('name = "café"\n'.encode("utf-16"), 1, "expected text in UTF-8; found the byte 0xff"),
]


@pytest.fixture
def data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    (folder / "empty.jsonl").write_text("")
    (folder / "broken.jsonl").write_text('{"prompt": "a", "completion": "b"}\n{"prompt": \n')
    (folder / "rows.jsonl").write_text('{"x": 1}\n')
    (folder / "junk.bin").write_bytes(bytes(range(256)))
    (folder / "nothing").mkdir()
    (folder / "kept").mkdir()
    rows("first", 3).write_ndjson(folder / "kept/start.jsonl")
    (folder / "texts.jsonl").write_text('{"body": "Why?", "tags": "chess"}\n')
    (folder / "weights.jsonl").write_text('{"tag": "elsewhere", "weight": 1}\n')
    (folder / "kept/table.csv").write_text("prompt,completion,score\nWhy?,So.,1\nHow?,Thus.,2\n")
    (folder / "data.json").write_text('{"data": [{"prompt": "Why?", "completion": "So."}]}')
    pl.DataFrame({"prompt": ["Why?"], "completion": ["So."]}).write_parquet(folder / "data.parquet")
    costs = rows("costs", 20).with_columns(
        tokens=pl.int_range(pl.len()),
        none=pl.lit(None),
        logit=pl.int_range(pl.len()) - 1,
        price=pl.lit(3),
        kind=pl.lit("x"),
    )
    costs.with_columns(kind=pl.when(pl.col("tokens") < 2).then(pl.lit("y")).otherwise("kind")).write_ndjson(
        folder / "costs.jsonl"
    )
    return folder


SECRETS = [
    (f"api_key = 'x'\n{BOTH}", 1, "api_key: .*must hold no key"),
    (f"{BOTH}[env]\nOPENAI_API_KEY = 'x'\n", 6, r"\[env\] OPENAI_API_KEY: .*must hold no key"),
    (f"{BOTH}{MODEL}hf_token = 'x'\n", 8, r"\[tag\] hf_token: .*must hold no key"),
    (f"{BOTH}{MODEL}api-key = 'x'\n", 8, r"\[tag\] api-key: .*must hold no key"),
    (
        f"{BOTH}{MODEL}headers = {{ Authorization = 'Bearer abcdefgh' }}\n",
        8,
        r"headers\.Authorization: .*must hold no key",
    ),
    (f"{BOTH}[tag]\nmodel = 'm'\napi_key_env = 'sk-abcdefgh123'\n", 7, r"api_key_env: .*must hold no key"),
    (
        f"{BOTH}[tag]\nmodel = 'm'\nbase_url = 'https://me:hidden@127.0.0.1:9/v1'\n",
        7,
        r"base_url: .*must hold no password",
    ),
    (
        f"{BOTH}[tag]\nmodel = 'm'\nbase_url = 'https://127.0.0.1:9/v1?api_key=hidden'\n",
        7,
        r"base_url: .*must hold no password",
    ),
    (
        f"{FILES}address = 'https://me:hidden@example.org'\n{SELECT}",
        3,
        r"\[\[source\]\] address: .*must hold no password",
    ),
    (f"{BOTH}# mine is sk-abcdefgh123\n", 5, "shared with its comments, and must hold no key: delete it"),
    (f"{BOTH}[card]\n# curl -H 'Authorization: Bearer abcdefgh123'\n", 6, "shared with its comments"),
]


def said(folder: Path, **options: Any) -> list[str]:
    """The faults of a recipe, nothing of which is done."""
    with pytest.raises(instag.InputError) as caught:
        instag.run(folder / "recipe.toml", **options)
    assert not (folder / ".instag").exists()
    assert not (folder / "out").exists()
    return str(caught.value).replace(f"{folder / 'recipe.toml'}", "recipe.toml").splitlines()


@pytest.mark.parametrize(("text", "line", "expected"), TABLE, ids=[each[2] for each in TABLE])
def test_a_fault(data: Path, text: str, line: int, expected: str) -> None:
    (data / "recipe.toml").write_text(text, "utf-8")
    found = said(data)
    assert any(re.match(rf"recipe\.toml, line {line}: .*{expected}", each) for each in found), "\n".join(found)
    assert not [each for each in found if FOREIGN.search(each)]
    # One mistake is one fault, but for the step that is then not there.
    assert len([each for each in found if each.startswith("recipe.toml, line ")]) == 1, "\n".join(found)


@pytest.mark.parametrize(("text", "line", "expected"), SECRETS, ids=[each[2] for each in SECRETS])
def test_a_secret(data: Path, text: str, line: int, expected: str) -> None:
    (data / "recipe.toml").write_text(text, "utf-8")
    [found] = said(data)
    assert re.match(rf"recipe\.toml, line {line}: .*{expected}", found), found
    assert not re.search("hidden|sk-abc|Bearer", found)


@pytest.mark.parametrize(
    "text",
    [
        f"{FILES}address = 'https://example.org/x?sort_key=name'\n{SELECT}",
        f"{BOTH}# data/hf_instructions.jsonl, Bearer of news, sk-sentences.jsonl\n",
        f"{GAIN}at_least = {{ first = 3 }}\n[card]\ntitle = 'Basic mathematics'\n",
    ],
)
def test_what_looks_like_a_secret_and_is_none(data: Path, text: str) -> None:
    (data / "recipe.toml").write_text(text, "utf-8")
    assert read_recipe(data / "recipe.toml").steps


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OTHER"])
def test_a_variable_that_is_empty_holds_no_key(data: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    named = f"api_key_env = '{name}'\n" if name == "OTHER" else ""
    (data / "recipe.toml").write_text(f"{BOTH}[tag]\nmodel = 'm'\n{named}", "utf-8")
    [found] = said(data)
    assert re.search(r"line 7: .*the variable 'OTHER' is empty" if named else r"line 5: .*OPENAI_API_KEY", found), found


def test_all_files_that_cannot_be_read_are_said(data: Path) -> None:
    (data / "recipe.toml").write_text(
        '[[source]]\nfiles = ["empty.jsonl", "first.jsonl", "broken.jsonl", "junk.bin"]\n[split]\n'
    )
    found = said(data)
    assert re.findall(r"line 2: .*?(\w+\.\w+)[:,]", "\n".join(found)) == ["empty.jsonl", "broken.jsonl", "junk.bin"]


def test_all_columns_that_are_not_there_are_said(data: Path) -> None:
    text = (
        '[[source]]\nfiles = "kept/table.csv"\nquery = "promt"\nanswer = "complection"\nwhere = "scor > 1"\n[split]\n'
    )
    (data / "recipe.toml").write_text(text)
    found = re.findall(r"line (\d): \[\[source\]\] (\w+)", "\n".join(said(data)))
    assert found == [("3", "query"), ("4", "answer"), ("5", "where")]


def test_columns_that_a_selection_names_are_said_with_its_files(data: Path) -> None:
    text = '[select]\nmethod = "gain"\nbudget = 9\ncost = "tokns"\nquality = "rewrd"\ntarget = "nowhere.jsonl"\n'
    (data / "recipe.toml").write_text(f'{FILES}quality = "scor"\nid = "uid"\n[select]\nbudget = 3\n')
    assert [each.split(": ")[1] for each in said(data)] == ["[[source]] quality", "[[source]] id"]
    (data / "recipe.toml").write_text(f"{FILES}{text}")
    assert [each.split(": ")[1] for each in said(data)] == ["[select] cost", "[select] quality", "[select] target"]


def test_columns_are_looked_for_beside_other_faults(data: Path) -> None:
    text = f"{GAIN}at_least = {{ frist = 2 }}\n[dedup]\ntreshold = 1\n[split]\nby = 'topic'\n[write]\nkeep = ['url', 'html']\n"
    (data / "recipe.toml").write_text(text)
    found = said(data)
    expected = [
        "at_least: no group 'frist'",
        "treshold: no such",
        "by: no column 'topic'",
        "keep: no column 'url'",
        "'html'",
    ]
    assert [part in each for part, each in zip(expected, found, strict=True)] == [True] * 5


def test_an_error_that_only_the_run_finds_has_the_line_of_its_source(data: Path) -> None:
    whole = rows("late", 60)
    whole.write_ndjson(data / "late.jsonl")
    whole.write_parquet(data / "late.parquet")
    content = bytearray((data / "late.parquet").read_bytes())
    content[40:400] = bytes(360)
    (data / "late.parquet").write_bytes(content)
    (data / "recipe.toml").write_text(f'{FILES}[[source]]\nfiles = "late.parquet"\n{SELECT}')
    with pytest.raises(instag.InputError, match=r"recipe\.toml, line 4: \[\[source\]\] files: .*late\.parquet"):
        instag.run(data / "recipe.toml")


@pytest.mark.parametrize(("content", "line", "expected"), BROKEN, ids=[each[2] for each in BROKEN])
def test_what_is_no_toml(data: Path, content: bytes, line: int, expected: str) -> None:
    (data / "recipe.toml").write_bytes(content)
    first, *_ = said(data)
    assert first.startswith(f"recipe.toml, line {line}")
    assert expected in first


@pytest.mark.parametrize("content", [b"", b"\n\n# nothing\n", b"\xef\xbb\xbf"])
def test_an_empty_recipe_says_what_is_needed(data: Path, content: bytes) -> None:
    (data / "recipe.toml").write_bytes(content)
    assert [each.partition(": ")[2].partition(":")[0] for each in said(data)] == [
        "[[source]]",
        "expected one of [select], [split] and [write]",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("budget=3", r"--set budget=3: \[budget\]: no such table or key; it is an option of \[select\]"),
        ("select.budget", r"--set: expected STEP\.KEY=VALUE"),
        ("=3", r"--set: expected STEP\.KEY=VALUE"),
        (".=3", r"--set: expected STEP\.KEY=VALUE"),
        ("select..budget=3", r"--set: expected STEP\.KEY=VALUE"),
        ("select.budget=", r"--set select\.budget=: \[select\] budget: expected a value"),
        ("select.budget=x", r"--set select\.budget=x: \[select\] budget: .*found 'x'"),
        ("select.bugdet=3", r"--set select\.bugdet=3: .*did you mean budget\?"),
        ("selct.budget=3", r"--set selct\.budget=3: \[selct\]: no such table or key; did you mean select\?"),
        ("source.files=x", r"--set: .*what a source is stands in the recipe alone"),
        ("name.x=3", r"--set name\.x=3: name: expected a text; found \{ x = 3 \}"),
        ("select.at_least.math=3", r"--set select\.at_least\.math=3: \[select\] at_least: only method 'gain'"),
        ("tag.api_key=hidden", r"--set tag\.api_key=…: \[tag\] api_key: .*must hold no key"),
        ("split.validation='a\nb'", r".*\[split\] validation: expected a count"),
        ("seed=-1", r"--set seed=-1: seed: expected a whole number"),
        ("split.validation=7", r"--set split\.validation=7: \[split\] validation: 7 rows"),
    ],
)
def test_what_is_set_is_shown_as_it_was_set(data: Path, given: str, expected: str) -> None:
    (data / "recipe.toml").write_text(BOTH)
    found = said(data, set=[given])
    assert any(re.match(expected, each) for each in found), found
    assert "hidden" not in "".join(found)


def test_inner_values_may_be_set(data: Path) -> None:
    (data / "recipe.toml").write_text(GAIN)
    read = read_recipe(data / "recipe.toml", overrides=("select.at_least.first=2", "select.at_most.first=50%"))
    assert read.steps["select"]["at_least"] == {"first": 2}
    assert read.steps["select"]["at_most"] == {"first": "50%"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"until": "wirte"}, "until: expected a step of the recipe, one of read, dedup, select; found 'wirte'"),
        ({"until": "tag"}, "found 'tag': add a table [tag]"),
        ({"start": "tag"}, "from: expected a step of the recipe"),
        ({"start": "select", "until": "dedup"}, "from: expected a step up to 'dedup', which is the last one to run"),
        ({"limit": 0}, "limit: expected a count of 1 or more; found 0"),
        ({"limit": -3}, "limit: expected a count of 1 or more; found -3"),
        ({"limit": True}, "limit: expected a count of 1 or more; found True"),
        ({"limit": 2.5}, "limit: expected a count of 1 or more; found 2.5"),
    ],
)
def test_how_far_to_run(data: Path, options: dict[str, Any], expected: str) -> None:
    (data / "recipe.toml").write_text(f"{BOTH}[dedup]\n")
    [found] = said(data, **options)
    assert expected in found


def test_a_folder_that_cannot_be_written_to(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(dir: Path) -> None:  # noqa: A002 - the name that it has
        raise PermissionError(13, "Permission denied", str(dir))

    (data / "recipe.toml").write_text(BOTH)
    monkeypatch.setattr("instag.recipe.sense.TemporaryFile", refused)
    assert [each.partition(": ")[2] for each in said(data)] == [
        f"output: nothing can be written to {data / 'out'}: {data}: Permission denied",
        f"results are kept in .instag beside the recipe, and nothing can be written there: {data}: Permission denied",
    ]


@pytest.mark.parametrize("budget", ["1e300", "99999999999999999999999", "'100%'", "1.0"])
@pytest.mark.filterwarnings("ignore::instag.InstagWarning")
def test_a_budget_above_all_rows_takes_them_all(data: Path, budget: str) -> None:
    (data / "recipe.toml").write_text(f"{FILES}[select]\nbudget = {budget}\n")
    assert instag.run(data / "recipe.toml")["select"].collect().height == 40


@pytest.mark.parametrize("keep", ["'messages'", "['score', 'score']", "'score, key, messages'"])
def test_a_column_that_is_kept_twice_is_written_once(data: Path, keep: str) -> None:
    (data / "recipe.toml").write_text(f"{BOTH}[write]\nkeep = {keep}\n")
    instag.run(data / "recipe.toml")
    names = list(json.loads((data / "out/data/train.jsonl").read_text().splitlines()[0]))
    assert names == list(dict.fromkeys(names))
    assert names[0] == "messages"


def test_a_long_line_that_is_no_toml_is_cut(data: Path) -> None:
    (data / "recipe.toml").write_text(f"name = '{'x' * 500}' y\n")
    _, line, mark = said(data)
    assert (line[mark.index("^")], len(line) < 130) == ("y", True)


@pytest.mark.parametrize("value", ['["a\\"b", "c"]', '"a\\\\"', "'a\\'", '"""a\\""""'])
def test_a_line_after_quotes_within_quotes(data: Path, value: str) -> None:
    (data / "recipe.toml").write_text(f"name = 'x'\n[card]\nlanguage = {value}\n{FILES}[select]\nbudget = 'x'\n")
    [found] = said(data)
    assert found.startswith("recipe.toml, line 7: [select] budget")


def test_a_new_recipe_has_names_that_can_be_read(data: Path) -> None:
    (data / "kept/first.jsonl").write_bytes((data / "first.jsonl").read_bytes())
    shell.instag("recipe", "new", "fir*.jsonl", "first.jsonl", "kept/first.jsonl", "-o", "new.toml", cwd=data)
    read = (data / "new.toml").read_text()
    assert re.findall(r'^name = "(.*)"', read, re.MULTILINE) == ["fir", "fir", "first", "first-2"]
    done = shell.instag("recipe", "new", "hf://datasets/a/b", "-o", "other.toml", cwd=data, code=1)
    assert "save it first: instag convert hf://datasets/a/b -o data.parquet" in done.stderr


@pytest.mark.parametrize("command", [("cache", "show"), ("cache", "clear")])
def test_the_cache_of_a_recipe_that_is_not_there(data: Path, command: tuple[str, str]) -> None:
    (data / ".instag" / "cache").mkdir(parents=True)
    done = shell.instag(*command, "recpie.toml", cwd=data, code=1)
    assert "recpie.toml: there is no such file or folder: expected a recipe" in done.stderr
    assert (data / ".instag" / "cache").is_dir()


def test_a_manifest_that_lacks_something_and_data_that_are_nowhere(data: Path) -> None:
    (data / "recipe.toml").write_text(BOTH)
    instag.run(data / "recipe.toml")
    with pytest.raises(instag.InputError, match=r"data: expected the folder with the sources; .*nowhere is none"):
        instag.verify(data / "out", data=data / "nowhere")
    whole = json.loads((data / "out/manifest.json").read_text())
    for name in ("sources", "steps", "outputs"):
        (data / "out/manifest.json").write_text(json.dumps(whole | {name: None}))
        with pytest.raises(instag.InputError, match=f"expected a list of {name}; found none: it has been edited"):
            instag.verify(data / "out", replay=True)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_nowhere(data: Path) -> None:
    (data / "link.jsonl").symlink_to("nowhere")
    (data / "recipe.toml").write_text(f'[[source]]\nfiles = "link.jsonl"\n{SELECT}')
    [found] = said(data)
    assert found.startswith("recipe.toml, line 2: [[source]] files: 'link.jsonl' matches no file")
    assert found.endswith("; it is a link to nowhere, which is not there")


def test_a_new_recipe_replaces_none(data: Path) -> None:
    before = (data / "recipe.toml").read_bytes()
    done = shell.instag("recipe", "new", "first.jsonl", cwd=data, code=1)
    assert "recipe.toml is there already: name another file" in done.stderr
    assert (data / "recipe.toml").read_bytes() == before
