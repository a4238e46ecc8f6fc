"""Series of counts for charts of the overview: rows, counters, and errors, each with one query.

Rows are counted by an index range for each day. For a million users in 90 days, this takes SQLite
45 ms; grouping them by day would take 365 ms.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Result, bindparam, func, select

from carafe.admin.schema import Attribute, Expression, Query, table_column
from carafe.config import ConfigError
from carafe.database import db
from carafe.database.counters import CounterBucket
from carafe.observability import store

# Start (inclusive) and end (exclusive) of each period.
Periods = Sequence[tuple[datetime, datetime]]
Series = Callable[[Periods], Sequence[int]]


def rows(attribute: Attribute) -> Series:
    """Return the number of rows in each period, by a column that an index begins with."""
    column = table_column(attribute)
    if all(column is not next(iter(index.columns), None) for index in column.table.indexes):
        name, key = f"{column.table.name}.{column.name}", column.name
        raise ConfigError(
            f"series.rows({name}): {name} isn't indexed.", f'Add Index("…", "{key}").'
        )
    return _in_app(PeriodCounts(func.count(), attribute))


def counter_series(name: str) -> Series:
    """Return the series of a counter of `carafe.database.counters`."""
    return _in_app(
        PeriodCounts(func.sum(CounterBucket.count), CounterBucket.at, CounterBucket.name == name)
    )


def errors(periods: Periods) -> list[int]:
    """Return the numbers of failed requests and jobs: a series."""
    with store.get_store().connect() as connection:
        return ERRORS(
            connection.execute,
            [(int(start.timestamp()), int(end.timestamp())) for start, end in periods],
        )


class PeriodCounts:
    """An aggregate of each period, with one query. Create instances when a module is imported.

    Queries are cached by the number of periods, since building one takes longer than running it.
    """

    def __init__(
        self,
        aggregate: Expression,
        column: Attribute | Expression,
        *conditions: ColumnElement[bool],
    ):
        self.aggregate, self.column, self.conditions = aggregate, column, conditions
        self.query = cache(self._build_query)

    def __call__(
        self,
        execute: Callable[..., Result[*tuple[Any, ...]]],
        periods: Sequence[tuple[object, object]],
    ) -> list[int]:
        values = {
            f"{end}{n}": value
            for n, period in enumerate(periods)
            for end, value in zip(("from", "to"), period, strict=True)
        }
        # The sum of no rows is None, and sums are decimals on PostgreSQL.
        return [int(count or 0) for count in execute(self.query(len(periods)), values).one()]

    def _build_query(self, count: int) -> Query:
        return select(*[self._subquery(f"from{n}", f"to{n}") for n in range(count)])

    def _subquery(self, start: str, end: str) -> Expression:
        column = self.column
        minimum, maximum = (bindparam(name, type_=column.type) for name in (start, end))
        query = select(self.aggregate).where(*self.conditions, column >= minimum, column < maximum)
        return query.scalar_subquery()


ERRORS = PeriodCounts(func.sum(store.error_count.c.count), store.error_count.c.starts_at)


def _in_app(counts: PeriodCounts) -> Series:
    return lambda periods: counts(db.session.execute, periods)
