"""Imports as they are declared: what is wrong with one, and rows that are found again by a key."""

import io
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app.auth.models import User
from carafe import admin
from carafe.admin.imports import jobs, writing
from carafe.config import ConfigError
from carafe.database import db
from carafe.jobs.worker import run_due
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser

OPTIONS = {"name": "people", "columns": ["email"], "form": ["name"], "order": "email"}
PATH = "/admin/people/imports/"


@pytest.mark.parametrize(
    ("imports", "operations", "says"),
    [
        (["nothing"], ["read", "create"], "there is no nothing"),
        (["name.email"], ["read", "create"], "name.… leads nowhere"),
        (["password_hash", "confirmed_at", "name"], ["read"], "needs the operation create"),
        (
            admin.Import(["name", "email"], key="email"),
            ["read", "create"],
            "needs the operation edit",
        ),
        (
            admin.Import(["name"], key="email"),
            ["read", "create", "edit"],
            "the key email is not unique",
        ),
        (
            admin.Import(["name"], key="name"),
            ["read", "create", "edit"],
            "the key name is not unique",
        ),
    ],
)
def test_what_is_wrong_stops_the_start(imports, operations, says, app):
    with another_app(app) as made, pytest.raises(ConfigError, match=says):
        admin.add(made, User, **OPTIONS, imports=imports, operations=operations)


@pytest.fixture
def bring(app, carol, monkeypatch):
    """Imports a file of people, found again by their address; the pages after check and end."""
    monkeypatch.setattr(jobs, "BATCH_SIZE", 2)
    declared = admin.Import(
        ["email", "name", "created_at"],
        key="email",
        row=lambda **own: User(password_hash="", **own),
    )
    with another_app(app) as made:
        operations = ["read", "create", "edit"]
        admin.add(made, User, **OPTIONS, imports=declared, operations=operations)
        browser = Browser(made.test_client())
        browser.submit("/auth/login", {"email": carol.email, "password": PASSWORD})

        def call(*given, mode="good"):
            content = "\n".join(["email,name,created_at", *given]).encode()
            form = browser.fill(PATH)
            page = browser.send(form, {"file": (io.BytesIO(content), "people.csv")}).location
            browser.submit(page, action=f"{page}/check")
            run_due(made)
            checked = browser.get(page).text
            browser.submit(page, {"mode": mode}, action=f"{page}/rows")
            run_due(made)
            return checked, browser.get(page).text

        yield call


@pytest.fixture
def names(app):
    def read():
        with app.app_context():
            found: Any = db.session.execute(select(User.email, User.name))
            return dict(map(tuple, found))

    return read


def test_a_row_that_is_there_is_changed(app, alice, bob, bring, names):
    bring(f"{alice.email},Alicia,2020-02-01 10:00", "new@example.com,New,", f"{bob.email},Bob,")
    assert names()[alice.email] == "Alicia"
    assert names()["new@example.com"] == "New"
    with app.app_context():
        assert f"{db.session.get_one(User, alice.id).created_at:%Y-%m-%d %H}" == "2020-02-01 10"


def test_one_key_twice_in_a_file_is_told(alice, bring, names):
    checked, _ = bring(
        f"{alice.email},One,", "x@example.com,X,", "y@example.com,Y,", f"{alice.email},Two,"
    )
    assert "Row 2 has the same." in checked
    assert names()[alice.email] == "One"
    assert names()["y@example.com"] == "Y"


def test_what_was_changed_is_changed_back_when_one_does_not_fit(
    alice, bob, dave, bring, names, monkeypatch
):
    """Dave goes between the look at what is there and the change."""
    before = names()
    given = [f"{alice.email},A,", f"{bob.email},B,", "n@example.com,N,", f"{dave.email},D,"]
    bring_in = writing.apply

    def late(plan, found):
        if any(row.values["email"] == dave.email for row in found):
            db.session.execute(delete(User).where(User.id == dave.id))
        return bring_in(plan, found)

    monkeypatch.setattr(jobs, "apply", late)
    _, ended = bring(*given, mode="all")
    assert "Nothing was imported" in ended
    assert names() == before


def test_what_was_changed_again_since_stays(alice, bring, names, monkeypatch):
    begin, bring_in = jobs._start_revert, writing.apply

    def meanwhile(run, error):
        db.session.execute(update(User).where(User.id == alice.id).values(name="Newest"))
        begin(run, error)

    def refuse(plan, found):
        if found[0].number == 3:
            found[0].add_error("", None, "No.")
            return found[0].errors, []
        return bring_in(plan, found)

    monkeypatch.setattr(jobs, "BATCH_SIZE", 1)
    monkeypatch.setattr(jobs, "_start_revert", meanwhile)
    monkeypatch.setattr(jobs, "apply", refuse)
    _, ended = bring(f"{alice.email},A,", "z@example.com,Z,", mode="all")
    assert "Row 3: No. Nothing was imported." in ended
    assert names()[alice.email] == "Newest"
