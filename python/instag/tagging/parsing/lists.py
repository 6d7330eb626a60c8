"""Tags in plain text: in lines, after bullets and numbers, between commas, in tables and in fields like YAML's."""

import re

from instag.tagging.parsing.form import Form
from instag.tagging.parsing.words import FIELDS, NAMES, TITLES, WHY, WRAPPERS, is_apology, is_name, is_tag, key_of

__all__ = ["list_of"]

# A list of tags is short; a longer text is something else.
LONGEST = 20_000
# Markers of chat templates around a text.
SPECIAL = re.compile(r"<\|[^|<>\n]{1,40}\|>|</?s>|<(?:start|end)_of_turn>(?:model|user)?|\[/?INST\]|<eos>|<bos>")
FENCE = re.compile(r"^\s*```[\w-]*\s*$", re.MULTILINE)
# JSON that could not be read, and code.
CODE = re.compile(
    r"://|^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|WITH|import|from|def|class|return|print|const|let|var|function)\b",
    re.MULTILINE,
)
MARKUP = re.compile(r"[{}｛｝［]|</?[A-Za-z!]|\[\s*[\"'“]")
ELEMENT = re.compile(r"<(\w+)>([^<>]*)</\1>")
EMPHASIS = re.compile(r"\*\*|__|`|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)")
BULLET = re.compile(
    r"(\s*)(?:[-*+•‣◦●▪–—·➤►▶✓✔✅☑→⇒❖◆■□★☆🔹🔸](?:\s*\[[ xX]\])?|\(?\d{1,3}[.):、．]|\(?[a-z]\)|[①-⑳])\s*(\S.*)"
)
RULE = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|?)+\s*")
FIELD = re.compile(r"\s*(?:[-*•]\s+)?([^\W\d_][\w '’-]{0,30}?)\s*(?:#?\d{1,3})?\s*(?:[:：=]|\s[-–—]\s)\s*(.*)")
# Between a tag and its explanation.
DASH = re.compile(r"\s*[:：]\s+|：|\s+(?:-{1,2}|–|—|->|=>|→)\s+|\s*\((?=[^()]*\)$)")
SEPARATORS = tuple(map(re.compile, (r"\s*[|｜]\s*", r"\s*[;；]\s*", r"\s*[,，、]\s*", r"\s+/\s+", r"\t+")))
# Tags in boxes, and numbers within a line.
BOXED = re.compile(r"[\[【]([^\[\]【】]+)[\]】]")
BOXES = re.compile(r"(?:\s*[\[【][^\[\]【】]+[\]】]){2,}\s*")
INLINE = re.compile(r"(?:^|\s)\(?\d{1,2}[.)]\s+")
# An answer within an element for it, and a field after another.
WRAPPED = re.compile(r"\s*<(\w+)>(.*)</\1>\s*", re.DOTALL)
BEHIND = re.compile(r"\s*[;,|–—-]\s+(?=([^\W\d_]+)\s*[:：])")
HASHTAG = re.compile(r"#([^\s#,，;、]+)")
LAST = re.compile(r"(?:and|or|und|et|y|e|и|和|以及)\s+", re.IGNORECASE)
# The most words of a tag that only its place identifies.
FEW = 4
NAMED = 6
PAIR = 2
HEADING = 6
# Words after a list that was only a try, and before one that is a plan.
RETHINKING = re.compile(
    r"\b(?:no|not|wait|actually|however|but|better|instead|rather|hmm+|reconsider|on second thought|draft)\b|不|等等",
    re.IGNORECASE,
)
PLANNING = re.compile(
    r"\b(?:steps?|plan|process|approach|consider|need to|analy[sz]\w+|instructions?|rules?|format)\b", re.IGNORECASE
)
GUESSING = re.compile(
    r"\b(?:draft|think|thinking|thoughts?|reasoning|maybe|perhaps|might|could|first)\b", re.IGNORECASE
)
CLOSING = 240


