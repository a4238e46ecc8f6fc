"""Searches for rows in the order of an index, in steps, for as long as a page may take.

A step examines a number of rows, whether they match or not. A search that stops early knows which
rows it has examined, and continues from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from time import monotonic

from sqlalchemy import ColumnElement, bindparam, tuple_

from carafe.admin.schema import Attribute, Query, ResultRow
from carafe.database import db
from carafe.web.pagination import Position, bounds, is_beyond, order_by

# Rows in the first step, and in the largest: a few milliseconds.
FIRST_STEP, MAX_STEP = 1_000, 16_000
# Run at least this many, even on a busy machine: most pages need no more.
MIN_STEPS = 2


class Scan:
    """`keys` order the rows of `query`, of which it returns those that meet `condition`."""

    def __init__(
        self,
        query: Query,
        condition: ColumnElement[bool],
        keys: Sequence[Attribute],
        *,
        descending: bool,
    ):
        self.query, self.condition, self.keys = query, condition, keys
        self.descending = descending
        # Steps differ only in values, and building a statement takes as long as a short step.
        self._end_query = cache(self._build_end_query)
        self._matching_query = cache(self._build_matching_query)

    def run(
        self, position: Position, limit: int, ends_at: float
    ) -> tuple[list[ResultRow], Sequence[object]]:
        """Return the first matching rows beyond a position, and where the search was stopped.

        That is (): at the end of the list, or with as many rows as the limit. `ends_at` is the
        time to stop, by `time.monotonic`.
        """
        rows: list[ResultRow] = []
        descending = position.backward != self.descending
        at, step, steps = position.keys, FIRST_STEP, 0
        while True:
            began_at = monotonic()
            end = self._end_of_step(at, step, descending=descending)
            rows += self._matching_rows(at, end, limit - len(rows), descending=descending)
            if end is None or len(rows) == limit:
                return rows, ()
            at, step, steps = end, min(2 * step, MAX_STEP), steps + 1
            # The next step takes longer than this one.
            if steps >= MIN_STEPS and 2 * monotonic() - began_at > ends_at:
                return rows, at

    def _end_of_step(
        self, at: Sequence[object], step: int, *, descending: bool
    ) -> Sequence[object] | None:
        """Return the keys of the last row of a step, or None if fewer rows are left."""
        query = self._end_query(bool(at), descending)
        return db.session.connection().execute(query, {**bounds(at), "skipped": step - 1}).first()

    def _matching_rows(
        self,
        at: Sequence[object],
        end: Sequence[object] | None,
        limit: int,
        *,
        descending: bool,
    ) -> Sequence[ResultRow]:
        query = self._matching_query(bool(at), end is not None, descending)
        ends = {f"end_{n}": value for n, value in enumerate(end or ())}
        values = {**bounds(at), **ends, "limit": limit}
        return db.session.connection().execute(query, values).all()

    def _build_end_query(self, has_start: bool, descending: bool) -> Query:
        return self._beyond(has_start, descending).offset(bindparam("skipped")).limit(1)

    def _build_matching_query(self, has_start: bool, has_end: bool, descending: bool) -> Query:
        query = self._beyond(has_start, descending).where(self.condition)
        if has_end:
            ends = [bindparam(f"end_{n}", type_=key.type) for n, key in enumerate(self.keys)]
            left, right = tuple_(*self.keys), tuple_(*ends)
            query = query.where(left >= right if descending else left <= right)
        return query.limit(bindparam("limit"))

    def _beyond(self, has_start: bool, descending: bool) -> Query:
        query = self.query.where(is_beyond(self.keys, descending)) if has_start else self.query
        return query.order_by(*order_by(self.keys, descending))
