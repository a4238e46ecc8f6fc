"""Settings that switch parts off: no pages, links, or queries, and the data stays.

The pages of features that they switch off are in the tests of these features.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.auth.models import User
from carafe.auth.models import Passkey
from carafe.database import db
from carafe.jobs import schedule
from carafe.notifications import Message, Notification, notify
from carafe.personal_data import account_sections
from carafe.testing.apps import another_app
from carafe.testing.database import statements
from carafe.testing.http import Browser
from carafe.testing.routes import routes
from carafe.testing.sessions import open_session
from tests.crawler import crawl

SETTINGS = [
    "AVATARS",
    "IMPERSONATION",
    "INVITATIONS",
    "NOTIFICATIONS",
    "PASSKEYS",
    "RECORDER",
    "WEBHOOKS",
]
OFF = dict.fromkeys(SETTINGS, False) | {"REGISTRATION": "closed"}


@pytest.fixture(scope="module")
def bare_app(application: Flask) -> Iterator[Flask]:
    with another_app(application, **OFF) as made:
        yield made


@pytest.fixture
def owner(app, alice):
    """Alice, with data of every part that can be off, in the app where all is on."""
    with app.app_context():
        user = db.session.get_one(User, alice.id)
        user.avatar = "a.webp"
        Passkey.register(user, "Phone", b"id", b"key", 0)
        Message.send("Hello, everyone", "")
        notify(user.id, "Hello, Alice")
        db.session.commit()
    return alice


def test_what_is_off_is_nowhere(application, bare_app, carol):
    gone = [route for route in routes(application) if route.endpoint not in bare_app.view_functions]
    assert gone
    admin = open_session(bare_app, carol)
    for route in gone:
        # 405: the address could be that of a declared list, which takes no forms.
        expected = (404, 405) if route.changes else (404,)
        assert route.open(admin).status_code in expected, str(route)


def test_no_page_leads_to_what_is_off(application, bare_app, owner, carol):
    everything = {route.path for route in routes(bare_app)}
    assert len(everything) < len({route.path for route in routes(application)})
    for browser, start in [
        (Browser(bare_app.test_client()), ["/auth/login", "/auth/reset"]),
        (open_session(bare_app, owner), ["/members"]),
        (open_session(bare_app, carol), ["/members", "/admin/"]),
    ]:
        seen, broken = crawl(bare_app, browser, start)
        assert not broken
        assert len(seen) > len(start)


def test_what_is_off_costs_no_queries(app, bare_app, owner, carol):
    def ask(made: Flask, user: User, path: str) -> list[str]:
        browser = open_session(made, user)
        with statements(made) as asked:
            assert browser.get(path).status_code == 200, path
        return asked

    pages = [(owner, "/members"), (owner, "/auth/reauthenticate"), (carol, "/admin/")]
    with_all, with_none = (
        [ask(made, user, path) for user, path in pages] for made in (app, bare_app)
    )
    assert all(len(none) <= len(full) for full, none in zip(with_all, with_none, strict=True))
    assert sum(map(len, with_none)) < sum(map(len, with_all))
    tables = re.compile(r"\b(notification|message|inbox|impersonation|invitation|passkey)\b")
    assert any(tables.search(query) for queries in with_all for query in queries)
    assert not [query for queries in with_none for query in queries if tables.search(query)]
    # The user is read in the first query of a page.
    assert "avatar" not in with_none[0][0]


def test_what_is_off_does_no_scheduled_work(app, bare_app):
    with app.app_context():
        everything = set(schedule.active_rules())
    with bare_app.app_context():
        assert everything - set(schedule.active_rules()) == {
            "auth.end_impersonations",
            "notifications.purge",
            "webhooks.enqueue_overdue",
            "webhooks.purge",
        }


def test_what_was_stored_stays_until_its_user_is_deleted(app, bare_app, owner):
    with bare_app.app_context():
        assert not notify(owner.id, "Nobody reads this")
        db.session.commit()
        titles = [row["title"] for row in account_sections.notifications(owner.id)]
        assert "Hello, Alice" in titles
        assert "Nobody reads this" not in titles
        assert [row["name"] for row in account_sections.passkeys(owner.id)] == ["Phone"]
        db.session.get_one(User, owner.id).delete()
        db.session.commit()
        for model in (Notification, Passkey):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_a_passkey_still_counts_as_second_factor(bare_app, owner):
    """Or the setting would leave its owner with a password alone."""
    with bare_app.app_context():
        assert db.session.get_one(User, owner.id).has_second_factor
