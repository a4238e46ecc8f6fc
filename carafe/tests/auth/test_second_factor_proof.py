"""A code as the recent proof of identity."""

import pytest
from sqlalchemy import update

from carafe.audit import AuditEvent
from carafe.auth.models import Totp
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.two_factor import PAGE, submit_code
from carafe.tests.site.models import User

pytestmark = pytest.mark.any_database

PROOF = "/auth/reauthenticate"


@pytest.fixture
def owner(app, owner):
    """Alice's browser, a while after she proved who she is."""
    later(app, minutes=11)
    return owner


@pytest.fixture
def without_password(app, alice):
    def forget():
        with app.app_context():
            db.session.execute(update(User).where(User.id == alice.id).values(password_hash=""))
            db.session.commit()

    return forget


def test_it_goes_on_with_the_interrupted_form(owner, count):
    remove = owner.fill(PAGE, f"{PAGE}/totp/delete")
    asked = owner.send(remove)
    assert asked.location.startswith(PROOF)
    answer = owner.submit(asked.location, {"code": owner.totp.code()})
    assert answer.location.startswith(f"{PROOF}/form/")
    assert owner.submit(answer.location, action=remove.action).location == PAGE
    assert count(Totp) == 0


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_it_takes_both_kinds(kind, owner):
    code = owner.totp.code() if kind == "app" else owner.codes[0]
    answer = owner.submit(f"{PROOF}?next=/account/export", {"code": code})
    assert answer.location == "/account/export"


def test_it_still_takes_the_password(owner):
    assert owner.submit(PROOF, {"password": PASSWORD}).status_code == 303


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"code": "000000"}, "That code isn&#39;t right."),
        ({"code": "x" * 41}, "40 characters"),
        ({"password": "wrong"}, "Wrong password."),
    ],
)
def test_it_refuses_what_is_neither(fields, reason, owner):
    answer = owner.submit(PROOF, fields)
    assert answer.status_code == 422
    assert reason in answer.text


def test_it_uses_the_code_up(owner, alice, challenge):
    code = owner.totp.code()
    assert owner.submit(PROOF, {"code": code}).status_code == 303
    assert owner.submit(PROOF, {"code": code}).status_code == 422
    assert submit_code(challenge(alice), code).status_code == 422


def test_it_refuses_a_code_that_logged_in(owner, alice, challenge):
    code = owner.totp.code()
    assert submit_code(challenge(alice), code).status_code == 303
    assert owner.submit(PROOF, {"code": code}).status_code == 422


def test_it_refuses_the_code_of_somebody_else(owner, app, bob, sign_in):
    browser = sign_in(bob)
    form = {"csrf_token": browser.token(), "code": owner.totp.code()}
    assert browser.post(PROOF, form).status_code == 422


def test_it_is_the_way_of_those_without_password(owner, without_password):
    without_password()
    assert owner.submit(PROOF, {"code": owner.totp.code()}).status_code == 303


@pytest.mark.parametrize(
    ("code", "action", "details"),
    [("", "session.reauthenticated", {"method": "totp"}), ("000000", "two_factor.failed", {})],
)
def test_it_audits_how(code, action, details, owner, app, alice):
    owner.submit(PROOF, {"code": code or owner.totp.code()})
    with app.app_context():
        event = db.session.scalar(db.select(AuditEvent).filter_by(action=action))
        assert (event.subject, event.details) == (alice.subject, details)