def list_of(text: str) -> Form | None:
    r"""Read a list of tags in a text that is not JSON.

    Parameters
    ----------
    text
        A model's answer without its thoughts.

    Returns
    -------
    Form or None
        With one of the names `elements` (`<tag>…</tag>`), `table`, `fields` (`tag: …` and `explanation: …`, a line each),
        `bullets`, `one line` (`tags: a, b`, or the list alone), and `lines`. None for prose, apologies, plans, drafts, and
        code.

    Examples
    --------
    >>> list_of("1. Math: It asks for a sum.\n2. Poetry")
    Form(name='bullets', tags=['Math', 'Poetry'], explanations=['It asks for a sum.', None])
    >>> list_of("I think it is about physics.")
    """
    if len(text) > LONGEST:
        return None
    text = FENCE.sub("", SPECIAL.sub("", text)).strip()
    if (wrapped := WRAPPED.fullmatch(text)) and key_of(wrapped[1]) in WRAPPERS:
        text = wrapped[2].strip()
    if is_apology(text):
        return None
    if found := _elements(text):
        return found
    if MARKUP.search(text) or CODE.search(text):
        return None
    text = BEHIND.sub(lambda found: "\n" if key_of(found[1]) in WHY else found[0], EMPHASIS.sub("", text))
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return next((form for recognise in RECOGNISERS if (form := recognise(lines))), None)


def _elements(text: str) -> Form | None:
    """`<tag>…</tag><explanation>…</explanation>`."""
    form = Form("elements", [], [])
    for name, inner in ELEMENT.findall(text):
        tags = _split(inner, NAMED) if is_name(name) or name == "li" else None
        if tags is not None:
            form.tags.extend(tags.tags)
            form.explanations.extend(tags.explanations)
        elif key_of(name) in WHY and form.tags:
            form.explanations[-1] = inner
    return form if form.tags else None


def _table(lines: list[str]) -> Form | None:
    """A table in Markdown, with the tags in the column with that heading, or in the first."""
    ruled = [place for place, line in enumerate(lines) if place and "|" in line and RULE.fullmatch(line)]
    if len(ruled) != 1:
        return None
    names = [key_of(name) for name in _cells(lines[ruled[0] - 1])]
    tag = next((place for place, name in enumerate(names) if name in NAMES), None)
    why = next((place for place, name in enumerate(names) if name in WHY), None)
    rows = [_cells(line) for line in lines[ruled[0] + 1 :] if "|" in line]
    if tag is None or not rows or any(len(row) <= max(tag, why or 0) for row in rows):
        return None
    tags = [row[tag] for row in rows]
    return Form("table", tags, [None if why is None else row[why] for row in rows]) if all(map(is_tag, tags)) else None


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _fields(lines: list[str]) -> Form | None:
    """`tag: …` and `explanation: …`, each on a line of its own."""
    form = Form("fields", [], [])
    fields = [FIELD.fullmatch(line) for line in lines]
    # A title is a tag only if there is an explanation.
    names = NAMES | TITLES if any(found and key_of(found[1]) in WHY for found in fields) else NAMES
    for line, found in zip(lines, fields, strict=True):
        name, value = (key_of(found[1]), found[2].strip()) if found else ("", "")
        if name in WHY and form.tags:
            form.explanations[-1] = value.strip("\"'")
        elif name in names and value:
            tag, why = _item(value)
            form.tags.append(tag)
            form.explanations.append(why)
        elif form.tags and form.explanations[-1] is None and line[0].isspace():
            form.explanations[-1] = line.strip()
    # One alone is a list on a line.
    several = len(form.tags) > 1 or any(form.explanations)
    return form if form.tags and several and all(map(is_tag, form.tags)) else None


def _bullets(lines: list[str]) -> Form | None:
    """The last list with bullets or numbers; nested lines explain the line before them."""
    places = [place for place, line in enumerate(lines) if BULLET.fullmatch(line)]
    if not places:
        return None
    last = places[-1]
    depth = min(_depth(lines[place]) for place in places)
    start = last
    while start and (start - 1 in places or _depth(lines[start - 1]) > depth):
        start -= 1
    end = last + 1
    while end < len(lines) and _depth(lines[end]) > depth:
        end += 1
    if not _introduces(lines[:start]) or not _concludes(lines[end:]):
        return None
    form = Form("bullets", [], [])
    for line in lines[start:end]:
        found = BULLET.fullmatch(line)
        if found and len(found[1]) <= depth:
            tag, why = _item(found[2])
            form.tags.append(tag)
            form.explanations.append(why)
        elif form.tags and form.explanations[-1] is None:
            form.explanations[-1] = _explanation(found[2] if found else line)
    return form if form.tags and all(map(is_tag, form.tags)) else None


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _explanation(line: str) -> str:
    found = FIELD.fullmatch(line)
    return found[2] if found and key_of(found[1]) in WHY else line.strip()


