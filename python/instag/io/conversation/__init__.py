"""The conversation: every layout is read as turns of a role, and every layout is written from them.

============  ============================================================
columns       the names of columns, by all the names in use
speech        types that can hold speech
kinds         the columns of each kind of layout
layout        the layout of a table, by its columns
maps          turns that are maps, as records
roles         who speaks, by all the names in use
content       what is said in a turn: its text, and the parts of it
choices       questions with several answers to choose from
calls         calls of tools, as a list and as the JSON of a turn
utterance     one element of a conversation, as whoever wrote it has it
saved         turns as chat programs save them, in versions and steps
tree          trees of messages with their replies
template      texts that are made with a chat template, taken apart
chat          a conversation in one value
conversation  the turns of a row, in whatever layout they came
preference    answers that were chosen, and rejected
table         the columns of tables of messages
message       one row of a table of messages
mixed         rows of several layouts in one table
detection     the layout of data whose rows have to be looked at
queries       what the users said, as expressions on the columns
samples       what the users said in each sample of a frame
speakers      who speaks, and how often, in rows that come batch by batch
texts         all that is said in a row, or all of one side
turns         who spoke in each row, and what was said
nearest       what to say where no layout fits
spelling      the turns of a conversation in the columns of a format
placement     what is made of columns stands in their place
branching     a row for each way through a tree of messages
targets       from conversations to a trainer's layout
============  ============================================================
"""
