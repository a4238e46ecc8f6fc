"""How long others wait while much is deleted: 200,000 rows of each kind that scheduled jobs purge.

    python bench/purge.py [--rows 200000]

On SQLite, in a database of its own; with DATABASE_URL, there. Meanwhile a second thread writes as
requests do, one row at a time: it waits for the write lock as long as a chunk takes, and its
longest wait is what is printed.
"""

import argparse
import os
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert

from app import create_app
from app.auth.models import User
from app.notes.models import Note
from carafe.audit import AuditEvent
from carafe.audit.jobs import purge as purge_audit
from carafe.audit.models import append
from carafe.auth.jobs import delete_account
from carafe.auth.jobs import purge as purge_auth
from carafe.auth.models import Session
from carafe.database import db
from carafe.jobs import Job
from carafe.jobs.jobs import purge as purge_jobs
from carafe.time import now

OLD = now() - timedelta(days=1000)
AT_ONCE = 10_000


def sessions(n: int, user_id: int) -> tuple[Any, dict[str, Any]]:
    return Session, {
        "token_hash": n.to_bytes(32), "user_id": user_id, "expires_at": OLD, "remembered": False,
        "agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    }  # fmt: skip


def events(n: int, user_id: int) -> tuple[Any, dict[str, Any]]:
    return AuditEvent, {
        "at": OLD, "action": "session.started", "subject": f"user:{n % 1000 + 1000}",
        "actor": f"someone{n % 1000}@example.com", "address": "192.0.2.1", "request_id": "x" * 32,
        "details": {"device": "Firefox on Linux"},
    }  # fmt: skip


def jobs(n: int, user_id: int) -> tuple[Any, dict[str, Any]]:
    return Job, {
        "name": "bench.job", "queue": "default", "priority": 1, "arguments": [[n], {}],
        "state": "succeeded", "run_at": OLD, "finished_at": OLD, "attempts": 1,
    }  # fmt: skip


def notes(n: int, user_id: int) -> tuple[Any, dict[str, Any]]:
    return Note, {"user_id": user_id, "title": f"Note {n}", "body": "text " * 60, "version": 1}


KINDS: dict[str, tuple[Callable[[int, int], Any], Callable[[int], Any]]] = {
    "sessions": (sessions, lambda user_id: purge_auth()),
    "audit events": (events, lambda user_id: purge_audit()),
    "jobs": (jobs, lambda user_id: purge_jobs()),
    "an account with notes": (notes, delete_account),
    "an account beside a long trail": (events, delete_account),
}


def fill(rows: Callable[[int, int], Any], count: int) -> int:
    user = User(email=f"{monotonic()}@example.com", password_hash="", deletes_at=OLD)
    db.session.add(user)
    db.session.commit()
    for start in range(0, count, AT_ONCE):
        made = [rows(n, user.id) for n in range(start, min(count, start + AT_ONCE))]
        model, values = made[0][0], [row for _, row in made]
        if model is AuditEvent:
            append(values)
        else:
            db.session.execute(insert(model), values)
        db.session.commit()
    return user.id


class Writer(threading.Thread):
    """Someone else, who writes all the time."""

    def __init__(self, app: Flask):
        super().__init__()
        self.app, self.waits, self.stopping = app, [0.0], False

    def run(self) -> None:
        with self.app.app_context():
            while not self.stopping:
                begun = monotonic()
                db.session.add(User(email=f"{begun}@example.com", password_hash=""))
                db.session.commit()
                self.waits.append(monotonic() - begun)
                sleep(0.001)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    args = parser.parse_args()
    for name, (rows, purge) in KINDS.items():
        with TemporaryDirectory() as folder:
            settings = {"APP_ENV": "testing", "INSTANCE_PATH": folder, "JOBS_IN_WEB": False}
            app = create_app({**settings, "DATABASE_URL": os.environ.get("DATABASE_URL")})
            with app.app_context():
                upgrade()
                user_id = fill(rows, args.rows)
                writer = Writer(app)
                writer.start()
                begun = monotonic()
                purge(user_id)
                took = monotonic() - begun
                writer.stopping = True
                writer.join()
                db.engine.dispose()
        waits = sorted(writer.waits)
        p99 = waits[len(waits) * 99 // 100]
        print(
            f"{args.rows:,} rows, {name}: {took:.1f} s; {len(waits):,} others wrote meanwhile, "
            f"p99 {p99 * 1000:.0f} ms, longest {waits[-1] * 1000:.0f} ms"
        )


if __name__ == "__main__":
    main()
