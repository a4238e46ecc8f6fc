"""When a session was last seen: written at most once a minute, since each write costs."""

import pytest

from carafe.auth.models import Session
from carafe.database import db
from carafe.testing.clock import later
from carafe.time import now


@pytest.fixture
def seen(app):
    def look():
        with app.app_context():
            return db.session.scalars(db.select(Session.last_seen_at)).one()

    return look


def test_it_is_not_written_within_a_minute(app, alice, sign_in, seen):
    browser = sign_in(alice)
    later(app, seconds=50)
    before = seen()
    browser.get("/members")
    browser.submit("/members", {"name": "Alice"})
    assert seen() == before


def test_it_is_written_once_after_a_minute(app, alice, sign_in, seen):
    browser = sign_in(alice)
    later(app, seconds=61)
    started = now()
    browser.get("/members")
    written = seen()
    assert written >= started
    browser.get("/members")
    assert seen() == written


def test_it_is_written_after_an_error_as_well(app, alice, sign_in, seen):
    browser = sign_in(alice)
    later(app, minutes=5)
    before = seen()
    assert browser.get("/nowhere").status_code == 404
    assert seen() > before


def test_it_is_not_written_by_a_dead_cookie(app, alice, sign_in, visitor, seen):
    browser = sign_in(alice)
    browser.copy_cookies_to(visitor)
    later(app, hours=13)
    before = seen()
    assert visitor.get("/members").status_code == 303
    assert visitor.get("/").status_code == 200
    assert seen() == before


def test_it_renews_the_cookie_that_is_remembered(app, alice, log_in):
    browser = log_in(alice, remember="y")
    browser.get("/members")  # its form's token is new in the cookie
    assert "Set-Cookie" not in browser.get("/members").headers
    later(app, minutes=2)
    assert "Expires=" in browser.get("/members").headers["Set-Cookie"]
