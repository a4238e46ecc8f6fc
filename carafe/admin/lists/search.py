"""Searches of lists, with conditions that an index supports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    bindparam,
    column,
    false,
    func,
    inspect,
    literal_column,
    or_,
    select,
    table,
)

from carafe.admin.schema import Attribute, Query, count_rows
from carafe.database import db
from carafe.database.search_tokens import fts5_query, tokenize, tsquery

MAX_CHARACTER = "\U0010ffff"


@runtime_checkable
class Search(Protocol):
    """A way to find rows by a text."""

    label: str

    def condition(self, text: str) -> ColumnElement[bool]:
        """Return the condition for rows that match a text."""
        ...

    def exact(self, text: str) -> ColumnElement[bool]:
        """Return the condition for rows with exactly this text."""
        ...


@dataclass
class Prefix:
    """Finds rows whose `column`, with binary collation, starts with the text.

    `normalize` converts a text to the form in which the column stores it.
    """

    column: Attribute
    label: str
    normalize: Callable[[str], str] = str

    def condition(self, text: str) -> ColumnElement[bool]:
        start = self.normalize(text)
        if not (end := _upper_bound(start)):
            return self.column >= start
        return (self.column >= start) & (self.column < end)

    def exact(self, text: str) -> ColumnElement[bool]:
        return self.column == self.normalize(text)


def _upper_bound(text: str) -> str:
    """Return the first text after all texts that start with this one, or "" if no text does."""
    text = text.rstrip(MAX_CHARACTER)
    following = chr(ord(text[-1]) + 1) if text else ""
    if "\ud800" <= following <= "\udfff":  # Surrogates are not valid in a text.
        following = "\ue000"
    return text[:-1] + following


@dataclass
class Exact:
    """Finds rows whose `column` equals the text."""

    column: Attribute
    label: str

    def condition(self, text: str) -> ColumnElement[bool]:
        return self.column == text

    exact = condition


class FullTextMatch(NamedTuple):
    """Conditions for matching rows: one finds them by the index, one checks a single row.

    `ids` is the query for the matching rows, which can be counted up to a limit.
    """

    condition: ColumnElement[bool]
    row_condition: ColumnElement[bool]
    ids: Query


class FullText:
    """Finds rows that have a word starting with each word of the text, in any of the columns.

    A migration adds the index: see `carafe.database.fulltext`. A text with an "@" is searched as
    the start of the column `address`, since words such as "com" match most rows.
    """

    # With more matches, rows are checked one by one, which takes five times as long on SQLite.
    MAX_MATCHES: ClassVar = {"sqlite": 50_000, "postgresql": 10_000}

    def __init__(self, label: str, *columns: Attribute, address: Attribute | None = None):
        self.label, self.columns = label, columns
        self.addresses = None if address is None else Prefix(address, label, str.lower)
        self.model = columns[0].class_
        self.key = inspect(self.model).primary_key[0]
        self.index = table(f"{self.key.table.name}_search", column("id"), column("words"))

    def condition(self, text: str) -> ColumnElement[bool]:
        match, limit = self.match(text), self.MAX_MATCHES[db.engine.dialect.name]
        is_small = count_rows(match.ids, limit) <= limit
        return match.condition if is_small else match.row_condition

    def exact(self, text: str) -> ColumnElement[bool]:
        columns = [func.lower(column) == text.lower() for column in self.columns]
        return self.condition(text) & or_(*columns)

    def match(self, text: str) -> FullTextMatch:
        """Return the conditions for rows with these words."""
        if self.addresses and "@" in text[1:]:
            return self._by_condition(self.addresses.condition(text))
        if not (words := tokenize(text)):
            return self._by_condition(false())
        by_index = {"sqlite": self._by_fts5, "postgresql": self._by_gin}[db.engine.dialect.name]
        ids, row_condition = by_index(words)
        return FullTextMatch(self.key.in_(ids), row_condition, ids)

    def _by_condition(self, condition: ColumnElement[bool]) -> FullTextMatch:
        return FullTextMatch(condition, condition, select(self.key).where(condition))

    def _by_fts5(self, words: list[str]) -> tuple[Query, ColumnElement[bool]]:
        match = literal_column(self.index.name).op("MATCH")(fts5_query(words))
        row_condition = func.has_words(" ".join(words), *self.columns, type_=Boolean)
        return select(column("rowid")).select_from(self.index).where(match), row_condition

    def _by_gin(self, words: list[str]) -> tuple[Query, ColumnElement[bool]]:
        # As a literal: for a parameter, the planner would expect few matching rows.
        parameter: BindParameter[str] = bindparam(None, tsquery(words), literal_execute=True)
        query = func.to_tsquery(literal_column("'simple'"), parameter)
        index = self.index
        match = index.c.words.op("@@", is_comparison=True)(query)
        row_words = select(index.c.words).where(index.c.id == self.key).scalar_subquery()
        row_condition = row_words.op("@@", is_comparison=True, return_type=Boolean())(query)
        return select(index.c.id).where(match), row_condition
