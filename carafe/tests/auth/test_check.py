"""What `flask check` finds in the accounts."""

import json

import pytest

from carafe.auth import passwords
from carafe.auth.models import Passkey, Totp
from carafe.database import db
from carafe.testing.checks import findings, run
from carafe.tests.site.demo import ADMIN, USER
from carafe.tests.site.models import User
from carafe.time import now

pytestmark = pytest.mark.any_database


@pytest.fixture
def add(app):
    """Adds a row."""

    def keep(row):
        with app.app_context():
            db.session.add(row)
            db.session.commit()

    return keep


@pytest.fixture
def sample_user(app):
    """Makes the sample user, with a password of one's own."""

    def make(password, **fields):
        with app.app_context():
            User.register(USER, passwords.hash(password), confirmed_at=now(), **fields)
            db.session.commit()

    return make


def totp(user):
    return Totp(user_id=user.id, secret=b"encrypted", counter=0)


def passkey(user):
    return Passkey(
        user_id=user.id,
        credential_id=user.email.encode(),
        public_key=b"key",
        sign_count=0,
        name="A key",
    )


def test_it_tells_that_there_is_no_administrator(app, alice, make_user):
    make_user("gone@example.com", role="admin", suspended_at=now())
    reported = json.loads(run(app, "--json").stdout)
    assert [(finding["id"], finding["level"]) for finding in reported] == [
        ("auth.no_admin", "info")
    ]


def test_it_finds_administrators_with_nothing_but_a_password(app, alice, carol, make_user):
    for number in range(3):
        make_user(f"admin{number}@example.com", role="admin")
    reported = findings(app)
    assert list(reported) == ["auth.second_factor"]
    assert reported["auth.second_factor"]["level"] == "warning"
    message = reported["auth.second_factor"]["message"]
    assert "carol@example.com, admin0@example.com, admin1@example.com and 1 more" in message
    assert "alice" not in message


@pytest.mark.parametrize("factor", [totp, passkey])
def test_it_lets_administrators_with_a_second_factor_be(factor, app, add, carol, alice):
    add(factor(alice))
    assert list(findings(app)) == ["auth.second_factor"]
    add(factor(carol))
    result = run(app, "--json", "--fail-level", "info")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_it_lets_suspended_administrators_be(app, add, carol, make_user):
    add(totp(carol))
    make_user("gone@example.com", role="admin", suspended_at=now())
    assert findings(app) == {}


def test_it_finds_sample_accounts(app):
    assert app.test_cli_runner().invoke(args=["demo"]).exit_code == 0
    reported = findings(app)
    assert set(reported) == {"auth.demo_accounts", "auth.second_factor"}
    assert USER in reported["auth.demo_accounts"]["message"]
    assert ADMIN in reported["auth.demo_accounts"]["message"]


@pytest.mark.parametrize("password", ["password", "changeme", "user"])
def test_it_finds_sample_accounts_with_a_password_that_anyone_can_guess(password, app, sample_user):
    sample_user(password)
    reported = findings(app)
    assert set(reported) == {"auth.demo_accounts", "auth.default_password"}
    assert reported["auth.default_password"]["level"] == "error"
    assert USER in reported["auth.default_password"]["message"]


def test_it_lets_suspended_sample_accounts_be(app, sample_user):
    sample_user("password", suspended_at=now())
    assert findings(app) == {}
