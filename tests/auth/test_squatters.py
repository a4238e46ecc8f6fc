"""Squatters: people who register with somebody else's address, which they never confirm."""

import pytest
from sqlalchemy import select

from app.auth.models import User
from app.auth.roles import ROLES
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD
from carafe.testing.routes import routes

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
def invite(carol, sign_in, mailbox):
    """Carol invites the address: the path of the link."""

    def send(role="user"):
        admin = sign_in(carol)
        response = admin.submit("/admin/invitations/", {"email": EMAIL, "role": role})
        assert response.status_code == 303, response.text
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
    assert sign_in(carol).submit(page, action=f"{page}/delete").status_code == 303
    assert visitor.submit(path, {"password": NEW_PASSWORD}).status_code == 303
    assert is_in(visitor)


def test_an_invitation_takes_away_no_role_that_was_given_to_the_address(
    squat, invite, run, visitor, stored
):
    squat()
    run("promote", EMAIL)
    visitor.submit(invite(role="staff"), {"password": NEW_PASSWORD})
    assert stored().role == "admin"


def test_a_suspended_account_is_named_before_the_invitation(
    squat, run, carol, sign_in, mailbox, stored
):
    squat()
    run("suspend", EMAIL)
    fields = {"email": EMAIL, "role": "user"}
    response = sign_in(carol).submit("/admin/invitations/", fields)
    assert response.status_code == 422
    assert "has a suspended account" in response.text
    assert stored().suspended_at


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


@pytest.mark.parametrize("role", [role for role in ROLES if role != "user"])
def test_a_role_opens_nothing_before_the_address_is_confirmed(role, app, make_user, sign_in):
    browser = sign_in(make_user(EMAIL, role=role, confirmed_at=None))
    fields, tried = {"csrf_token": browser.token(), "role": "admin"}, 0
    for route in routes(app):
        if route.permission:
            assert route.open(browser, data=fields).status_code == 403, str(route)
            tried += 1
    assert tried >= 10
    page = browser.get("/members").text
    assert 'href="/admin/"' not in page
    assert "Confirm your email address first" in browser.get("/admin/").text


@pytest.mark.parametrize("giver", ["a command", "the administration"])
def test_a_role_that_is_given_to_a_squatter_is_the_owners(
    giver, squat, run, carol, sign_in, stored, visitor, mailbox
):
    squatter = squat()
    path = mailbox.link(EMAIL)
    if giver == "a command":
        assert "once they have confirmed" in run("promote", EMAIL).output
    else:
        sign_in(carol).submit(f"/admin/users/{stored().id}", {"role": "admin"})
    assert stored().role == "admin"
    assert squatter.get("/admin/").status_code == 403
    visitor.submit(path, {"password": NEW_PASSWORD})
    visitor.submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    assert visitor.get("/admin/").status_code == 200


def test_a_squatter_does_not_take_a_role_along_to_their_own_address(squat, run, mailbox, stored):
    squatter, own = squat(), "squatter@example.com"
    run("promote", EMAIL)
    squatter.submit("/account/email", {"email": own})
    assert squatter.submit(mailbox.link(own)).status_code == 303
    assert stored(own).confirmed_at
    assert stored(own).role == "user"
    assert squatter.get("/admin/").status_code == 403


def test_an_unconfirmed_administrator_is_not_the_one_that_must_remain(run, carol, erin):
    assert run("promote", erin.email).exit_code == 0
    result = run("suspend", carol.email)
    assert result.exit_code == 1
    assert "last administrator" in result.output
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


# Mails to an address that is not confirmed go to somebody who may have asked for nothing.


def test_they_have_nothing_mailed_that_they_wrote(
    app, browser, register, sign_in, mailbox, alice, carol
):
    text = "Win at www.evil.example"
    squatter = browser()
    register(squatter, email=EMAIL, password=PASSWORD, name=text)
    squatter.submit("/auth/login", {"email": EMAIL, "password": PASSWORD})
    register(browser(), email=EMAIL, password=NEW_PASSWORD, name=text)
    for path in ("/auth/confirm", "/auth/reset", "/auth/magic-link"):
        browser().submit(path, {"email": EMAIL})
    squatter.submit("/account/export")
    squatter.submit("/account/email", {"email": "third@example.com"})
    new = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    squatter.submit("/account/password", new)
    phone = browser()
    phone.client.environ_base["HTTP_USER_AGENT"] = text
    phone.submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    phone.submit("/account/delete")
    browser().submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    mails = mailbox.to(EMAIL)
    assert len({mail["Subject"] for mail in mails}) >= 8
    for mail in [*mails, *mailbox.to("third@example.com")]:
        for part in ("plain", "html"):
            assert "evil.example" not in mail.get_body((part,)).get_content(), mail["Subject"]
        assert "evil.example" not in mail["Subject"]


def test_an_invitation_names_nobody(make_user, sign_in, mailbox):
    inviter = make_user(
        "www.evil.example/win@example.com", name="Win at www.evil.example", role="admin"
    )
    sign_in(inviter).submit("/admin/invitations/", {"email": EMAIL, "role": "user"})
    [mail] = mailbox.to(EMAIL)
    for part in ("plain", "html"):
        assert "evil.example" not in mail.get_body((part,)).get_content()
