"""`flask demo`: sample data to explore."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from app import FEATURES
from app.auth.models import User
from carafe import mail
from carafe.audit import AuditEvent, record
from carafe.auth import Session
from carafe.database import db
from carafe.jobs import Job
from carafe.notifications import Notification, notify
from carafe.observability import recorder, store
from carafe.testing.database import statements
from tests.site import HOME

# What the admin's pages show of each feature.
SHOWN = {
    "auth": {
        "/admin/exceptions/": "KeyError",
        "/admin/jobs/?state=failed": "mail.deliver",
        "/admin/audit/": "session.started",
    },
    "admin": {
        "/admin/users/?q=Lindqvist": "freya.lindqvist@example.com",
        "/admin/invitations/": "robin.okafor@example.com",
        "/admin/messages/": "Maintenance on Sunday",
    },
    "main": {"/admin/requests/?window=month": "main.index"},
    "notes": {"/admin/queries/": "full scan"},
}


@pytest.fixture
def demo(app):
    """Run the command; return its output."""

    def run(*options: str, answer: str = "", code: int = 0) -> Any:
        result = app.test_cli_runner().invoke(args=["demo", *options], input=answer)
        assert result.exit_code == code, result.output
        return result.output

    return run


def rows(app) -> dict[str, int]:
    """Return the number of rows in each table."""
    with app.app_context():
        tables = db.metadata.sorted_tables
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }


def accounts(output: str) -> list[tuple[str, str]]:
    """Return address and password of each account, from its line."""
    return re.findall(r"^.*?([\w.]+@[\w.]+).*?password[: ]+(\S+).*$", output, re.M)


def test_it_makes_a_user_and_an_admin_who_can_log_in(app, demo, browser):
    printed = accounts(demo())
    assert len(printed) == 2
    roles = set()
    for email, password in printed:
        opened = browser()
        answer = opened.submit("/auth/login", {"email": email, "password": password})
        assert (answer.status_code, answer.location) == (303, HOME)
        assert opened.get("/members").status_code == 200
        roles.add(opened.get("/admin/").status_code)
    assert roles == {200, 403}


def test_it_makes_new_passwords_each_time_and_prints_where_to_log_in(app, demo):
    first = demo()
    assert "http://localhost/auth/login" in first
    with app.app_context():
        db.session.execute(delete(User))
        db.session.commit()
    second = demo()
    assert {password for _, password in accounts(first)}.isdisjoint(
        password for _, password in accounts(second)
    )


def test_it_changes_nothing_the_second_time(app, demo):
    first = demo()
    before = rows(app)
    with statements(app) as asked:
        output = demo()
    assert "already" in output
    assert accounts(output) == accounts(first)
    assert rows(app) == before
    assert not [sent for sent in asked if sent.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_it_leaves_an_app_in_use_alone(app, alice, demo):
    before = rows(app)
    assert "already" in demo()
    assert rows(app) == before


def test_it_is_not_for_production(app, demo, monkeypatch):
    monkeypatch.setitem(app.config, "APP_ENV", "production")
    before = rows(app)
    assert "available in production" in demo(code=1)
    assert rows(app) == before


def recorded(app) -> dict[str, list[object]]:
    """Return all rows of the recorder."""
    with app.app_context(), store.get_store().connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in store.metadata.sorted_tables
        }


def test_it_is_removed_without_a_trace(app, demo, browser):
    with app.app_context(), store.get_store().write_transaction() as connection:
        for name in ("exception", "exception_count", "repeated", "slow_request", "statement"):
            connection.execute(delete(store.metadata.tables[name]))  # those of other tests
    browser().get("/")
    recorder.flush(app)
    before, recorded_before = rows(app), recorded(app)
    demo()
    demo("--remove", answer="y")
    assert rows(app) == before
    assert recorded(app) == recorded_before
    assert "no sample data" in demo("--remove")


def test_it_leaves_what_others_have_added(app, demo, make_user, sign_in):
    demo()
    dana = make_user("dana@example.com", name="Dana")
    assert sign_in(dana).get("/members").status_code == 200
    with app.app_context():
        mail.send("dana@example.com", "auth/emails/reset", user=dana, url="http://localhost/")
        notify(dana.id, "Hello")
        record("user.renamed", "user:1", actor=dana.email)
        db.session.commit()
    demo("--remove", "--yes")
    with app.app_context():
        assert db.session.scalars(select(User.email)).all() == ["dana@example.com"]
        assert db.session.scalars(select(Notification.title)).all() == ["Hello"]
        assert "user.renamed" in db.session.scalars(select(AuditEvent.action)).all()
        assert db.session.scalars(select(Job.name)).all() == ["mail.deliver"]
        assert db.session.scalar(select(func.count(Session.id))) == 1


def test_it_asks_before_it_removes_anything(app, demo):
    demo()
    before = rows(app)
    assert "Remove the sample users" in demo("--remove", answer="n", code=1)
    assert rows(app) == before


def test_it_is_the_same_each_time_and_can_follow_users_who_were_deleted(app, demo, monkeypatch):
    columns = User.email, User.name, User.role, User.avatar, User.suspended_at.is_not(None)

    def people_at(hour: int) -> list[object]:
        at = datetime(2026, 11, 30, hour, tzinfo=UTC)
        monkeypatch.setattr("carafe.time.clock._frozen_at", at)
        demo()
        with app.app_context():
            return list(map(tuple, db.session.execute(select(*columns).order_by(User.id))))

    morning = people_at(5)
    with app.app_context():
        db.session.execute(delete(User))
        db.session.commit()
    # Some of their times are now later in the day, which must not change anyone else.
    assert people_at(7) == morning


def test_it_fills_each_page_of_the_admin(demo, browser):
    _, (email, password) = accounts(demo())
    admin = browser()
    admin.submit("/auth/login", {"email": email, "password": password})
    for feature in FEATURES:
        for path, text in SHOWN.get(feature, {}).items():
            assert text in admin.get(path).text, path
