"""What the README's recipes lead to, in a copy of the project: `python -m tests.recipes <name> …`.

Prints what went wrong, and nothing when nothing did. A process of its own, since the copy has
other features.
"""

import sys
from typing import Any

from flask import Flask
from flask_migrate import check, downgrade, migrate, upgrade
from sqlalchemy import inspect, text

from app import create_app
from app.core import migrations
from app.core.database import db, reading
from tests.http import Browser

EMAIL, PASSWORD = "carol@example.com", "carafe under the apple tree"

TRIGGERS = """
    SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = current_schema()
"""


def fill(app: Flask) -> None:
    """Before the recipe: a database that has data."""
    with app.app_context():
        upgrade()
    app.test_cli_runner().invoke(args=["user", "create", EMAIL, "--admin", "--password", PASSWORD])
    browser = sign_in(app)
    complain_unless(browser.submit("/notes/new", {"title": "Walrus"}).status_code == 303)


def copy(app: Flask) -> None:
    """The example was copied to `tasks`."""
    missing = app.test_cli_runner().invoke(args=["check", "--silence", "core.sqlite_version"])
    complain_unless("task, task_search" in missing.output, missing.output)
    with app.app_context():
        migrate(message="add tasks")
        upgrade()
        check()
    migrations.head.cache_clear()
    result = app.test_cli_runner().invoke(args=["check", "--silence", "core.sqlite_version"])
    complain_unless(result.exit_code == 0, result.output)
    browser = sign_in(app)
    complain_unless(browser.submit("/tasks/new", {"title": "Walrus"}).status_code == 303)
    for page in ("/tasks/", "/admin/tasks/?q=walr", "/notes/", "/admin/search?q=walr"):
        complain_unless("Walrus" in browser.get(page).text, f"no walrus at {page}")


def delete(app: Flask) -> None:
    """The example was deleted."""
    with app.app_context():
        migrate(message="drop notes")
        upgrade()
        check()
    with app.app_context(), reading():
        connection = db.session.connection()
        names = [*inspect(connection).get_table_names()]
        if connection.dialect.name == "sqlite":
            names += connection.scalars(text("SELECT name FROM sqlite_master"))
        else:
            names += connection.scalars(text(TRIGGERS))
        complain_unless(not [name for name in names if name.startswith("note_")], str(names))
        complain_unless(connection.scalar(text('SELECT email FROM "user"')) == EMAIL)
    complain_unless(sign_in(app).get("/admin/users/?q=carol").status_code == 200)
    with app.app_context():
        downgrade()
        upgrade()


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
    made = create_app({"APP_ENV": "testing", "INSTANCE_PATH": folder, "DATABASE_URL": url})
    {"fill": fill, "copy": copy, "delete": delete}[recipe](made)
