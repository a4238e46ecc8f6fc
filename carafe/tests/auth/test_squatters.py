"""Squatters: people who register with someone else's address, which they never confirm."""

import pytest
from sqlalchemy import select

from carafe.auth.models import Invitation
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD
from carafe.testing.routes import routes
from carafe.tests.site.models import User

EMAIL = "owner@example.com"


@pytest.fixture
def squat(browser, register):
    """Registers the address, and logs in: the squatter's browser."""

    def enter():
        squatter = browser()
        register(squatter, email=EMAIL, password=PASSWORD, name="Squatter")
        squatter.submit("/auth/login", {"email": EMAIL, "password": PASSWORD})
        assert is_in(squatter)
        return squatter

    return enter


@pytest.fixture
def invite(app, carol, mailbox):
    """Carol invites the address: the path of the link."""

    def send(role="user"):
        with app.app_context():
            Invitation.send(EMAIL, role, carol)
            db.session.commit()
        return mailbox.link(EMAIL)

    return send


@pytest.fixture
def stored(app):
    """Reads the account of an address."""

    def find(email=EMAIL):
        with app.app_context():
            return db.session.scalar(select(User).where(User.email == email))

    return find


@pytest.fixture
def run(app):
    return lambda *arguments: app.test_cli_runner().invoke(args=["user", *arguments])


def is_in(browser):
    return browser.get("/members").status_code == 200


@pytest.mark.parametrize("before", [True, False], ids=["before it is sent", "after it is sent"])
def test_they_do_not_stand_in_the_way_of_an_invitation(before, squat, invite, visitor, stored):
    squatter = squat() if before else None
    path = invite(role="staff")
    squatter = squatter or squat()
    response = visitor.submit(path, {"name": "Owner", "password": NEW_PASSWORD})
    assert response.status_code == 303
    assert visitor.get("/admin/").status_code == 200
    assert not is_in(squatter)
    squatter.submit("/auth/login", {"email": EMAIL, "password": PASSWORD})
    assert not is_in(squatter)
    assert (stored().name, stored().role) == ("Owner", "staff")


def test_an_invitation_outlives_the_account_of_a_squatter(
    squat, invite, stored, carol, sign_in, visitor
):
    squat()
    path, page = invite(), f"/admin/users/{stored().id}"
    assert sign_in(carol).submit(f"{page}/delete").status_code == 303
    assert visitor.submit(path, {"password": NEW_PASSWORD}).status_code == 303
    assert is_in(visitor)


def test_an_invitation_takes_away_no_role_that_was_given_to_the_address(
    squat, invite, run, visitor, stored
):
    squat()
    run("promote", EMAIL)
    visitor.submit(invite(role="staff"), {"password": NEW_PASSWORD})
    assert stored().role == "admin"


def test_one_that_is_suspended_since_stays_so(squat, invite, run, visitor, stored):
    squat()
    path = invite()
    run("suspend", EMAIL)
    assert visitor.submit(path, {"password": NEW_PASSWORD}).location == "/auth/login"
    assert stored().suspended_at


def test_they_do_not_stand_in_the_way_of_a_command(squat, run, visitor, stored):
    squatter = squat()
    assert run("create", EMAIL, "--password", NEW_PASSWORD).exit_code == 0
    assert not is_in(squatter)
    visitor.submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    assert is_in(visitor)
    assert stored().name == ""


@pytest.mark.parametrize("before", [True, False], ids=["before it is asked", "after it is asked"])
def test_they_do_not_stand_in_the_way_of_a_change_of_address(
    before, squat, alice, sign_in, mailbox, stored
):
    owner = sign_in(alice)
    squatter = squat() if before else None
    owner.submit("/account/email", {"email": EMAIL})
    path = mailbox.link(EMAIL)
    squatter = squatter or squat()
    assert owner.submit(path).status_code == 303
    assert stored().id == alice.id
    assert not is_in(squatter)


def test_nobody_undoes_a_suspension_by_a_change_of_address(
    squat, run, alice, sign_in, mailbox, stored
):
    squat()
    run("suspend", EMAIL)
    suspended, owner = stored(), sign_in(alice)
    owner.submit("/account/email", {"email": EMAIL})
    assert owner.submit(mailbox.link(EMAIL)).status_code == 404
    assert stored().id == suspended.id
    assert stored().suspended_at
    assert stored(alice.email).id == alice.id


# A role is given to the owner of an address: until it is confirmed, it permits nothing.


def test_a_role_opens_nothing_before_the_address_is_confirmed(app, make_user, sign_in):
    browser = sign_in(make_user(EMAIL, role="admin", confirmed_at=None))
    fields, tried = {"csrf_token": browser.token(), "role": "admin"}, 0
    for route in routes(app):
        if route.permission:
            assert route.open(browser, data=fields).status_code == 403, str(route)
            tried += 1
    assert tried >= 10
    assert 'href="/admin/"' not in browser.get("/members").text


def test_a_role_that_is_given_to_a_squatter_is_the_owners(squat, run, stored, visitor, mailbox):
    squatter = squat()
    path = mailbox.link(EMAIL)
    assert "once they confirm" in run("promote", EMAIL).output
    assert stored().role == "admin"
    assert squatter.get("/admin/").status_code == 403
    visitor.submit(path, {"password": NEW_PASSWORD})
    visitor.submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    assert visitor.get("/admin/").status_code == 200


def test_a_squatter_does_not_take_a_role_along_to_their_own_address(squat, run, mailbox, stored):
    squatter, email = squat(), "squatter@example.com"
    run("promote", EMAIL)
    squatter.submit("/account/email", {"email": email})
    assert squatter.submit(mailbox.link(email)).status_code == 303
    assert stored(email).confirmed_at
    assert stored(email).role == "user"
    assert squatter.get("/admin/").status_code == 403


def test_an_unconfirmed_administrator_is_not_the_one_that_must_remain(run, carol, erin):
    assert run("promote", erin.email).exit_code == 0
    result = run("suspend", carol.email)
    assert result.exit_code == 1
    assert "last admin" in result.output
    assert run("demote", erin.email).exit_code == 0


def test_nobody_acts_as_others_in_a_session_that_lost_its_confirmation(app, alice, carol, sign_in):
    admin = sign_in(carol)
    path = f"/admin/users/{alice.id}/impersonation"
    admin.submit(path, {"reason": "help"})
    assert "alice@example.com" in admin.get("/members").text
    with app.app_context():
        db.session.get_one(User, carol.id).confirmed_at = None
        db.session.commit()
    assert "alice@example.com" not in admin.get("/members", follow_redirects=True).text


# Mails to an address that is not confirmed go to someone who may have asked for nothing.


def test_an_invitation_names_nobody(app, make_user, mailbox):
    inviter = make_user(
        "www.evil.example/win@example.com", name="Win at www.evil.example", role="admin"
    )
    with app.app_context():
        Invitation.send(EMAIL, "user", inviter)
        db.session.commit()
    [mail] = mailbox.to(EMAIL)
    for part in ("plain", "html"):
        assert "evil.example" not in mail.get_body((part,)).get_content()
