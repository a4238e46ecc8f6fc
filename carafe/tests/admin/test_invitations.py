"""Invitations: who may send one, how long it works, and that it works once."""

from functools import partial

import pytest
from sqlalchemy import func, select

from carafe.auth.models import Invitation
from carafe.database import db
from carafe.testing.clock import later
from carafe.testing.invitations import GUEST, PATH
from carafe.testing.races import at_once
from carafe.tests.site import slow_statements
from carafe.tests.site.models import User
from carafe.time import now

PASSWORD = "eleven green bottles"
RACERS = 4


@pytest.fixture
def revoke(app):
    """Revoke the only invitation in a browser."""

    def send(browser):
        with app.app_context():
            id = db.session.scalars(select(Invitation.id)).one()
        return browser.post(f"{PATH}{id}/delete", {"csrf_token": browser.token()})

    return send


@pytest.fixture
def alter(app):
    """Call a method of a user as stored."""

    def call(user, method):
        with app.app_context():
            method(db.session.get_one(User, user.id))
            db.session.commit()

    return call


@pytest.mark.parametrize("role", ["user", "staff", "admin"])
def test_it_creates_an_account_of_that_role(role, invite, visitor, guest, events, carol):
    answer = visitor.submit(invite(role=role), {"name": "Gus", "password": PASSWORD})
    assert answer.status_code == 303
    assert visitor.get("/members").status_code == 200
    assert (guest().name, guest().role) == ("Gus", role)
    assert guest().confirmed_at is not None
    assert [actor for actor, *_ in events("invitation.sent")] == [carol.email]


def test_it_changes_nothing_by_looking_at_the_link(invite, visitor, guest):
    assert visitor.get(invite()).status_code == 200
    assert guest() is None


def test_it_goes_with_the_account_of_its_address(invite, make_user, alter, visitor):
    path = invite()
    alter(make_user(GUEST), User.delete)
    assert visitor.get(path).status_code == 404


def test_it_stays_for_whoever_is_logged_in_as_somebody_else(alice, invite, sign_in, guest):
    path, browser = invite(), sign_in(alice)
    fields = {"csrf_token": browser.token(), "name": "Gus", "password": PASSWORD}
    assert browser.post(path, fields).status_code == 409
    assert guest() is None
    assert browser.post(path, fields | {"switch": alice.email}).status_code == 303
    assert guest().name == "Gus"


def test_it_works_once(invite, browser):
    path = invite()
    assert browser().submit(path, {"password": PASSWORD}).status_code == 303
    assert browser().get(path).status_code == 404


def test_it_works_for_seven_days(app, invite, browser):
    path = invite()
    later(app, days=6, hours=23)
    assert browser().get(path).status_code == 200
    later(app, hours=2)
    assert browser().get(path).status_code == 404


def test_exactly_one_of_many_creates_the_account(app, invite, browser):
    path = invite()
    browsers = [browser() for _ in range(RACERS)]
    fields = {"password": PASSWORD}
    headers = {slow_statements.HEADER: "DELETE FROM invitation"}
    answers = at_once(
        [partial(racer.send, racer.fill(path), fields, headers=headers) for racer in browsers]
    )
    assert sorted(answer.status_code for answer in answers) == [303] + [404] * (RACERS - 1)
    with app.app_context():
        count = select(func.count()).select_from(User).where(User.email == GUEST)
        assert db.session.scalar(count) == 1


def test_the_newest_one_counts(invite, visitor, browser):
    first, second = invite(role="admin"), invite(role="user")
    assert first != second
    assert visitor.get(first).status_code == 404
    assert browser().get(second).status_code == 200


def test_it_can_be_revoked(carol, invite, sign_in, revoke, visitor):
    path = invite()
    assert revoke(sign_in(carol)).status_code == 303
    assert visitor.get(path).status_code == 404


def test_it_does_not_touch_an_existing_account(alice, carol, sign_in, mailbox):
    answer = sign_in(carol).submit(PATH, {"email": alice.email, "role": "admin"})
    assert answer.status_code == 422
    assert "already has an account" in answer.text
    assert mailbox.to(alice.email) == []


def test_it_does_not_reinstate_a_suspended_account(carol, make_user, sign_in, mailbox):
    gus = make_user(GUEST, confirmed_at=None, suspended_at=now())
    answer = sign_in(carol).submit(PATH, {"email": gus.email, "role": "user"})
    assert answer.status_code == 422
    assert "has a suspended account" in answer.text
    assert mailbox.to(gus.email) == []


def test_it_does_not_touch_an_account_made_meanwhile(invite, make_user, visitor, guest):
    path = invite(role="admin")
    make_user(GUEST, name="First")
    answer = visitor.submit(path, {"password": PASSWORD})
    assert answer.location.startswith("/auth/login")
    assert (guest().name, guest().role) == ("First", "user")


@pytest.mark.parametrize("role", ["user", "admin"])
@pytest.mark.parametrize("command", ["demote", "suspend"])
def test_it_ends_with_the_role_of_its_inviter(
    command, role, app, carol, make_user, invite, visitor
):
    make_user("second@example.com", role="admin")
    path = invite(role=role)
    form = visitor.fill(path)
    assert app.test_cli_runner().invoke(args=["user", command, carol.email]).exit_code == 0
    assert visitor.get(path).status_code == 404
    assert visitor.send(form, {"password": PASSWORD}).status_code == 404


def test_it_gives_no_more_than_its_inviter_may_give_by_now(
    carol, make_user, grant, invite, alter, visitor
):
    make_user("second@example.com", role="admin")
    grant({"users.invite"})
    path = invite(role="admin")
    alter(carol, lambda user: user.change_role("staff"))
    assert visitor.get(path).status_code == 404


def test_it_ends_with_the_account_of_its_inviter(carol, make_user, invite, alter, visitor):
    make_user("second@example.com", role="admin")
    path = invite()
    alter(carol, User.delete)
    assert visitor.get(path).status_code == 404


def test_nobody_revokes_or_replaces_an_invitation_to_a_role_that_may_do_more(
    sam, grant, invite, sign_in, revoke, visitor, guest
):
    grant({"users.invite"})
    path, browser = invite(role="admin"), sign_in(sam)
    assert revoke(browser).status_code == 403
    for role in ("admin", "user"):
        assert browser.submit(PATH, {"email": GUEST, "role": role}).status_code == 403
    assert visitor.submit(path, {"password": PASSWORD}).status_code == 303
    assert guest().role == "admin"


def test_one_to_another_role_may_be_revoked_and_replaced(
    sam, grant, invite, sign_in, revoke, browser, mailbox
):
    grant({"users.invite"})
    first, theirs = invite(role="staff"), sign_in(sam)
    assert theirs.submit(PATH, {"email": GUEST, "role": "user"}).status_code == 303
    assert browser().get(first).status_code == 404
    assert revoke(theirs).status_code == 303
    assert browser().get(mailbox.link(GUEST)).status_code == 404


def test_an_expired_one_may_be_replaced_by_anyone(app, sam, grant, invite, sign_in):
    grant({"users.invite"})
    invite(role="admin")
    later(app, days=7)
    answer = sign_in(sam).submit(PATH, {"email": GUEST, "role": "user"})
    assert answer.status_code == 303
