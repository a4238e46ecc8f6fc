"""Checks the result of the recipes of docs/customize.md in a copy.

`python -m tests.recipes <name> …`.

Prints errors, and nothing if there are none. A separate process, because the copy has other
features.
"""

import json
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from flask import Flask
from flask_migrate import check, downgrade, migrate, upgrade
from sqlalchemy import inspect, select, text
from werkzeug.test import TestResponse

from app import FEATURES, create_app
from carafe import personal_data
from carafe.database import db, migrations, read_transaction
from carafe.jobs import Job
from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox

EMAIL, PASSWORD = "carol@example.com", "carafe under the apple tree"

# Tables and triggers of added features start with this.
LEFT_BEHIND = {"admin": "user_search", "notes": "note"}
TRIGGERS = """
    SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = current_schema()
"""


def fill(app: Flask) -> None:
    """Before the recipe: fill the database with data."""
    with app.app_context():
        upgrade()
    app.test_cli_runner().invoke(args=["user", "create", EMAIL, "--admin", "--password", PASSWORD])
    browser = sign_in(app)
    complain_unless(browser.submit("/notes/new", {"title": "Walrus"}).status_code == 303)


def copy(app: Flask) -> None:
    """Check that the example was copied to `tasks`."""
    missing = app.test_cli_runner().invoke(args=["check", "--silence", "core.sqlite_version"])
    complain_unless("task, task_search" in missing.output, missing.output)
    with app.app_context():
        migrate(message="add tasks")
        upgrade()
        check()
    migrations.head_revision.cache_clear()
    result = app.test_cli_runner().invoke(args=["check", "--silence", "core.sqlite_version"])
    complain_unless(result.exit_code == 0, result.output)
    browser = sign_in(app)
    complain_unless(browser.submit("/tasks/new", {"title": "Walrus"}).status_code == 303)
    for page in ("/tasks/", "/admin/tasks/?q=walr", "/notes/", "/admin/search?q=walr"):
        complain_unless("Walrus" in browser.get(page).text, f"no walrus at {page}")


def remove(app: Flask) -> None:
    """Check that a feature was deleted."""
    with app.app_context():
        migrate(message="drop a feature")
        upgrade()
        check()
    with app.app_context(), read_transaction():
        connection = db.session.connection()
        complain_unless(connection.scalar(text('SELECT email FROM "user"')) == EMAIL)
        names = [*inspect(connection).get_table_names()]
        if connection.dialect.name == "sqlite":
            names += connection.scalars(text("SELECT name FROM sqlite_master"))
        else:
            names += connection.scalars(text(TRIGGERS))
        for feature, prefix in LEFT_BEHIND.items():
            if feature not in FEATURES:
                complain_unless(not [name for name in names if name.startswith(prefix)], names)
    browser = sign_in(app)
    for page in ("/", app.config["HOME_URL"], "/admin/", "/admin/jobs/", "/admin/audit/"):
        answer = browser.get(page, follow_redirects=True)
        complain_unless(answer.status_code == 200, f"{page} answers {answer.status_code}")
    with app.app_context():
        downgrade()
        upgrade()


def guide(app: Flask) -> None:
    """Check that the feature of docs/feature.md was written."""
    with app.app_context():
        migrate(message="add books")
        upgrade()
        check()
    browser = sign_in(app)
    answer = browser.submit("/admin/authors/new", {"name": "Jane Austen"})
    complain_unless(answer.status_code == 303, answer.text)
    fields = {"title": "Emma", "author_id": "1", "state": "published", "price": "9.50"}
    fields |= {"published_on": "1815-12-23"}
    complain_unless(browser.submit("/books/new", fields | {"state": "lost"}).status_code == 422)
    answer = browser.submit("/books/new", fields)
    complain_unless(answer.status_code == 303, answer.text)
    for page in ("/books/", "/books/1", "/admin/books/", "/admin/books/1"):
        complain_unless("Emma" in browser.get(page).text, f"no book at {page}")
    for page in ("/books/1", "/admin/books/"):
        complain_unless("Jane Austen" in browser.get(page).text, f"no author at {page}")
    visitor = Browser(app.test_client())
    page = visitor.get("/books/published").text
    complain_unless("Emma" in page and "Dec 23, 1815" in page, page)
    with app.app_context(), read_transaction():
        user_id = db.session.scalar(text('SELECT id FROM "user"'))
        with personal_data.build_archive(user_id) as file, ZipFile(file) as archive:
            [data] = json.loads(archive.read("books.json"))
        state = db.session.scalar(text("SELECT state FROM book"))
    complain_unless(state == "published", state)
    expected = {"title": "Emma", "author_id": 1, "state": "published", "cover": None}
    expected |= {"published_on": "1815-12-23", "price": "9.50"}
    complain_unless(data == expected, data)
    policy = browser.get("/books/1").headers["Content-Security-Policy"]
    complain_unless("https://covers.example.org" in policy, policy)
    book = browser.get("/books/1.json").json
    complain_unless(book == {"id": 1, "title": "Emma", "price": "9.50"}, book)
    check_api(browser)
    answer = browser.submit("/books/published", action="/books/1/take-down")
    complain_unless(answer.status_code == 303, answer.text)
    complain_unless(browser.get("/books/1").status_code == 404)
    complain_unless(
        "was taken down" in browser.get("/account/notifications/").text, "no notification"
    )
    [mail] = Mailbox(Path(app.instance_path) / "mail", app).to(EMAIL)
    complain_unless(mail["Subject"] == "“Emma” was taken down", mail)
    with app.app_context():
        result = db.session.scalar(select(Job.result).where(Job.name == "books.count_books"))
    complain_unless(result == {"books": 0}, result)


def check_api(browser: Browser) -> None:
    """Check the API of the guide's books, with the session of a page."""
    headers = {"X-CSRFToken": browser.token()}

    def post(**values: object) -> TestResponse:
        return browser.client.post("/api/v1/books", json=values, headers=headers)

    page: Any = browser.get("/api/v1/books?state=published&q=emma").json
    [book] = page["items"]
    complain_unless((book["price"], book["published_on"]) == ("9.50", "1815-12-23"), book)
    for member, value in {"author_id": 4711, "state": "lost", "price": "x", "title": None}.items():
        answer = post(**({"title": "Persuasion"} | {member: value}))
        complain_unless(answer.status_code == 422, answer.text)
        complain_unless(f'"pointer":"#/{member}"' in answer.text.replace(" ", ""), answer.text)
    answer = post(title="Persuasion", author_id=1, price="7.00")
    complain_unless(answer.status_code == 201, answer.text)
    path = answer.headers["Location"].partition("//")[2].partition("/")[2]
    answer = browser.client.delete(
        f"/{path}", headers=headers | {"If-Match": answer.headers["ETag"]}
    )
    complain_unless(answer.status_code == 204, answer.text)


def sign_in(app: Flask) -> Browser:
    browser = Browser(app.test_client())
    answer = browser.submit("/auth/login", {"email": EMAIL, "password": PASSWORD})
    complain_unless(answer.status_code == 303, answer.text)
    return browser


def complain_unless(condition: bool, problem: Any = "") -> None:
    if not condition:
        caller = sys._getframe(1)
        print(f"{caller.f_code.co_name}:{caller.f_lineno} {problem}")  # noqa: T201


if __name__ == "__main__":
    recipe, folder, url = sys.argv[1:]
    made = create_app(
        {"APP_ENV": "testing", "INSTANCE_PATH": folder, "DATABASE_URL": url, "JOBS_IN_WEB": False}
    )
    {"fill": fill, "copy": copy, "remove": remove, "guide": guide}[recipe](made)
