"""What the charts of the overview count: rows, figures, errors; each in one query.

Rows are counted by the range of an index that each day is. Of a million users in 90 days that takes
SQLite 45 ms, and adding them up by the day of their reader would take 365.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from carafe.config import ConfigError
from carafe.database import db
from carafe.database.counters import CounterBucket
from carafe.observability import store

# Moments: the first of each is in it, the second is not.
Periods = Sequence[tuple[datetime, datetime]]
Series = Callable[[Periods], Sequence[int]]


def rows(column: Any) -> Series:
    """How many rows have a time in each period. The column must begin an index."""
    own = column.property.columns[0]
    if all(own is not next(iter(index.columns), None) for index in own.table.indexes):
        name, key = f"{own.table.name}.{own.name}", own.name
        raise ConfigError(f"series.rows({name}): it has no index.", f'Add Index("…", "{key}").')
    return _in_app(PeriodCounts(func.count(), column))


def counter_series(name: str) -> Series:
    """How often something was counted as `carafe.database.counters` of that name."""
    return _in_app(
        PeriodCounts(func.sum(CounterBucket.count), CounterBucket.at, CounterBucket.name == name)
    )


def errors(periods: Periods) -> list[int]:
    """How many requests and jobs failed."""
    with store.get_store().connect() as connection:
        return ERRORS(
            connection.execute, [(int(a.timestamp()), int(z.timestamp())) for a, z in periods]
        )


class PeriodCounts:
    """A number of each period, in one query. Make one where the module is read.

    A statement for so many periods is put together once: that takes longer than to run it.
    """

    def __init__(self, what: Any, column: Any, *where: Any):
        self.what, self.column, self.where = what, column, where
        self.statement = cache(self._statement)

    def __call__(self, execute: Any, periods: Sequence[tuple[Any, Any]]) -> list[int]:
        values = {
            f"{end}{n}": moment
            for n, period in enumerate(periods)
            for end, moment in zip(("from", "to"), period, strict=True)
        }
        # Sums of none are None, and PostgreSQL's are decimals.
        return [int(number or 0) for number in execute(self.statement(len(periods)), values).one()]

    def _statement(self, count: int) -> Select[Any]:
        return select(*[self._of(f"from{n}", f"to{n}") for n in range(count)])

    def _of(self, start: str, end: str) -> Any:
        column = self.column
        least, most = (bindparam(name, type_=column.type) for name in (start, end))
        found = select(self.what).where(*self.where, column >= least, column < most)
        return found.scalar_subquery()


ERRORS = PeriodCounts(func.sum(store.error_count.c.count), store.error_count.c.starts_at)


def _in_app(each: PeriodCounts) -> Series:
    return lambda periods: each(db.session.execute, periods)
