"""The declared lists of the admin, with a million users and a million events.

    python bench/admin.py [--instance /tmp/million] [--rows 1000000] [--requests 100] [--only users]

Seeds a database in that folder, or where DATABASE_URL says, unless it has rows already; each
list's first and 10,000th page, scopes, filters, searches, sorts, and its rarest and its most
common filter with each sort, from 8 clients, under gunicorn as in production (2 workers of 4
threads). Prints median and p95 of the answers in ms; what page 10,000 costs in processor time,
against page 1; and on SQLite what both cost of the list of users, against the same rows as a plain
Flask application shows them (`baseline.py`). It ends in about five minutes once there are rows.
"""

import argparse
import base64
import json
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))

from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.auth.models import User
from bench.fill import fill
from bench.server import Client, Request, Server, environment, flask, load, repeat
from carafe.admin.lists import listing, matching
from carafe.admin.lists.state import ListState
from carafe.admin.model_admin import ModelAdmin
from carafe.database import db
from carafe.testing.list_choices import choices, sorts

CLIENTS = 8
DEEP = 10_000
LIMIT_MS = 100
ROUNDS = 7
READER, PASSWORD = "reader@example.com", "a password for measuring"
Case = tuple[str, dict[str, str]]


def seed(environ: dict[str, str], rows: int) -> tuple[Flask, str, str]:
    """Rows, unless there are any; the app, and address and password of a new admin."""
    flask(environ, "db", "upgrade")
    os.environ |= environ
    app = create_app()
    with app.app_context():
        users = db.session.scalar(select(func.count()).select_from(User)) or 0
        db.session.rollback()
        if users < rows:
            began = time.monotonic()
            fill(rows, rows)
            print(f"filled in {time.monotonic() - began:.0f} s", flush=True)
    email = f"bench-{secrets.token_hex(4)}@example.com"
    made = flask(environ, "user", "create", email, "--admin")
    return app, email, re.search(r"password (\S+)", made)[1]


def deep(admin: ModelAdmin, sort: str) -> str | None:
    """The cursor at which page 10,000 begins, or the last where there are not as many."""
    _, column, descending = admin.list.sort(sort)
    keys = [admin.key] if column is admin.key else [column, admin.key]
    count = db.session.scalar(select(func.count()).select_from(admin.model)) or 0
    before = min((DEEP - 1) * listing.PER_PAGE, count - listing.PER_PAGE) - 1
    if before < listing.PER_PAGE:
        return None
    order = [key.desc() if descending else key.asc() for key in keys]
    row = db.session.execute(select(*keys).order_by(*order).offset(before).limit(1)).one()
    values = [value.isoformat() if isinstance(value, datetime) else value for value in row]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def matches(admin: ModelAdmin, arguments: dict[str, str]) -> int:
    where = matching.conditions(ListState.parse(admin.list, arguments))
    return db.session.scalar(select(func.count()).select_from(admin.model).where(*where)) or 0


def cases(app: Flask, admin: ModelAdmin) -> Iterator[Case]:
    """What to measure of a list, with its name in the table."""
    with app.test_request_context():
        yield "page 1", {}
        if after := deep(admin, ""):
            yield f"page {DEEP:,}", {"after": after}
        for sort in sorts(admin):
            yield f"sort {sort}", {"sort": sort}
            if after := deep(admin, sort):
                yield f"sort {sort}, page {DEEP:,}", {"sort": sort, "after": after}
        choices_by_name = {
            urlencode(filters): (matches(admin, filters), filters) for filters in choices(admin)
        }
        for name, (count, filters) in choices_by_name.items():
            yield f"{name} ({count:,})", filters
        nonempty = sorted((count, name) for name, (count, _) in choices_by_name.items() if count)
        for count, name in nonempty[:1] + nonempty[-1:]:
            for sort in sorts(admin):
                yield f"{name} ({count:,}), sort {sort}", choices_by_name[name][1] | {"sort": sort}


def measure(server: Server, request: Callable[[], Any], times: int) -> tuple[float, float, float]:
    """Median and p95 in ms; processor time in ms per request."""
    load(server.port, repeat(request, CLIENTS), CLIENTS)
    before = server.processor_seconds()
    answers = load(server.port, repeat(request, times), CLIENTS)
    spent = server.processor_seconds() - before
    if wrong := {status for status, _ in answers} - {200}:
        raise SystemExit(f"{request()[1]} answers {wrong}")
    took = sorted(seconds * 1000 for _, seconds in answers)
    return median(took), took[int(len(took) * 0.95)], spent / times * 1000


