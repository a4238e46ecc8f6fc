"""When an exception occurred, and to which users."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from sqlalchemy import Connection, func, select

from carafe.observability.store import exception_count
from carafe.time import now

DAYS = 30
MAX_USERS = 1_000


def count_by_day(connection: Connection, fingerprint: str, zone: tzinfo) -> dict[date, int]:
    """Return how often an exception occurred on each of the last 30 days in a time zone."""
    column = exception_count.c
    query = select(column.starts_at, func.sum(column.count)).group_by(column.starts_at)
    counts: Counter[date] = Counter()
    for at, count in connection.execute(query.where(column.fingerprint == fingerprint)):
        counts[datetime.fromtimestamp(at, UTC).astimezone(zone).date()] += int(count)
    today = now().astimezone(zone).date()
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    return {day: counts[day] for day in days}


def affected_users(connection: Connection, fingerprint: str) -> Sequence[int]:
    """Return the IDs of at most 1,000 affected users, most recent first."""
    column = exception_count.c
    query = select(column.user_id).where(column.fingerprint == fingerprint, column.user_id != 0)
    latest = query.group_by(column.user_id).order_by(func.max(column.starts_at).desc())
    return connection.scalars(latest.limit(MAX_USERS)).all()