def _one_line(lines: list[str]) -> Form | None:
    """Tags between commas, pipes or hash signs, alone or after a label."""
    for place in reversed(range(len(lines))):
        found = FIELD.fullmatch(lines[place])
        if found and any(is_name(word) for word in found[1].split()) and found[2]:
            return _split(found[2], NAMED) if _concludes(lines[place + 1 :]) else None
    if len(lines) > 1 and not _introduces(lines[:1]):
        # A list, and a remark about it.
        lines = lines[:1] if _concludes(lines[1:]) and _is_about(lines[-1]) else lines
    if len(lines) > PAIR or (len(lines) == PAIR and not _introduces(lines[:1])):
        return None
    found = FIELD.fullmatch(lines[-1]) if lines else None
    line = found[2] if found and key_of(found[1]) in WRAPPERS else lines[-1] if lines else ""
    form = _split(line, FEW)
    return form if form and len(form.tags) > 1 else None


def _split(line: str, words: int) -> Form | None:
    line = line.strip().removesuffix(".")
    line = line if BOXES.fullmatch(line) else line.strip('[]()"')
    hashes = HASHTAG.findall(line)
    if hashes and not HASHTAG.sub("", line).strip(" ,;|、，"):
        return Form("one line", hashes, [None] * len(hashes))
    if boxes := BOXED.findall(line) if BOXES.fullmatch(line) else []:
        parts = boxes
    elif len(INLINE.findall(line)) > 1:
        parts = INLINE.split(line)
    else:
        separator = next((each for each in SEPARATORS if each.search(line)), None)
        parts = separator.split(line) if separator else [line]
    tags = [
        LAST.sub("", part, count=1).strip(" \"'“”‘’#") if place else part.strip(" \"'“”‘’#")
        for place, part in enumerate(parts)
    ]
    tags = [tag for tag in tags if tag]
    return Form("one line", tags, [None] * len(tags)) if tags and all(is_tag(tag, words) for tag in tags) else None


def _lines(lines: list[str]) -> Form | None:
    """A tag a line, all with explanations or all without, below a heading or alone."""
    if len(lines) > 1 and lines[0].rstrip().endswith((":", "：")) and _introduces(lines[:1]):
        lines = lines[1:]
    items = [_item(line) for line in lines]
    explained = [why is not None for _, why in items]
    apart = all(is_tag(tag, FEW) and key_of(tag) not in FIELDS for tag, _ in items)
    if len(items) < PAIR or not apart or any(explained) != all(explained):
        return None
    return Form("lines", [tag for tag, _ in items], [why for _, why in items])


def _item(text: str) -> tuple[str, str | None]:
    """A tag, and the explanation on its line."""
    if found := FIELD.fullmatch(text):
        text = found[2] if key_of(found[1]) in NAMES and found[2] else text
    tag, _, why = text, "", None
    if found := DASH.search(text):
        tag, why = text[: found.start()], text[found.end() :].strip(" \"'()")
    return tag.strip(" \"'“”‘’#,;:"), why or None


def _introduces(lines: list[str]) -> bool:
    """Whether the text before a list announces tags, or is irrelevant."""
    if not lines:
        return True
    last = lines[-1].strip()
    if is_apology(lines[0]) or GUESSING.search(last):
        return False
    if _is_about(last):
        return True
    if PLANNING.search(last):
        return False
    return len(last.split()) <= HEADING or last.endswith((":", "："))


def _is_about(line: str) -> bool:
    """Whether a line mentions tags."""
    return any(key_of(word.strip(":：,.!")) in NAMES for word in re.split(r"[\s#]+", line))


def _concludes(lines: list[str]) -> bool:
    """Whether the text after a list does not take it back."""
    text = " ".join(lines)
    return len(text) <= CLOSING and not RETHINKING.search(text) and not is_apology(text)


# The more markup a list has, the earlier it is tried.
RECOGNISERS = (_table, _fields, _bullets, _one_line, _lines)