def report(server: Server, reader: Client, app: Flask, admin: ModelAdmin, times: int) -> None:
    print(f"\n| {admin.name} | median, ms | p95, ms | processor, ms |\n|---|--:|--:|--:|")
    for name, arguments in cases(app, admin):
        query = urlencode(arguments)
        request = ("GET", f"/admin/{admin.name}/?{query}", reader.headers(), None)
        middle, late, spent = measure(server, lambda request=request: request, times)
        mark = " **slow**" if late > LIMIT_MS else ""
        print(f"| {name}{mark} | {middle:,.1f} | {late:,.1f} | {spent:,.1f} |", flush=True)


def rounds(requests: list[tuple[Server, Request]], times: int) -> list[float]:
    """Processor time in ms of each, by turns: the medians of the rounds."""
    spent = [
        [measure(server, lambda request=request: request, times)[2] for server, request in requests]
        for _ in range(ROUNDS)
    ]
    return [median(times) for times in zip(*spent, strict=True)]


def pages(app: Flask, admin: ModelAdmin) -> list[str]:
    """Where the first page is, and the 10,000th if there are as many."""
    with app.test_request_context():
        after = deep(admin, "")
    return [f"/admin/{admin.name}/"] + ([f"/admin/{admin.name}/?after={after}"] if after else [])


def compare(server: Server, reader: Client, app: Flask, admin: ModelAdmin, times: int) -> None:
    paths = pages(app, admin)
    requests = [(server, ("GET", path, reader.headers(), None)) for path in paths]
    first, *deeper = rounds(requests, times)
    for spent in deeper:
        print(f"\n{admin.name}: page {DEEP:,} costs {spent / first:.2f} of page 1", flush=True)


def against_plain_flask(
    server: Server, reader: Client, app: Flask, environ: dict[str, str], times: int
) -> None:
    """The list of users, and the same rows as `baseline.py` shows them."""
    from bench import baseline  # reads its settings where it is imported

    baseline.add_user(READER, PASSWORD)
    other = Server("bench.baseline:app", environ)
    try:
        guest = Client(other.port)
        guest.sign_in(READER, PASSWORD)
        guest.get("/dashboard")
        ours = pages(app, app.extensions["admin"]["users"])
        created_at, id = json.loads(base64.urlsafe_b64decode(ours[1].partition("=")[2] + "=="))
        theirs = ["/people/", "/people/?" + urlencode({"after": f"{created_at[:26]}~{id}"})]
        print("\n| users | bytes: ours / baseline | ours, ms | baseline, ms | ratio |")
        print("|---|--:|--:|--:|--:|")
        for name, path, plain in zip(("page 1", f"page {DEEP:,}"), ours, theirs, strict=True):
            sizes = f"{len(reader.get(path)):,} / {len(guest.get(plain)):,}"
            admin_ms, bare = rounds(
                [
                    (server, ("GET", path, reader.headers(), None)),
                    (other, ("GET", plain, guest.headers(), None)),
                ],
                times,
            )
            print(f"| {name} | {sizes} | {admin_ms:.2f} | {bare:.2f} | **{admin_ms / bare:.2f}** |")
    finally:
        other.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instance", help="a folder, which stays; by default one that does not")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--only", help="the name of one list")
    args = parser.parse_args()
    with nullcontext(args.instance) if args.instance else TemporaryDirectory() as folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        more = {"JOBS_IN_WEB": "0"}
        if url := os.environ.get("DATABASE_URL"):
            more["DATABASE_URL"] = url
        environ = environment(folder, **more)
        app, email, password = seed(environ, args.rows)
        server = Server("wsgi:app", environ)
        try:
            reader = Client(server.port)
            reader.sign_in(email, password)
            reader.get("/dashboard")  # the cookie that the first page sets stays for all others
            for name, admin in app.extensions["admin"].items():
                if args.only in (None, name):
                    report(server, reader, app, admin, args.requests)
                    compare(server, reader, app, admin, args.requests)
            if args.only in (None, "users") and "DATABASE_URL" not in more:
                against_plain_flask(server, reader, app, environ, args.requests)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
