"""The content of a turn: its text, and its parts."""

from typing import Any

from instag.io.json.text import dump

SPOKEN = ("text", "value", "content")


def text_of(content: Any) -> str:
    r"""Find the text of parsed content: the same text that the expressions on columns find.

    Parameters
    ----------
    content
        A text, a part, or a list of parts.

    Returns
    -------
    str
        The texts of all parts, a line each.

    Examples
    --------
    >>> text_of([{"type": "text", "text": "look"}, {"type": "image"}, "here"])
    'look\nhere'
    """
    if isinstance(content, str):
        return content
    if isinstance(content, list) and _is_marked_up(content):
        return "".join(part if isinstance(part, str) else part["text"] for part in content)
    if isinstance(content, list):
        return "\n".join(text for part in content if (text := piece(part)) is not None)
    return (piece(content) or "") if isinstance(content, dict) or content is None else dump(content)


def _is_marked_up(content: list[Any]) -> bool:
    """Whether this is one text, with objects for its links, bold words and so on, as messengers export it."""
    marks = [part for part in content if not isinstance(part, str)]
    return 0 < len(marks) < len(content) and all(
        isinstance(part, dict)
        and isinstance(part.get("text"), str)
        and not str(part.get("type") or "text").endswith("text")
        for part in marks
    )


def piece(part: Any) -> str | None:
    """Find the text of one part of a turn's parsed content.

    Parameters
    ----------
    part
        A string, or a dict with its text.

    Returns
    -------
    str or None
        The text; None if the part is an image or a sound.

    Examples
    --------
    >>> piece({"type": "text", "text": "hi"})
    'hi'
    """
    if not isinstance(part, dict):
        return part if isinstance(part, str) else None
    if not str(part.get("type") or "text").endswith("text"):
        return None
    held = part.get("text")
    if isinstance(held, dict):
        part = part | {"text": held.get("value")}
    return next((text for name in SPOKEN if isinstance(text := part.get(name), str)), None)


def content_of(value: Any) -> Any:
    """Return text as it is, a part of text as its text, and any other part as a list of one."""
    if isinstance(value, dict):
        nested = value.get("parts")
        if isinstance(nested, list) and all(isinstance(part, str) for part in nested):
            return "\n".join(nested)
        text = piece(value)
        return [value] if text is None else text
    if isinstance(value, list):
        # OpenAI's assistants keep the annotations of a text beside it; without any, the text is all that there is.
        return [{**part, "text": piece(part)} if _is_noted(part) else part for part in value]
    return value if value is None or isinstance(value, str) else dump(value)


def _is_noted(part: Any) -> bool:
    held = part.get("text") if isinstance(part, dict) else None
    return isinstance(held, dict) and isinstance(held.get("value"), str) and not held.get("annotations")


def words_of(value: Any) -> str | None:
    """Find the words of what should be text alone, in whatever parts it comes.

    Parameters
    ----------
    value
        A text, a part, a list of parts, or ``{"parts": [...]}``.

    Returns
    -------
    str or None
        The texts of all parts, a line each; None if it holds anything but text.

    Examples
    --------
    >>> words_of([{"text": "Be brief."}]), words_of({"parts": [{"text": "Be kind."}]}), words_of({"a": 1})
    ('Be brief.', 'Be kind.', None)
    """
    if isinstance(value, dict) and isinstance(value.get("parts"), list):
        value = value["parts"]
    texts = [piece(part) for part in value] if isinstance(value, list) else [piece(value)]
    return None if None in texts else "\n".join(text for text in texts if text is not None)


def kind_of(part: Any) -> Any:
    """Name the kind of a part: an image, a use of a tool; None if it does not say."""
    return part.get("type") if isinstance(part, dict) else None
