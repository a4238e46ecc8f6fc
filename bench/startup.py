"""What a worker costs before and after its first requests: startup, memory, queries per page.

    python bench/startup.py [--rounds 9]

Start-up is the processor time of a fresh interpreter up to the made application in production,
against one that only imports the third-party libraries it is made of; both by turns, median of the
rounds. Memory is that of each of 2 gunicorn workers after 200 requests to each page by a logged-in
reader, and then after people have logged in and registered at the same time. Queries are counted
where they reach the database driver; BEGIN is none.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.server import (
    ROOT,
    THREADS,
    WORKERS,
    Client,
    Request,
    Server,
    environment,
    form_request,
    load,
    sample_data,
)

LIBRARIES = (
    "flask, sqlalchemy.orm, sqlalchemy.dialects.sqlite, flask_sqlalchemy, flask_login, flask_wtf, "
    "wtforms, argon2, cronsim, whitenoise, dotenv, marshmallow, flask_smorest"
)
MODULES = """
from importlib import import_module
import app, carafe
for name in app.FEATURES:
    import_module(f"app.{name}")
for name in carafe.EXTENSIONS:
    import_module(f"carafe.{name}")
"""
PROGRAMS = {
    "bare interpreter": "pass",
    "bare imports": f"import {LIBRARIES}",
    "all imports": MODULES,
    "create_app()": "from app import create_app; create_app()",
}
CLOCK = "\nimport time; print(time.process_time())"

READER = "user@example.com"
PAGES = ["/", "/auth/login", "/dashboard", "/notes/", "/notes/1", "/notes/new", "/account/profile"]
ADMIN = "admin@example.com"
ADMIN_PAGES = ["/account/sessions", "/admin/", "/admin/users/", "/admin/users/1"]
REQUESTS = 200
MIB = 1024 * 1024


def start_up(environ: dict[str, str], rounds: int) -> dict[str, float]:
    """Milliseconds by program."""
    took: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for round in range(rounds + 1):
        for name, program in PROGRAMS.items():
            command = [sys.executable, "-c", program + CLOCK]
            ran = subprocess.run(
                command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True
            )
            if round:  # the first fills caches
                took[name].append(float(ran.stdout) * 1000)
    return {name: median(times) for name, times in took.items()}


def memory(environ: dict[str, str], password: str) -> dict[str, dict[str, list[int]]]:
    """Bytes of each worker by kind, after each of the two kinds of work."""
    server = Server("wsgi:app", environ | {"LOG_LEVEL": "WARNING"})
    try:
        reader = Client(server.port)
        reader.sign_in(READER, password)
        visitor = Client(server.port)
        fields = {"csrf_token": visitor.token("/auth/login"), "password": password}

        def post(path: str, email: str) -> Request:
            return form_request(path, visitor.headers(), fields | {"email": email})

        def used(*requests: Request) -> dict[str, list[int]]:
            answers = load(server.port, requests, THREADS * WORKERS)
            if wrong := {status for status, _ in answers} - {200, 303}:
                raise SystemExit(f"unexpected answers: {wrong}")
            return {kind: server.memory(kind) for kind in ("Rss", "Pss")}

        pages = [("GET", page, reader.headers(), None) for page in PAGES]
        logins = [post("/auth/login", READER)] * 24
        registrations = [post("/auth/register", f"{n}@example.com") for n in range(16)]
        return {
            f"{REQUESTS} requests to each page": used(*pages * REQUESTS),
            "24 log-ins and 16 registrations more": used(*logins, *registrations),
        }
    finally:
        server.stop()


def queries(environ: dict[str, str], passwords: dict[str, str]) -> dict[str, int]:
    """Statements of each page for someone logged in, in this process."""
    os.environ |= environ | {"LOG_LEVEL": "WARNING"}
    from sqlalchemy import event

    from app import create_app
    from carafe.database import db
    from carafe.testing.http import Browser

    app = create_app({"SESSION_COOKIE_SECURE": False, "SESSION_COOKIE_NAME": "session"})
    seen: list[str] = []
    with app.app_context():

        @event.listens_for(db.engine, "before_cursor_execute")
        def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
            if not statement.startswith("BEGIN"):
                seen.append(statement)

    def count(ask: Callable[..., Any], *arguments: Any) -> int:
        seen.clear()
        if (status := ask(*arguments).status_code) not in (200, 303):
            raise SystemExit(f"{arguments} answers {status}")
        return len(seen)

    visitor, reader, admin = (Browser(app.test_client()) for _ in range(3))
    for browser, email in (reader, READER), (admin, ADMIN):
        browser.submit("/auth/login", {"email": email, "password": passwords[email]})
    query_counts = {"/auth/login": count(visitor.get, "/auth/login")}
    query_counts |= {page: count(reader.get, page) for page in PAGES if page not in query_counts}
    query_counts |= {page: count(admin.get, page) for page in ADMIN_PAGES}
    form = reader.fill("/notes/new")
    return query_counts | {"POST /notes/new": count(reader.send, form, {"title": "A note"})}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    args = parser.parse_args()

    with TemporaryDirectory() as folder:
        environ = environment(folder)
        passwords = sample_data(environ)
        took = start_up(environ, args.rounds)
        used = memory(environ, passwords[READER])
        counts = queries(environ, passwords)

    for name, ms in took.items():
        print(f"{name:18} {ms:5.0f} ms")
    print(f"{'ratio':18} {took['create_app()'] / took['bare imports']:5.2f}\n")
    for work, kinds in used.items():
        for kind, workers in kinds.items():
            sizes = ", ".join(f"{size / MIB:.0f}" for size in workers)
            print(f"{kind} of the workers after {work}: {sizes} MiB")
    print()
    for page, number in counts.items():
        print(f"{page:18} {number} queries")


if __name__ == "__main__":
    main()
