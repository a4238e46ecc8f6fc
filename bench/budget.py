"""What nine pages may cost: the processor time of each, as a ratio to that of its limit.

    python bench/budget.py [--only "notes list"] [--pairs 30]

The app as in production and its limit (`limit.py`: bare Flask, SQLAlchemy, and Jinja) answer the
same requests in this process, without a server, in alternating batches. Times are processor time of
all threads, medians of the pairs in µs per request; garbage is collected between measurements only.
The ratio is the median of the pairs' ratios, so other load on the machine has little effect. It
fails if a page exceeds its budget by 15% in three runs out of three.

After you made a page cheaper, lower its budget to the ratio that is printed.
"""

import argparse
import gc
import logging
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from flask import Flask
from sqlalchemy import insert
from werkzeug.test import EnvironBuilder

from bench.server import environment, flask

# The ratio of each page to its limit.
BUDGETS = {
    "landing page": 2.0,
    "login form": 3.2,
    "notes list": 1.85,
    "note create": 2.7,
    "dashboard": 3.0,
    "admin users": 2.2,
    "admin search": 4.6,
    "static CSS": 0.27,
    "API list": 1.65,
}
TOLERANCE = 1.15
RUNS = 3

# Requests in each half of a pair.
REQUESTS = 5
USERS, NOTES = 2_000, 300
READER, ADMIN, SEARCHED = "user@example.com", "admin@example.com", "searched@example.com"
PASSWORD = "a password for measuring"
TEXT = "Half of it can wait until spring.\n" * 5

Environ = dict[str, Any]
Pages = dict[str, Callable[[], Environ]]


class Cost(NamedTuple):
    """Microseconds of the limit and of the page, and the ratio."""

    limit: float
    page: float
    ratio: float


def make_apps(folder: str) -> tuple[Flask, Flask]:
    """Return the app, with rows in a new database, and its limit, with the same rows."""
    environ = environment(folder, JOBS_IN_WEB="no")
    flask(environ, "db", "upgrade")
    os.environ |= environ
    from app import create_app
    from bench import limit

    app = create_app({"SESSION_COOKIE_SECURE": False, "SESSION_COOKIE_NAME": "session"})
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            # Lines cost what they cost, but are not read. Open until the end.
            handler.setStream(Path(os.devnull).open("w"))  # noqa: SIM115
    with app.app_context():
        add_rows()
    return app, limit.create_app()


def add_rows() -> None:
    from app.auth.models import User
    from app.notes.models import Note
    from bench.fill import load_users
    from carafe.auth import passwords
    from carafe.database import db
    from carafe.time import now

    password_hash = passwords.hash(PASSWORD)
    for email, role in ((READER, "user"), (ADMIN, "admin"), (SEARCHED, "user")):
        User.register(email, password_hash, name="Uma", role=role, confirmed_at=now())
    db.session.commit()
    list(load_users(USERS))
    reader = User.by_email(READER)
    rows = [{"user_id": reader.id, "title": f"Note number {n}", "body": TEXT} for n in range(NOTES)]
    db.session.execute(insert(Note), rows)
    db.session.commit()


def make_pages(app: Flask) -> Pages:
    """Return by page what makes a request, as a server would hand it to either app."""
    from carafe.testing.http import Browser

    visitor, reader, admin = (Browser(app.test_client()) for _ in range(3))
    for browser, email in ((reader, READER), (admin, ADMIN)):
        page = browser.submit("/auth/login", {"email": email, "password": PASSWORD})
        browser.get(page.location)  # the cookie that the first page sets stays for all others
    fields = admin.fill("/notes/new").fields | {"title": "A note", "body": TEXT}
    stylesheet = visitor.get("/").text.partition('rel="stylesheet" href="')[2].partition('"')[0]

    def get(path: str, browser: Browser = visitor) -> Callable[[], Environ]:
        return lambda: make_environ(browser, path)

    def create() -> Environ:
        form = fields | {"submission": secrets.token_urlsafe(16)}
        return make_environ(admin, "/notes/new", method="POST", data=form)

    headers = {"User-Agent": "budget", "Authorization": f"Bearer {make_token(app)}"}
    return {
        "landing page": get("/"),
        "login form": get("/auth/login"),
        "notes list": get("/notes/", reader),
        "note create": create,
        "dashboard": get("/dashboard", reader),
        "admin users": get("/admin/users/", admin),
        "admin search": get(f"/admin/users/?q={SEARCHED}", admin),
        "static CSS": get(stylesheet),
        "API list": lambda: EnvironBuilder("/api/v1/notes", headers=headers).get_environ(),
    }


