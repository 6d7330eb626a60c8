"""Tags as a model gave them, before they are checked one by one."""

from typing import Any, NamedTuple

__all__ = ["Form"]


class Form(NamedTuple):
    """Tags as a model gave them: the value in place of each tag, and its explanation."""

    name: str
    tags: list[Any]
    explanations: list[Any]

    @property
    def usable(self) -> bool:
        """Whether any of the tags is a text."""
        return any(isinstance(tag, str) for tag in self.tags)
