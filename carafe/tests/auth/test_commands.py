"""`flask user …`"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from carafe.config import ROOT
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.server import BIN
from carafe.testing.suite import suite
from carafe.tests.site.models import User


@pytest.fixture
def run(app):
    return lambda *arguments: app.test_cli_runner().invoke(args=["user", *arguments])


@pytest.fixture
def role(app):
    def look(email):
        with app.app_context():
            return db.session.scalars(db.select(User.role).where(User.email == email)).one()

    return look


def test_it_creates_a_user_and_prints_a_password(run, visitor, role):
    result = run("create", " New@Example.com ")
    assert result.exit_code == 0
    assert result.output.startswith("Created new@example.com with password ")
    password = result.output.split()[-1]
    fields = {"email": "new@example.com", "password": password}
    assert visitor.submit("/auth/login", fields).status_code == 303
    assert 'href="/auth/confirm"' not in visitor.get("/members").text
    assert role("new@example.com") == "user"


def test_it_creates_an_administrator_with_a_given_password(run, visitor):
    result = run("create", "new@example.com", "--admin", "--name", "Nu", "--password", PASSWORD)
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    visitor.submit("/auth/login", {"email": "new@example.com", "password": PASSWORD})
    assert visitor.get("/admin/").status_code == 200


def test_it_promotes(run, alice, role):
    result = run("promote", "ALICE@example.com")
    assert (result.exit_code, result.output) == (0, "alice@example.com is now an admin.\n")
    assert role(alice.email) == "admin"


def test_it_suspends_and_ends_sessions(run, alice, sign_in, visitor):
    browser = sign_in(alice)
    assert run("suspend", alice.email).exit_code == 0
    assert browser.get("/members").status_code == 303
    answer = visitor.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    assert answer.status_code == 422


def test_it_demotes(run, carol, make_user, role):
    make_user("second@example.com", role="admin")
    assert run("demote", carol.email).output == "carol@example.com is now a regular user.\n"
    assert role(carol.email) == "user"


def test_it_deletes_once_that_is_confirmed(run, app, alice):
    assert run("delete", alice.email).exit_code == 1
    assert run("delete", alice.email, "--yes").output == "alice@example.com deleted.\n"
    with app.app_context():
        assert User.by_email(alice.email) is None


def test_it_lists_everyone(run, alice, carol, dave, erin):
    assert run("list").output.splitlines() == [
        "alice@example.com\tuser\tconfirmed\tAlice",
        "carol@example.com\tadmin\tconfirmed\tCarol",
        "dave@example.com\tuser\tsuspended\tDave",
        "erin@example.com\tuser\tunconfirmed\tErin",
    ]


def test_it_lists_nobody(run, app):
    result = run("list")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["create", "alice@example.com"], "alice@example.com already has an account."),
        (["create", "Alice@Example.COM"], "alice@example.com already has an account."),
        (["create", "nobody"], "'nobody' isn't a valid email address"),
        (["create", "new@example.com", "--password", "short"], "at least 8 characters"),
        (["create", "new@example.com", "--password", "password1"], "too easy to guess"),
        (["create", "new@example.com", "--name", "n" * 101], "100 characters"),
        (["promote", "nobody@example.com"], "No account for nobody@example.com."),
        (["promote", "nobody"], "'nobody' isn't a valid email address"),
        (["suspend", "nobody@example.com"], "No account for nobody@example.com."),
        (["create"], "Missing argument"),
    ],
)
def test_it_says_what_is_wrong_in_one_line(arguments, error, run, alice, app):
    result = run(*arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)
    assert error in result.stderr.splitlines()[-1]
    with app.app_context():
        assert db.session.query(User).count() == 1


def test_it_shows_the_shell_no_traceback(tmp_path: Path):
    """In a real process: an unknown address, and a database that nobody has migrated."""
    environ = {**os.environ, "APP_ENV": "testing", "INSTANCE_PATH": str(tmp_path)}
    environ["FLASK_APP"] = suite().wsgi
    environ.pop("DATABASE_URL", None)
    result = subprocess.run(
        [sys.executable, str(BIN / "flask"), "user", "promote", "alice@example.com"],
        cwd=ROOT, env=environ, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    assert "flask db upgrade" in result.stderr
