"""Sample requests that were slow, and statements with their plans."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from inspect import unwrap
from random import Random

from flask import current_app
from sqlalchemy import Connection, Table, delete

from carafe import call_sites
from carafe.database import db
from carafe.demo import Scenario
from carafe.demo.scenario import REQUEST_PREFIX, request_id
from carafe.observability import plans
from carafe.observability.retention import DAY, HOUR
from carafe.observability.store import repeated, slow_request, statement
from carafe.observability.writer import fingerprint

SLOW_REQUESTS = 60
COLUMNS = "audit_event.id, audit_event.at, audit_event.action, audit_event.actor"
# With calls, milliseconds of the slowest, and repetitions within one request. Their columns are in
# an order that no code uses, so they can be identified by their text.
STATEMENTS: list[tuple[str, int, int, int]] = [
    (
        f"SELECT {COLUMNS} FROM audit_event "  # noqa: S608  # nosec B608
        "WHERE audit_event.request_id = ? ORDER BY audit_event.at DESC",
        412, 684, 0,
    ),
    (
        "SELECT count(*) AS count_1 FROM audit_event "
        "WHERE audit_event.actor LIKE ? AND audit_event.at > ?::TIMESTAMPTZ",
        96, 371, 0,
    ),
    ('SELECT "user".avatar, "user".id FROM "user" WHERE "user".id = ?::INTEGER', 31_800, 9, 48),
    (
        "SELECT notification.title, notification.id FROM notification "
        "WHERE notification.user_id = ?::INTEGER ORDER BY notification.id DESC LIMIT ?::INTEGER",
        18_240, 14, 0,
    ),
    (
        "SELECT session.last_seen_at, session.id FROM session "
        "WHERE session.user_id = ?::INTEGER ORDER BY session.last_seen_at DESC",
        9_310, 22, 0,
    ),
    (
        "UPDATE session SET agent=?::VARCHAR, address=?::VARCHAR "
        "WHERE session.id = ?::INTEGER",
        5_902, 61, 0,
    ),
]  # fmt: skip


def write(connection: Connection, scenario: Scenario, endpoints: Sequence[str]) -> None:
    remove(connection)  # those of an earlier database, whose file no longer exists
    random, now = scenario.random("problems"), int(scenario.at.timestamp())
    connection.execute(slow_request.insert(), list(_slow_requests(random, now, endpoints)))
    statements = list(_statements(random, now, endpoints))
    connection.execute(statement.insert(), statements)
    connection.execute(repeated.insert(), list(_repetitions(random, statements)))


def remove(connection: Connection) -> None:
    fingerprints = [fingerprint(_sql(template)) for template, *_ in STATEMENTS]
    connection.execute(delete(statement).where(statement.c.fingerprint.in_(fingerprints)))
    tables: list[Table] = [slow_request, repeated]
    for table in tables:
        is_sample = table.c.request_id.startswith(REQUEST_PREFIX)
        connection.execute(delete(table).where(is_sample))


def _slow_requests(
    random: Random, now: int, endpoints: Sequence[str]
) -> Iterator[dict[str, object]]:
    for number in range(SLOW_REQUESTS):
        endpoint = random.choice(endpoints)
        us = int(90_000 / random.uniform(0.05, 1))
        template_us = int(us * random.uniform(0.05, 0.3))
        yield {
            "at": now - random.randint(30, HOUR if number % 3 == 0 else 2 * DAY - HOUR),
            "request_id": request_id(random),
            "endpoint": endpoint,
            "method": "GET",
            "path": path_of(random, endpoint),
            "status": 200,
            "us": us,
            "database_us": int((us - template_us) * random.uniform(0.3, 0.95)),
            "template_us": template_us,
            "queries": random.choice([2, 3, 4, 6, 51]),
        }


def path_of(random: Random, endpoint: str) -> str:
    """Return a path of an endpoint, with made-up IDs."""
    [rule, *_] = current_app.url_map.iter_rules(endpoint)
    return re.sub("<[^>]+>", lambda _: str(random.randint(1, 300)), rule.rule)


def _statements(random: Random, now: int, endpoints: Sequence[str]) -> Iterator[dict[str, object]]:
    for template, calls, worst_ms, _ in STATEMENTS:
        sql, endpoint = _sql(template), random.choice(endpoints)
        yield {
            "fingerprint": fingerprint(sql),
            "sql": sql,
            "count": calls,
            "total_us": calls * worst_ms * random.uniform(80, 240),
            "rows": calls * random.choice([1, 1, 20]),
            "max_us": worst_ms * 1000,
            "first_at": now - 13 * DAY,
            "last_at": now - random.randint(60, HOUR),
            "endpoint": endpoint,
            "call_site": call_site(endpoint),
            "plan": json.dumps(plans.explain(sql)),
            "planned_at": now - HOUR,
        }


def _sql(template: str) -> str:
    """Return a statement with the placeholders of this database."""
    if db.engine.dialect.name == "sqlite":
        return re.sub(r"::\w+", "", template)
    return template.replace("?", "%(value)s")


def _repetitions(
    random: Random, statements: Sequence[dict[str, object]]
) -> Iterator[dict[str, object]]:
    for row, (*_, worst) in zip(statements, STATEMENTS, strict=True):
        if worst:
            shared = {name: row[name] for name in ("endpoint", "fingerprint", "call_site")}
            last = {"last_at": row["last_at"], "request_id": request_id(random)}
            yield {**shared, **last, "requests": 640, "worst": worst}


def call_site(endpoint: str) -> str:
    """Return a line of an endpoint's view, as the recorder names it."""
    view = unwrap(current_app.view_functions[endpoint])
    file, first = view.__code__.co_filename, view.__code__.co_firstlineno
    return f"{call_sites.relative_path(file)}:{first + 5} {view.__name__}"
