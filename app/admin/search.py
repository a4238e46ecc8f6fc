"""How a list is searched: by conditions that an index answers, whatever the number of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement

LAST = "\U0010ffff"


class Search(Protocol):
    """One way to find rows by what was typed."""

    label: str

    def condition(self, text: str) -> ColumnElement[bool]: ...


@dataclass
class Prefix:
    """Rows whose `column`, a `bytewise` one, begins with the text.

    `normalise` makes of the text what the column would hold.
    """

    column: Any
    label: str
    normalise: Any = str

    def condition(self, text: str) -> ColumnElement[bool]:
        first = self.normalise(text)
        if not (beyond := _beyond(first)):
            return self.column >= first  # type: ignore[no-any-return]
        return (self.column >= first) & (self.column < beyond)  # type: ignore[no-any-return]


def _beyond(text: str) -> str:
    """The first text behind all that begin with this one."""
    text = text.rstrip(LAST)
    following = chr(ord(text[-1]) + 1) if text else ""
    if "\ud800" <= following <= "\udfff":  # halves of characters, which no text has
        following = "\ue000"
    return text[:-1] + following


@dataclass
class Exact:
    """Rows whose `column` is the text as a whole."""

    column: Any
    label: str

    def condition(self, text: str) -> ColumnElement[bool]:
        return self.column == text  # type: ignore[no-any-return]
