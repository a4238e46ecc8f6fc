"""What full-text search costs among many users.

    python bench/search.py [--instance /tmp/million] [--rows 1000000]

Seeds a database in that folder, or where DATABASE_URL says, unless it has rows already. Prints for
each search how many rows are found, and the median and p95 of a list's page of them, asked one by
one without the web; and by how many µs it makes writing a user slower.
"""

import argparse
import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from app import create_app
from app.auth.models import User
from bench.fill import fill
from carafe.admin.lists import listing
from carafe.admin.lists.search import FullText
from carafe.admin.lists.state import ListState
from carafe.database import db

SEARCHES = [
    "alice", "ali smi", "a b", "xq", "e", "exam", "example.com", "alice smith example",
    "leon.johansson1@", "a b c d e f g h",
]  # fmt: skip
RUNS, WRITES = 20, 1_000
# No row has the triggers of the search when it is written, or each has.
INSERT = """INSERT INTO "user" (email, name, password_hash, role, created_at, time_zone)
    VALUES ('new' || CAST(:n AS TEXT) || '@example.com', 'New Person', '', 'user', :at, '')"""
UPDATE = """UPDATE "user" SET name = 'Other Name' WHERE id = :id"""
DELETE = """DELETE FROM "user" WHERE id = :id"""


def seed(rows: int) -> None:
    upgrade()
    if (db.session.scalar(select(func.count()).select_from(User)) or 0) < rows:
        fill(users=rows, events=0)
    db.session.rollback()


def pages(app: Flask) -> None:
    admin = app.extensions["admin"]["users"]
    [search] = admin.list.searches
    assert isinstance(search, FullText)
    print("| search | found | median, ms | p95, ms |\n|---|--:|--:|--:|")
    for words in SEARCHES:
        taken, row_count = [], ""
        for _ in range(RUNS):
            with app.test_request_context(query_string={"q": words}) as context:
                began = time.perf_counter()
                row_count = listing.load_page(
                    ListState.parse(admin.list, context.request.args)
                ).count
                taken.append((time.perf_counter() - began) * 1000)
                db.session.rollback()
        print(f"| {words} | {row_count} | {median(taken):.1f} | {quantiles(taken, n=20)[-1]:.1f} |")


def writes(statement: str, *, searched: bool) -> float:
    """Microseconds for each row, in one transaction that is not kept."""
    on_postgresql = db.engine.dialect.name == "postgresql"
    names = ['user_search ON "user"'] if on_postgresql else [
        f"user_search_{event}" for event in ("insert", "update", "delete")
    ]  # fmt: skip
    with db.engine.connect() as connection:
        for name in () if searched else names:
            connection.execute(text(f"DROP TRIGGER {name}"))
        began = time.perf_counter()
        for n in range(WRITES):
            row = {"n": n, "id": 1 + n * 10, "at": "2026-01-01 00:00:00.000000"}
            connection.execute(text(statement), row)
        taken = time.perf_counter() - began
        connection.rollback()
    return taken / WRITES * 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instance", help="a folder, which stays; by default one that does not")
    parser.add_argument("--rows", type=int, default=1_000_000)
    args = parser.parse_args()
    with nullcontext(args.instance) if args.instance else TemporaryDirectory() as folder:
        settings = {"APP_ENV": "testing", "INSTANCE_PATH": folder, "JOBS_IN_WEB": False}
        app = create_app({**settings, "DATABASE_URL": os.environ.get("DATABASE_URL")})
        with app.app_context():
            seed(args.rows)
            pages(app)
            for name, statement in (("insert", INSERT), ("rename", UPDATE), ("delete", DELETE)):
                without, with_search = (
                    writes(statement, searched=searched) for searched in (False, True)
                )
                print(f"{name}: {without:.0f} µs, with the search {with_search:.0f} µs", flush=True)
            db.engine.dispose()


if __name__ == "__main__":
    main()
