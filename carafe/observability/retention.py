"""Deletes what is too old or too much, so that the store's size is bounded."""

from sqlalchemy import Connection, Table, delete, func, or_, select, tuple_

from carafe.observability.store import (
    error_count,
    exception,
    exception_count,
    repeated,
    request_count,
    slow_request,
    statement,
)

HOUR, DAY = 3_600, 86_400
# Seconds of a period, and how long it is kept, which is as long as pages need it.
RESOLUTIONS = {60: HOUR, 900: DAY, 21_600: 30 * DAY}
# Errors are kept longer: twice the longest period of the admin overview.
ERRORS_RESOLUTION, KEEP_ERRORS = 900, 181 * DAY
# Per resolution. 200 endpoints requested constantly for a month have 24,000 periods of six hours,
# so each may use 16 buckets: the slowest response may take 800 times as long as the fastest.
MAX_COUNTS = 400_000
MAX_SLOW_PER_HOUR = 20
KEEP_SLOW_REQUESTS = 2 * DAY
KEEP_EXCEPTIONS = 31 * DAY
# By hour, user, and exception.
MAX_EXCEPTION_COUNTS = 50_000
# How long, and how many at most: the most recent ones.
RETENTION: list[tuple[Table, int, int]] = [
    (statement, 31 * DAY, 500),
    (repeated, 31 * DAY, 200),
    (exception, KEEP_EXCEPTIONS, 200),
]


def prune(connection: Connection, now: int) -> None:
    connection.execute(delete(error_count).where(error_count.c.starts_at < now - KEEP_ERRORS))
    _prune_counts(connection, now)
    _prune_slow_requests(connection, now)
    for table, period, most in RETENTION:
        connection.execute(delete(table).where(table.c.last_at < now - period))
        keys = list(table.primary_key)
        newest = select(*keys).order_by(table.c.last_at.desc(), *keys).limit(most)
        connection.execute(delete(table).where(tuple_(*keys).not_in(newest)))
    _prune_exception_counts(connection, now)


def _prune_counts(connection: Connection, now: int) -> None:
    count = request_count.c
    for resolution, period in RESOLUTIONS.items():
        of_it = count.resolution == resolution
        surplus = select(count.starts_at).where(of_it).order_by(count.starts_at.desc())
        last = connection.scalar(surplus.offset(MAX_COUNTS).limit(1))
        oldest = max(now - period, (last or 0) + 1)
        connection.execute(delete(request_count).where(of_it, count.starts_at < oldest))


def _prune_exception_counts(connection: Connection, now: int) -> None:
    count = exception_count.c
    newest = select(count.starts_at).order_by(count.starts_at.desc())
    last = connection.scalar(newest.offset(MAX_EXCEPTION_COUNTS).limit(1))
    oldest = max(now - KEEP_EXCEPTIONS, (last or 0) + 1)
    is_gone = count.fingerprint.not_in(select(exception.c.fingerprint))
    connection.execute(delete(exception_count).where(or_(count.starts_at < oldest, is_gone)))


def _prune_slow_requests(connection: Connection, now: int) -> None:
    slow = slow_request.c
    connection.execute(delete(slow_request).where(slow.at < now - KEEP_SLOW_REQUESTS))
    hour = slow.at - slow.at % HOUR
    rank = func.row_number().over(partition_by=hour, order_by=slow.us.desc()).label("rank")
    ranked = select(slow.id, rank).subquery()
    surplus = select(ranked.c.id).where(ranked.c.rank > MAX_SLOW_PER_HOUR)
    connection.execute(delete(slow_request).where(slow.id.in_(surplus)))
