"""What judges answer, in the shapes that models give it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instag.auditing.judge import Verdict, read_verdict
from instag.chat import Reply, Unreadable


def reply(content: str | None, finish: str | None = "stop", refusal: str | None = None) -> Reply:
    return Reply(bytes(16), content, finish, refusal)


@pytest.mark.parametrize(
    ("content", "right", "reason"),
    [
        ('{"reason": "It fits.", "right": true}', True, "It fits."),
        ('{"right": false, "reason": "It is about cats."}', False, "It is about cats."),
        ('```json\n{"reason": "x", "right": true}\n```', True, "x"),
        ('The tag fits.\n\n{"reason": "x", "right": true}\nThat is all.', True, "x"),
        ('<think>Not {"right": true}, rather…</think>{"reason": "x", "right": false}', False, "x"),
        ('{"reason": "first", "right": true}\nWait.\n{"reason": "second", "right": false}', False, "second"),
        ('{"Reason": "x", "RIGHT": "Yes"}', True, "x"),
        ('{"reason": null, "right": "wrong"}', False, ""),
        ('{"right": true}', True, ""),
        ("{'reason': 'x', 'right': true,}", True, "x"),
        ('{"reason": "it says \\"right\\": false", "right": true}', True, 'it says "right": false'),
    ],
)
def test_shapes(content: str, reason: str, *, right: bool) -> None:
    assert read_verdict(reply(content)) == Verdict(right, reason)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply("Yes, the tag is right."), "not JSON"),
        (reply('{"reason": "x"}'), "no verdict"),
        (reply('{"right": null}'), "no verdict"),
        (reply('{"right": "perhaps"}'), "no verdict"),
        (reply('{"right": 2}'), "no verdict"),
        (reply('{"right": true, "right": false}'), "no verdict"),
        (reply("[true]"), "no verdict"),
        (reply("true"), "no verdict"),
        (reply('{"reason": "x", "ri', "length"), "length"),
        (reply('{"reason": "x", "right": true}', "length"), "length"),
        (reply(None), "empty"),
        (reply(" \n"), "empty"),
        (reply("<think>Hm."), "empty"),
        (reply("", "stop", "I cannot judge this."), "refused"),
        (reply("", "content_filter"), "filtered"),
        (reply("x" * 2_000_000), "too large"),
    ],
)
def test_what_is_no_verdict(answer: Reply, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_verdict(answer)
    assert caught.value.reason == reason


def test_reasons_are_bounded() -> None:
    assert len(read_verdict(reply('{"right": true, "reason": "' + "x" * 50_000 + '"}')).reason) == 1_000


@given(st.none() | st.text(), st.sampled_from(["stop", "length", None, "content_filter"]))
def test_nothing_but_unreadable_is_raised(content: str | None, finish: str | None) -> None:
    with suppress(Unreadable):
        read_verdict(reply(content, finish))
