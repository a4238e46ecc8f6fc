"""What a new password voids, and suspension, and deletion: whatever was emailed before.

Someone who knew the password, or was in a session, may have caused it to be emailed.
"""

import pytest

from carafe.auth.models import Invitation
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD
from carafe.testing.two_factor import set_up

pytestmark = pytest.mark.any_database

ELSEWHERE = "elsewhere@example.com"
THIRD_PASSWORD = "a third and newest one"


@pytest.fixture
def run(app):
    def command(*arguments):
        result = app.test_cli_runner().invoke(args=["user", *arguments])
        assert result.exit_code == 0, result.output

    return command


@pytest.fixture
def ways(sign_in, browser, mailbox):
    """Has every kind of link emailed for a user: the path of each, by its kind."""

    def mail(user):
        paths = {}
        for kind in ("reset", "magic-link"):
            browser().submit(f"/auth/{kind}", {"email": user.email})
            paths[kind] = mailbox.link(user.email)
        owner = sign_in(user)
        owner.submit("/account/email", {"email": ELSEWHERE})
        paths["change of address"] = mailbox.link(ELSEWHERE)
        if user.confirmed_at is None:
            owner.submit("/auth/confirm", {"email": user.email})
            paths["confirmation"] = mailbox.link(user.email)
        for path in paths.values():
            assert owner.get(path).status_code == 200, path
        return paths

    return mail


def change_password(user, sign_in, **_):
    fields = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    browser = sign_in(user)
    assert browser.submit("/account/password", fields).status_code == 303
    return browser


def reset_password(user, browser, mailbox, **_):
    opened = browser()
    opened.submit("/auth/reset", {"email": user.email})
    opened.submit(mailbox.link(user.email), {"password": NEW_PASSWORD})
    opened.submit("/auth/login", {"email": user.email, "password": NEW_PASSWORD})
    return opened


def end_other_sessions(browser):
    form = {"csrf_token": browser.token()}
    assert browser.post("/account/sessions/others/delete", form).status_code == 303


def be_suspended_and_reinstated(user, sign_in, run, **_):
    run("suspend", user.email)
    run("reinstate", user.email)
    return sign_in(user)


def ask_for_deletion_and_come_back(user, sign_in, **_):
    assert sign_in(user).submit("/account/delete").status_code == 303
    return sign_in(user)


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (change_password, "alice"),
        (change_password, "erin"),
        (reset_password, "erin"),
        (be_suspended_and_reinstated, "erin"),
        (ask_for_deletion_and_come_back, "erin"),
    ],
)
def test_none_opens_anything_after(event, name, request, ways, sign_in, browser, mailbox, run):
    user = request.getfixturevalue(name)
    paths = ways(user)
    owner = event(user, sign_in=sign_in, browser=browser, mailbox=mailbox, run=run)
    assert owner.get("/members").status_code == 200
    opened = {kind for kind, path in paths.items() if owner.get(path).status_code != 404}
    assert opened == set()
    token = {"csrf_token": owner.token(), "password": THIRD_PASSWORD}
    assert {owner.post(path, token).status_code for path in paths.values()} == {404}
    assert user.email in owner.get("/members").text


def test_the_way_back_from_a_changed_address_stays(alice, sign_in, browser, mailbox):
    thief = sign_in(alice)
    thief.submit("/account/email", {"email": ELSEWHERE})
    thief.submit(mailbox.link(ELSEWHERE))
    undo = mailbox.link(alice.email)
    fields = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert thief.submit("/account/password", fields).status_code == 303
    assert browser().submit(undo).status_code == 303
    assert thief.get("/members").status_code == 303


@pytest.mark.parametrize(
    ("event", "role", "status"),
    [
        (change_password, "admin", 404),
        (change_password, "user", 200),
        (reset_password, "staff", 404),
        (be_suspended_and_reinstated, "staff", 404),
    ],
)
def test_invitations_that_give_permissions_end_with_those_of_their_sender(
    event, role, status, app, carol, make_user, sign_in, browser, mailbox, run
):
    make_user("second@example.com", role="admin")
    guest = "guest@example.com"
    with app.app_context():
        Invitation.send(guest, role, carol)
        db.session.commit()
    path = mailbox.link(guest)
    event(carol, sign_in=sign_in, browser=browser, mailbox=mailbox, run=run)
    assert browser().get(path).status_code == status


def test_a_login_that_waits_for_its_code_ends_with_the_sessions(alice, sign_in, challenge, clock):
    owner = sign_in(alice)
    totp, _ = set_up(owner)
    clock.step += 1
    half_way = challenge(alice)
    end_other_sessions(owner)
    clock.step += 1
    form = {"csrf_token": half_way.token(), "code": totp.code()}
    assert half_way.post("/auth/second-factor", form).location.startswith("/auth/login")
    assert half_way.get("/members").status_code == 303


def test_a_magic_link_ends_with_the_sessions(alice, sign_in, browser, mailbox):
    browser().submit("/auth/magic-link", {"email": alice.email})
    path = mailbox.link(alice.email)
    end_other_sessions(sign_in(alice))
    assert browser().get(path).status_code == 404
