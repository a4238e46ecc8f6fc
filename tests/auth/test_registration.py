"""Who can create an account if not everyone can."""

import pytest

from app.auth.models import User
from carafe.auth.models import Invitation
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from tests.crawler import links_of


@pytest.fixture
def guest(app, carol):
    """Return an address that Carol has invited."""
    with app.app_context():
        Invitation.send("guest@example.com", "user", db.session.get_one(User, carol.id))
        db.session.commit()
    return "guest@example.com"


def test_nobody_registers_where_registration_is_closed(app):
    with another_app(app, REGISTRATION="closed", INVITATIONS=False) as made:
        browser = Browser(made.test_client())
        assert browser.get("/auth/register").status_code == 404
        assert browser.post("/auth/register").status_code == 404
        for path in ("/auth/login", "/auth/reset"):
            assert ("GET", "/auth/register") not in links_of(browser.get(path).text)
        result = made.test_cli_runner().invoke(args=["user", "create", "frida@example.com"])
        assert result.exit_code == 0
        with made.app_context():
            assert User.by_email("frida@example.com")


def test_registration_by_invitation(app, guest, mailbox):
    with another_app(app, REGISTRATION="invitation") as made:
        browser = Browser(made.test_client())
        page = browser.get("/auth/register")
        assert page.status_code == 200
        assert "by invitation only" in page.text
        assert ("POST", "/auth/register") not in links_of(page.text)
        assert browser.post("/auth/register").status_code == 405
        for path in ("/auth/login", "/auth/reset"):
            assert ("GET", "/auth/register") not in links_of(browser.get(path).text)
        fields = {"name": "Gus", "password": "eleven green bottles"}
        assert browser.submit(mailbox.link(guest), fields).status_code == 303
        assert browser.get("/members").status_code == 200
