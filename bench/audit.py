"""What the audit costs beside 1,000,000 events.

    python bench/audit.py [--rows 1000000]

On SQLite, in a database of its own; with DATABASE_URL, there. Prints how long it takes to delete
an account, and what a transaction with one event costs.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from flask_migrate import upgrade
from sqlalchemy import text

from app import create_app
from app.auth.models import User
from carafe.audit import record
from carafe.database import db

TIMES = 300
# Of 10,000 people; every twentieth names an address in its details.
FILL = """
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :rows),
    person(n, id, email) AS (
        SELECT n, n % 10000 + 10, 'someone' || CAST(n % 10000 AS TEXT) || '@example.com'
        FROM number
    )
    INSERT INTO audit_event (id, at, action, actor, subject, details, address, request_id)
    SELECT n, :at, 'session.started', email, 'user:' || CAST(id AS TEXT),
        CAST(CASE WHEN n % 20 = 0 THEN '{"before": "' || email || '"}'
            ELSE '{"device": "Firefox on Linux"}' END AS JSON),
        '192.0.2.1', '0123456789abcdef0123456789abcdef'
    FROM person
"""


def fill(rows: int) -> None:
    with db.engine.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        statement = FILL.replace("AS JSON", "AS TEXT") if sqlite else FILL
        at = "2026-11-01 10:00:00.000000" + ("" if sqlite else "+00")
        connection.execute(text(statement), {"rows": rows, "at": at})


def seconds(work: Callable[[], Any]) -> float:
    begun = monotonic()
    work()
    return monotonic() - begun


def delete_somebody() -> None:
    user = User(email="somebody77@example.com", password_hash="")
    db.session.add(user)
    db.session.commit()
    user.delete()
    db.session.commit()


def write_one() -> None:
    record("thing.done", "thing:1")
    db.session.commit()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with TemporaryDirectory() as folder:
        settings = {"APP_ENV": "testing", "INSTANCE_PATH": folder, "JOBS_IN_WEB": False}
        app = create_app({**settings, "DATABASE_URL": os.environ.get("DATABASE_URL")})
        with app.app_context():
            upgrade()
            fill(rows)
            if db.engine.dialect.name == "postgresql":
                with db.engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                        text("VACUUM ANALYZE audit_event")
                    )
            print(f"account deleted in {seconds(delete_somebody) * 1000:.0f} ms")
            write_seconds = median(seconds(write_one) for _ in range(TIMES))
            print(f"one event and its commit: {write_seconds * 1e6:.0f} µs")
            db.engine.dispose()


if __name__ == "__main__":
    main()
