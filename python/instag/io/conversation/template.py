"""Chat templates: a text in the form that a model is trained on, taken apart into the turns it was made from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from instag.io.conversation.roles import role_of

__all__ = ["TEMPLATES", "best", "fits", "is_marked", "split", "stripped"]

Turn = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """How the turns of a template begin, and what is left out of their texts.

    Parameters
    ----------
    header
        What stands before a turn; its first group names the speaker.
    marks
        Words of which every such text has one; they are looked for first, because that is fast.
    ends
        What the template puts around texts.
    strict
        Whether a text must begin with a header, because such headers also occur in plain text.
    least
        How many headers there must be.
    opener
        Who speaks before the first header. If it is the user, a text without a header is all the user's.
    """

    header: re.Pattern[str]
    marks: tuple[str, ...]
    ends: tuple[str, ...] = ()
    strict: bool = False
    least: int = 1
    opener: str = "system"


BOUNDS = ("<s>", "</s>", "<|endoftext|>")

TEMPLATES: dict[str, Template] = {
    "chatml": Template(re.compile(r"<\|im_start\|>\s*(\w+)[^\S\n]*\n?"), ("<|im_start|>",), ("<|im_end|>", *BOUNDS)),
    "llama3": Template(
        re.compile(r"<\|(?:start_header_id|header_start)\|>\s*(\w+)\s*<\|(?:end_header_id|header_end)\|>"),
        ("<|start_header_id|>", "<|header_start|>"),
        ("<|begin_of_text|>", "<|eot_id|>", "<|eom_id|>", "<|eot|>", "<|end_of_text|>"),
    ),
    "llama2": Template(re.compile(r"(\[SYSTEM_PROMPT\]|\[/?INST\])"), ("[INST]",), (*BOUNDS, "[/SYSTEM_PROMPT]")),
    "gemma": Template(
        re.compile(r"<start_of_turn>\s*(\w+)[^\S\n]*\n?"), ("<start_of_turn>",), ("<end_of_turn>", "<bos>", "<eos>")
    ),
    "command": Template(
        re.compile(r"<\|START_OF_TURN_TOKEN\|><\|(\w+?)_TOKEN\|>"),
        ("<|START_OF_TURN_TOKEN|>",),
        ("<|END_OF_TURN_TOKEN|>", "<BOS_TOKEN>"),
    ),
    "deepseek": Template(
        re.compile("<\uff5c(User|Assistant)\uff5c>"),
        ("<\uff5cUser\uff5c>",),
        ("<\uff5cbegin\u2581of\u2581sentence\uff5c>", "<\uff5cend\u2581of\u2581sentence\uff5c>"),
    ),
    "phi": Template(
        re.compile(
            r"<\|(user|assistant|system|tool|human|bot|moss|prompter|observation|model|gpt|ai|function)\|>:?",
            re.IGNORECASE,
        ),
        ("<|user|>", "<|User|>", "<|USER|>", "<|human|>", "<|Human|>", "<|prompter|>"),
        ("<|end|>", "<eoh>", "<eom>", "<eoa>", "[gMASK]", "<sop>", *BOUNDS),
    ),
    "h2ogpt": Template(re.compile(r"<(human|bot)>:", re.IGNORECASE), ("<human>:", "<Human>:")),
    "baize": Template(re.compile(r"\[\|(Human|AI|Assistant|User|System)\|\]:?", re.IGNORECASE), ("[|",)),
    "granite": Template(
        re.compile(r"<\|start_of_role\|>\s*(\w+)\s*<\|end_of_role\|>"), ("<|start_of_role|>",), ("<|end_of_text|>",)
    ),
    "harmony": Template(
        re.compile(r"<\|start\|>(\w+)(?:<\|channel\|>(?P<channel>\w+))?<\|message\|>"),
        ("<|start|>user", "<|start|>system"),
        ("<|end|>", "<|return|>"),
    ),
    "openchat": Template(
        re.compile(r"(?:GPT4 Correct|GPT4|Code|Math Correct) (User|Assistant|System):"),
        ("Correct User:", "GPT4 User:", "Code User:"),
        ("<|end_of_turn|>", *BOUNDS),
    ),
    "nemo": Template(
        re.compile(r"\s*<extra_id_[01]>(System|User|Assistant)[^\S\n]*\n?"), ("<extra_id_1>",), opener="user"
    ),
    "alpaca": Template(
        re.compile(
            r"(?:^|(?<=\n))[^\S\n]*#{2,3}[^\S\n]*(Instruction|Input|Context|Response|Output|Question|Answer|User|Human|Assistant|"
            r"System)[^\S\n]*(?::[^\S\n]*\n?|\n)|###[^\S\n]*(Human|Assistant|User|System):"
        ),
        ("## ",),
        BOUNDS,
    ),
    "vicuna": Template(
        re.compile(r"(?:^|(?<=\s)|(?<=</s>))(USER|ASSISTANT|SYSTEM|GPT|FUNCTION RESPONSE):"),
        ("USER:",),
        BOUNDS,
        strict=True,
    ),
    "human": Template(
        re.compile(r"(?:^|(?<=\n))[^\S\n]*(Human|Assistant|User|AI|Bot|System):"),
        ("Human:", "User:"),
        BOUNDS,
        strict=True,
    ),
    "qa": Template(
        re.compile(r"(?:^|(?<=\n))[^\S\n]*(?:\[Round \d+\]\s*)?(Q|A|Question|Answer|\u95ee|\u7b54)[:\uff1a]"),
        ("Q:", "Question:", "\u95ee\uff1a", "\u95ee:"),
        BOUNDS,
        strict=True,
        least=2,
    ),
}
# Special tokens of other templates.
MARKED = re.compile(r"<\|[A-Za-z_]+\|>|\[/?INST\]|</s>")

# The roles that the headers of Alpaca's prompts stand for.
HEADERS = {"instruction": "user", "question": "user", "input": "input", "context": "input", "response": "assistant"} | {
    "output": "assistant",
    "answer": "assistant",
    "[inst]": "user",
    "[/inst]": "assistant",
    "function response": "tool",
    "[system_prompt]": "system",
    "q": "user",
    "a": "assistant",
    "\u95ee": "user",
    "\u7b54": "assistant",
}
LLAMA_SYSTEM = re.compile(r"\s*<<SYS>>(.*?)<</SYS>>", re.DOTALL)
# If headers look like plain text, more characters before the first one are hardly the opening of a template.
OPENING = 600


def split(text: str, name: str) -> list[Turn] | None:
    r"""Take a text apart.

    Parameters
    ----------
    text
        The text.
    name
        One of :data:`TEMPLATES`.

    Returns
    -------
    list of dict or None
        Its turns, without an empty one at the end, which only invites an answer; None if the text is not of this
        template. What stands before the first turn is the system's.

    Examples
    --------
    >>> split("<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\nSo.<|im_end|>\n", "chatml")
    [{'role': 'user', 'content': 'Why?'}, {'role': 'assistant', 'content': 'So.'}]
    """
    template = TEMPLATES[name]
    if not any(mark in text for mark in template.marks):
        return None
    headers = list(template.header.finditer(text))
    if len(headers) < template.least:
        return None
    opening = _inner(text[: headers[0].start()], template)
    if template.strict and opening and (len(opening) > OPENING or len(headers) == 1):
        return None
    turns: list[Turn] = [{"role": template.opener, "content": opening}] if opening else []
    for header, following in zip(headers, [*headers[1:], None], strict=True):
        said = _inner(text[header.end() : following.start() if following else len(text)], template)
        named = next(group for group in header.groups() if group is not None).lower()
        role = HEADERS.get(named) or role_of(named)
        if role is None or (role == "input" and not (turns and turns[-1]["role"] == "user")):
            return None
        if name == "llama2" and (rules := LLAMA_SYSTEM.match(said)):
            turns.append({"role": "system", "content": rules[1].strip()})
            said = said[rules.end() :].strip()
        _add(turns, role, said, header.groupdict().get("channel"))
    while turns and not turns[-1]["content"] and "thinking" not in turns[-1]:
        turns.pop()
    spoken = [turn["role"] for turn in turns if turn["role"] != "system"]
    return turns if spoken and spoken[0] == "user" else None


def _add(turns: list[Turn], role: str, said: str, channel: str | None) -> None:
    """Add what was said to the turns: an input to what was asked, an answer to what was thought before it."""
    if role == "input":
        turns[-1]["content"] = "\n".join(filter(None, (turns[-1]["content"], said)))
    elif channel == "analysis":
        turns.append({"role": role, "content": "", "thinking": said})
    elif turns and not turns[-1]["content"] and "thinking" in turns[-1]:
        turns[-1]["content"] = said
    else:
        turns.append({"role": role, "content": said})


def best(texts: Iterable[str]) -> tuple[str | None, int]:
    """Find the template of texts.

    Parameters
    ----------
    texts
        The texts.

    Returns
    -------
    tuple
        The template that takes the most of them apart, and how many; None and 0 if none does.

    Examples
    --------
    >>> best(["<human>: Why? <bot>: So.", "plain"])
    ('h2ogpt', 1)
    """
    texts = list(texts)
    counts = {name: sum(split(text, name) is not None for text in texts) for name in TEMPLATES}
    name = max(counts, key=lambda each: counts[each])
    return (name, counts[name]) if counts[name] else (None, 0)


def fits(text: str, name: str) -> bool:
    """Tell whether a text is made with a template, or is one of its first questions by itself.

    Parameters
    ----------
    text
        The text.
    name
        One of :data:`TEMPLATES`.

    Examples
    --------
    >>> fits("Why?", "nemo"), fits("Why?", "chatml")
    (True, False)
    """
    template = TEMPLATES[name]
    alone = template.opener == "user" and not any(mark in text for mark in template.marks)
    return alone or split(text, name) is not None


def is_marked(text: str) -> bool:
    """Tell whether a text has marks as chat templates have them.

    Parameters
    ----------
    text
        The text.

    Examples
    --------
    >>> is_marked("<|speaker|>Why?<|over|>")
    True
    """
    return MARKED.search(text) is not None


def stripped(text: str, name: str) -> str:
    """Take away what a template puts around an answer that stands by itself.

    Parameters
    ----------
    text
        The answer.
    name
        One of :data:`TEMPLATES`.

    Examples
    --------
    >>> stripped("So.<|im_end|>", "chatml")
    'So.'
    """
    return _inner(text, TEMPLATES[name])


def _inner(text: str, template: Template) -> str:
    """Strip what a template puts around a text."""
    text = text.strip()
    stripped = True
    while stripped:
        stripped = False
        for end in template.ends:
            if text.startswith(end):
                text, stripped = text[len(end) :].lstrip(), True
            if end and text.endswith(end):
                text, stripped = text[: -len(end)].rstrip(), True
    return text
