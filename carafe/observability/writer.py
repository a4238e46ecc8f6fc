"""Writes a process's observations to the store, in one transaction and within its limits."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Table, func

from carafe.database import dialect_insert
from carafe.observability import slow, store
from carafe.observability.observations import Observations
from carafe.observability.retention import ERRORS_RESOLUTION, RESOLUTIONS, prune
from carafe.observability.store import (
    error_count,
    exception,
    exception_count,
    merge_bucket,
    repeated,
    request_count,
    slow_request,
    statement,
)
from carafe.time import unix_time

log = logging.getLogger(__name__)

PRUNE_SECONDS = 60


def write(app: Flask, observed: Observations, sample: float) -> None:
    """Add observations to the store."""
    now = int(unix_time())
    target_store = store.get_store(app)
    statements = _statements(observed, sample, now)
    with target_store.write_transaction() as connection:
        add(connection, request_count, _counts(observed), ["count", "errors"])
        add(connection, error_count, _errors(observed), ["count"])
        if observed.slowest:
            connection.execute(slow_request.insert(), [slowest.row for slowest in observed.slowest])
        add(connection, statement, statements, ["count", "total_us", "rows"], ["max_us"],
             ["last_at", "endpoint", "call_site"])  # fmt: skip
        add(connection, repeated, _repeated(observed, sample, now), ["requests"], ["worst"],
             ["last_at", "request_id"])  # fmt: skip
        add(connection, exception, _exceptions(observed, now), ["count"], [],
             ["last_at", "endpoint", "request_id", "path", "traceback"])  # fmt: skip
        add(connection, exception_count, _exception_counts(observed), ["count"])
        if now >= target_store.pruned_at + PRUNE_SECONDS:
            prune(connection, now)
            target_store.pruned_at = now
    limit = app.config["SLOW_QUERY_MS"] * 1000
    try:
        slow_fingerprints = [row["fingerprint"] for row in statements if row["max_us"] >= limit]
        slow.explain(target_store, slow_fingerprints, now)
    except Exception as error:  # the observations were written: don't write them again
        log.info("explaining slow statements failed: %s", error)


def fingerprint(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()[:32]


def _counts(observed: Observations) -> list[dict[str, object]]:
    sums: dict[tuple[int, int, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for (minute, endpoint, bucket), (count, errors) in observed.counts.items():
        for resolution in RESOLUTIONS:
            target_store = bucket if resolution == 60 else merge_bucket(bucket)
            totals = sums[
                resolution, minute // resolution * resolution, endpoint[:200], target_store
            ]
            totals[0] += count
            totals[1] += errors
    names = ("resolution", "starts_at", "endpoint", "bucket", "count", "errors")
    return [dict(zip(names, (*key, *value), strict=True)) for key, value in sums.items()]


def _errors(observed: Observations) -> list[dict[str, object]]:
    sums: Counter[int] = Counter()
    for (minute, *_), (_, errors) in observed.counts.items():
        sums[minute // ERRORS_RESOLUTION * ERRORS_RESOLUTION] += errors
    return [{"starts_at": at, "count": count} for at, count in sums.items() if count]


def _statements(observed: Observations, sample: float, now: int) -> list[dict[str, Any]]:
    return [
        {
            "fingerprint": fingerprint(sql),
            "sql": sql,
            "count": entry.count / sample,
            "total_us": entry.total_us / sample,
            "rows": entry.rows / sample,
            "max_us": entry.max_us,
            "first_at": now,
            "last_at": now,
            "endpoint": entry.endpoint[:200],
            "call_site": entry.call_site[:300],
        }
        for sql, entry in observed.statements.items()
    ]


def _repeated(observed: Observations, sample: float, now: int) -> list[dict[str, object]]:
    return [
        {
            "endpoint": endpoint[:200],
            "fingerprint": fingerprint(sql),
            "call_site": call_site[:300],
            "requests": round(entry.requests / sample),
            "worst": entry.worst,
            "last_at": now,
            "request_id": entry.request_id,
        }
        for (endpoint, sql, call_site), entry in observed.repeated.items()
    ]


def _exceptions(observed: Observations, now: int) -> list[dict[str, object]]:
    return [
        {**vars(record), "endpoint": record.endpoint[:200], "first_at": now, "last_at": now}
        for record in observed.exceptions.values()
    ]


def _exception_counts(observed: Observations) -> list[dict[str, object]]:
    return [
        {"fingerprint": digest, "starts_at": hour, "user_id": user_id, "count": count}
        for (hour, digest, user_id), count in observed.exception_counts.items()
    ]


def add(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    sums: Iterable[str],
    largest: Iterable[str] = (),
    latest: Iterable[str] = (),
) -> None:
    """Insert rows, or add them to existing ones, so that processes and machines add up."""
    if not rows:
        return
    new = dialect_insert(table, connection.dialect)
    greatest = func.greatest if connection.dialect.name == "postgresql" else func.max
    changes: dict[str, object] = {name: table.c[name] + new.excluded[name] for name in sums}
    changes |= {name: new.excluded[name] for name in latest}
    for name in largest:
        both = table.c[name], new.excluded[name]
        changes[name] = greatest(*both)
    keys = [column.name for column in table.primary_key]
    connection.execute(new.on_conflict_do_update(index_elements=keys, set_=changes), rows)
