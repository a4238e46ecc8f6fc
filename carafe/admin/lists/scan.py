"""Searches for rows in the order of an index, in steps, for as long as a page may take.

A step examines a number of rows, whether they match or not. A search that stops early knows which
rows it has examined, and continues from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import ColumnElement, bindparam, tuple_

from carafe.admin.schema import Attribute, Query, ResultRow
from carafe.database import db
from carafe.web.pagination import Position, bounds, is_beyond, order_by

# Rows in the first step, and in the largest: a few milliseconds.
FIRST_STEP, MAX_STEP = 1_000, 16_000
# Run at least this many, even on a busy machine: most pages need no more.
MIN_STEPS = 2


@dataclass(frozen=True)
class Scan:
    """`keys` order the rows of `query`, of which it returns those that meet `condition`."""

    query: Query
    condition: ColumnElement[bool]
    keys: Sequence[Attribute]
    descending: bool

    def run(
        self, position: Position, limit: int, ends_at: float
    ) -> tuple[list[ResultRow], Sequence[object]]:
        """Return the first matching rows beyond a position, and where the search was stopped.

        That is (): at the end of the list, or with as many rows as the limit. `ends_at` is the
        time to stop, by `time.monotonic`.
        """
        rows: list[ResultRow] = []
        at, step, steps = position.keys, FIRST_STEP, 0
        while True:
            began_at = monotonic()
            end = self._end_of_step(position, at, step)
            rows += self._matching_rows(position, at, end, limit - len(rows))
            if end is None or len(rows) == limit:
                return rows, ()
            at, step, steps = end, min(2 * step, MAX_STEP), steps + 1
            # The next step takes longer than this one.
            if steps >= MIN_STEPS and 2 * monotonic() - began_at > ends_at:
                return rows, at

    def _end_of_step(
        self, position: Position, at: Sequence[object], step: int
    ) -> Sequence[object] | None:
        """Return the keys of the last row of a step, or None if fewer rows are left."""
        query = self._beyond(position, at).offset(step - 1).limit(1)
        return db.session.connection().execute(query, bounds(at)).first()

    def _matching_rows(
        self, position: Position, at: Sequence[object], end: Sequence[object] | None, limit: int
    ) -> Sequence[ResultRow]:
        query = self._beyond(position, at).where(self.condition).limit(limit)
        values = bounds(at)
        if end is not None:
            left, right = tuple_(*self.keys), tuple_(*self._end_parameters())
            query = query.where(left >= right if self._is_descending(position) else left <= right)
            values |= {f"end_{n}": value for n, value in enumerate(end)}
        return db.session.connection().execute(query, values).all()

    def _beyond(self, position: Position, at: Sequence[object]) -> Query:
        is_descending = self._is_descending(position)
        query = self.query.where(is_beyond(self.keys, is_descending)) if at else self.query
        return query.order_by(*order_by(self.keys, is_descending))

    def _is_descending(self, position: Position) -> bool:
        return position.backward != self.descending

    def _end_parameters(self) -> list[ColumnElement[object]]:
        return [bindparam(f"end_{n}", type_=key.type) for n, key in enumerate(self.keys)]
