"""Conversations as tokens, in one plain form for every model, so that nothing depends on a chat template."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Encoder:
    """What turns a text into tokens, the token that ends an answer, and the longest row in tokens."""

    tokens: Callable[[str], list[int]]
    end: int
    longest: int

    def encode(self, messages: Sequence[Mapping[str, Any]] | None) -> tuple[list[int], list[bool]]:
        """Give the tokens of a conversation, and which of them are learned: what the assistant says, and its end.

        A conversation with a turn that is no text (images, calls of tools) has no tokens.
        """
        ids: list[int] = []
        learned: list[bool] = []
        for turn in messages or ():
            if not isinstance(turn.get("content"), str):
                return [], []
            answers = turn["role"] == "assistant"
            head = self.tokens(f"{turn['role'].capitalize()}:\n")
            said = [*self.tokens(turn["content"]), self.end] if answers else self.tokens(f"{turn['content']}\n\n")
            ids += head + said
            learned += [False] * len(head) + [answers] * len(said)
        return ids[: self.longest], learned[: self.longest]

    def question(self, messages: Sequence[Mapping[str, Any]]) -> list[int]:
        """Give the tokens before the last answer, and the words that begin one."""
        last = max(n for n, turn in enumerate(messages) if turn["role"] == "assistant")
        ids, _ = self.encode(messages[:last])
        return ids + self.tokens("Assistant:\n")


def of_bytes(longest: int) -> Encoder:
    """Take each byte for a token, for the tiny model."""
    return Encoder(lambda text: list(text.encode()), 256, longest)
