"""How a list is searched: by conditions that an index answers, whatever the number of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
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

from carafe.database import db
from carafe.database.search_tokens import fts5_query, tokenize, tsquery

MAX_CHARACTER = "\U0010ffff"


@runtime_checkable
class Search(Protocol):
    """One way to find rows by what was typed."""

    label: str

    def condition(self, text: str) -> ColumnElement[bool]:
        """What the rows meet that are found."""
        ...

    def exact(self, text: str) -> ColumnElement[bool]:
        """What those meet whose value is the text as a whole."""
        ...


@dataclass
class Prefix:
    """Rows whose `column`, a `binary_collated` one, begins with the text.

    `normalise` makes of the text what the column would hold.
    """

    column: Any
    label: str
    normalise: Any = str

    def condition(self, text: str) -> ColumnElement[bool]:
        first = self.normalise(text)
        if not (beyond := _upper_bound(first)):
            return self.column >= first  # type: ignore[no-any-return]
        return (self.column >= first) & (self.column < beyond)  # type: ignore[no-any-return]

    def exact(self, text: str) -> ColumnElement[bool]:
        return self.column == self.normalise(text)  # type: ignore[no-any-return]


def _upper_bound(text: str) -> str:
    """The first text behind all that begin with this one."""
    text = text.rstrip(MAX_CHARACTER)
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

    exact = condition


class FullTextMatch(NamedTuple):
    """What rows meet, for those who gather them and for those who look at one after the other.

    `number` is how many there are, of many at least so, where that was counted.
    """

    subquery_condition: ColumnElement[bool]
    met: ColumnElement[bool]
    number: int | None = None


class FullText:
    """Rows with words that begin like those of the text, each in any of the columns.

    A migration makes them searchable: see `carafe.database.fulltext`. What has an @ is looked for
    as the begin of the `address`, where there is such a column: of a million, most are "com".
    """

    # So many are gathered, of more each row is looked at: on SQLite that takes five times as long.
    MAX_MATCHES: ClassVar = {"sqlite": 50_000, "postgresql": 10_000}

    def __init__(self, label: str, *columns: Any, address: Any = None):
        self.label, self.columns = label, columns
        self.addresses = None if address is None else Prefix(address, label, str.lower)
        self.model = columns[0].class_
        self.key = inspect(self.model).primary_key[0]
        self.index = table(f"{self.key.table.name}_search", column("id"), column("words"))

    def condition(self, text: str) -> ColumnElement[bool]:
        return self.find(text).met

    def exact(self, text: str) -> ColumnElement[bool]:
        columns = [func.lower(one) == text.lower() for one in self.columns]
        return self.condition(text) & or_(*columns)

    def find(self, text: str) -> FullTextMatch:
        """Both conditions that rows with these words meet, and how many do, up to `MOST`."""
        if self.addresses and "@" in text[1:]:
            condition = self.addresses.condition(text)
            return FullTextMatch(condition, condition)
        if not (wanted := tokenize(text)):
            return FullTextMatch(false(), false(), 0)
        dialect = db.engine.dialect.name
        gathered, row_condition = {"sqlite": self._by_fts5, "postgresql": self._by_gin}[dialect](
            wanted
        )
        some = gathered.limit(self.MAX_MATCHES[dialect] + 1).subquery()
        number = db.session.scalar(select(func.count()).select_from(some)) or 0
        among = self.key.in_(gathered)
        return FullTextMatch(
            among, among if number <= self.MAX_MATCHES[dialect] else row_condition, number
        )

    def _by_fts5(self, wanted: list[str]) -> tuple[Select[Any], ColumnElement[bool]]:
        match = literal_column(self.index.name).op("MATCH")(fts5_query(wanted))
        row_condition = func.has_words(" ".join(wanted), *self.columns, type_=Boolean)
        return select(column("rowid")).select_from(self.index).where(match), row_condition

    def _by_gin(self, wanted: list[str]) -> tuple[Select[Any], ColumnElement[bool]]:
        # Written out: of words that it does not know the planner would expect few rows.
        given: Any = bindparam(None, tsquery(wanted), literal_execute=True)
        query = func.to_tsquery(literal_column("'simple'"), given)
        index = self.index
        match = index.c.words.op("@@", is_comparison=True)(query)
        own = select(index.c.words).where(index.c.id == self.key).scalar_subquery()
        row_condition = own.op("@@", is_comparison=True, return_type=Boolean())(query)
        return select(index.c.id).where(match), row_condition
