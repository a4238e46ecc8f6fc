"""Imports as declared: what is wrong with one, and rows that are updated by a key."""

import pytest
from sqlalchemy import delete, select, update

from carafe import admin
from carafe.admin.imports import jobs, writing
from carafe.config import ConfigError
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.imports import Importer
from carafe.testing.sessions import open_session
from carafe.tests.site.models import User

OPTIONS = {"name": "people", "columns": ["email"], "form": ["name"], "order": "email"}


@pytest.mark.parametrize(
    ("imports", "operations", "says"),
    [
        (["nothing"], ["read", "create"], "Unknown attribute: nothing"),
        (["name.email"], ["read", "create"], "Can't resolve name.…"),
        (["password_hash", "confirmed_at", "name"], ["read"], "need the operation create"),
        (
            admin.Import(["name", "email"], key="email"),
            ["read", "create"],
            "need the operation edit",
        ),
        (
            admin.Import(["name"], key="email"),
            ["read", "create", "edit"],
            "The key email is not unique",
        ),
        (
            admin.Import(["name"], key="name"),
            ["read", "create", "edit"],
            "The key name is not unique",
        ),
    ],
)
def test_what_is_wrong_stops_the_start(imports, operations, says, app):
    with another_app(app) as made, pytest.raises(ConfigError, match=says):
        admin.add(made, User, **OPTIONS, imports=imports, operations=operations)


@pytest.fixture(scope="module")
def made(application):
    """An app with a list of people, which an import finds by their address."""
    declared = admin.Import(
        ["email", "name", "created_at"],
        key="email",
        row=lambda **values: User(password_hash="", **values),
    )
    with another_app(application) as app:
        operations = ["read", "create", "edit"]
        admin.add(app, User, **OPTIONS, imports=declared, operations=operations)
        yield app


@pytest.fixture
def bring(app, made, carol, monkeypatch):
    """Import a file of people; return the pages after the check and at the end."""
    monkeypatch.setattr(jobs, "BATCH_SIZE", 2)
    importer = Importer(made, open_session(made, carol), "/admin/people/")

    def call(*lines, mode="good"):
        checked = importer.check("\n".join(["email,name,created_at", *lines]))
        return checked, importer.bring_in(mode)

    return call


@pytest.fixture
def names(app):
    def read():
        with app.app_context():
            return {user.email: user.name for user in db.session.scalars(select(User))}

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
    assert "Duplicate of row 2" in checked
    assert names()[alice.email] == "One"
    assert names()["y@example.com"] == "Y"


def test_what_was_changed_is_changed_back_when_one_does_not_fit(
    alice, bob, dave, bring, names, monkeypatch
):
    """Dave goes between the look at what is there and the change."""
    before = names()
    lines = [f"{alice.email},A,", f"{bob.email},B,", "n@example.com,N,", f"{dave.email},D,"]
    bring_in = writing.apply

    def late(plan, rows):
        if any(row.values["email"] == dave.email for row in rows):
            db.session.execute(delete(User).where(User.id == dave.id))
        return bring_in(plan, rows)

    monkeypatch.setattr(jobs, "apply", late)
    _, ended = bring(*lines, mode="all")
    assert "Nothing was imported" in ended
    assert names() == before


def test_what_was_changed_again_since_stays(alice, bring, names, monkeypatch):
    begin, bring_in = jobs._start_revert, writing.apply

    def meanwhile(run, error):
        db.session.execute(update(User).where(User.id == alice.id).values(name="Newest"))
        begin(run, error)

    def refuse(plan, rows):
        if rows[0].number == 3:
            rows[0].add_error("", None, "No.")
            return rows[0].errors, []
        return bring_in(plan, rows)

    monkeypatch.setattr(jobs, "BATCH_SIZE", 1)
    monkeypatch.setattr(jobs, "_start_revert", meanwhile)
    monkeypatch.setattr(jobs, "apply", refuse)
    _, ended = bring(f"{alice.email},A,", "z@example.com,Z,", mode="all")
    assert "Row 3: No. Nothing was imported." in ended
    assert names()[alice.email] == "Newest"