def make_environ(browser: Any, path: str, **options: Any) -> Environ:
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies())
    headers = {"User-Agent": "budget", "Accept": "text/html", "Cookie": cookies}
    return EnvironBuilder(path, headers=headers, **options).get_environ()


def make_token(app: Flask) -> str:
    from app.auth.models import User
    from carafe.auth.models import ApiToken
    from carafe.database import db

    with app.app_context():
        prefix = app.config["API_TOKEN_PREFIX"]
        _, text = ApiToken.issue(User.by_email(READER), "budget", {"notes:read"}, prefix=prefix)
        db.session.commit()
    return text


def send(app: Flask, environ: Environ) -> tuple[str, bytes]:
    """Call the app as a server does. Return the status and the body."""
    answer: list[Any] = []
    chunks = app.wsgi_app(environ, lambda *arguments: answer.extend(arguments))
    body = b"".join(chunks)
    if close := getattr(chunks, "close", None):
        close()
    return answer[0], body


def microseconds(app: Flask, environs: list[Environ]) -> float:
    """Return the processor time per request."""
    gc.collect()
    gc.disable()
    start = time.process_time_ns()
    for environ in environs:
        send(app, environ)
    spent = time.process_time_ns() - start
    gc.enable()
    return spent / len(environs) / 1000


def measure(apps: tuple[Flask, Flask], make: Callable[[], Environ], pairs: int) -> Cost:
    """Return what a page costs, and its limit."""
    for app in apps * REQUESTS:
        status, _ = send(app, make())
        if status[:3] not in ("200", "303"):
            raise SystemExit(f"{make()['PATH_INFO']} answers {status}")
    gc.freeze()
    spent = []
    for number in range(pairs):
        order = apps if number % 2 else apps[::-1]
        costs = {app: microseconds(app, [make() for _ in range(REQUESTS)]) for app in order}
        spent.append((costs[apps[1]], costs[apps[0]]))
    limits, pages = zip(*spent, strict=True)
    return Cost(median(limits), median(pages), median(page / limit for limit, page in spent))


def run(apps: tuple[Flask, Flask], pages: Pages, pairs: int) -> Pages:
    """Print the table. Return the pages that exceed their budgets."""
    exceeding: Pages = {}
    print(f"{'page':14} {'limit, µs':>10} {'page, µs':>10} {'ratio':>6} {'budget':>6}")
    for name, make in pages.items():
        cost, budget = measure(apps, make, pairs), BUDGETS[name]
        if cost.ratio > budget * TOLERANCE:
            exceeding[name] = make
        times = f"{cost.limit:10,.0f} {cost.page:10,.0f}"
        mark = " exceeded" if name in exceeding else ""
        print(f"{name:14} {times} {cost.ratio:6.2f} {budget:6.2f}{mark}")
    return exceeding


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=BUDGETS, help="the name of one page")
    parser.add_argument("--pairs", type=int, default=30)
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        apps = make_apps(folder)
        pages = {k: v for k, v in make_pages(apps[0]).items() if args.only in (None, k)}
        for number in range(RUNS):
            if number:
                print("\nAgain, to be sure:")
            pages = run(apps, pages, args.pairs)
            if not pages:
                return
    sys.exit(f"{', '.join(pages)}: more than 15% over budget in {RUNS} runs out of {RUNS}")


if __name__ == "__main__":
    main()
