"""Invitations: from the administrator's form to the new account."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.auth.models import User
from carafe.auth.models import Invitation
from carafe.database import db
from carafe.testing.clock import later

GUEST = "guest@example.com"
PASSWORD = "eleven green bottles"


@pytest.fixture
def invite(carol, sign_in, mailbox):
    """Carol invites somebody; the path of the link that they got."""

    def send(email: str = GUEST, role: str = "user") -> str:
        answer = sign_in(carol).submit("/admin/invitations/", {"email": email, "role": role})
        assert answer.status_code == 303, answer.text
        return str(mailbox.link(email))

    return send


@pytest.fixture
def stored(app):
    def find(email: str = GUEST) -> User | None:
        with app.app_context():
            return User.by_email(email)

    return find


@pytest.fixture
def number(app):
    """The id of the only invitation."""

    def find():
        with app.app_context():
            return db.session.scalars(select(Invitation.id)).one()

    return find


@pytest.mark.parametrize("role", ["user", "staff", "admin"])
def test_it_makes_an_account_of_that_role(role, invite, visitor, stored):
    answer = visitor.submit(invite(role=role), {"name": "Gus", "password": PASSWORD})
    assert answer.status_code == 303
    assert visitor.get("/members").status_code == 200
    user = stored()
    assert (user.name, user.role) == ("Gus", role)
    assert user.confirmed_at is not None


def test_it_goes_with_the_account_of_its_address(invite, make_user, carol, sign_in, browser):
    path = invite()
    guest = make_user(GUEST)
    page = f"/admin/users/{guest.id}"
    sign_in(carol).submit(page, action=f"{page}/delete")
    assert browser().get(path).status_code == 404


def test_it_changes_nothing_by_looking_at_the_link(invite, visitor, stored):
    path = invite()
    assert GUEST in visitor.get(path).text
    assert stored() is None


def test_it_is_refused_without_a_good_password(invite, visitor, stored):
    answer = visitor.submit(invite(), {"password": "short"})
    assert answer.status_code == 422
    assert "Use at least 8 characters." in answer.text
    assert stored() is None


def test_it_asks_whoever_is_logged_in(alice, invite, sign_in, stored):
    path, desk = invite(), sign_in(alice)
    assert f"You are logged in as {alice.email}." in desk.get(path).text
    fields = {"csrf_token": desk.token(), "name": "Gus", "password": PASSWORD}
    assert desk.post(path, fields).status_code == 409
    assert stored() is None
    assert desk.submit(path, {"name": "Gus", "password": PASSWORD}).status_code == 303
    assert 'value="Gus"' in desk.get("/members").text


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


def test_exactly_one_of_twenty_makes_the_account(app, invite, browser):
    path = invite()
    browsers = [browser() for _ in range(20)]
    forms = [each.fill(path) for each in browsers]
    barrier = Barrier(20)

    def use(number):
        barrier.wait()
        return browsers[number].send(forms[number], {"password": PASSWORD}).status_code

    with ThreadPoolExecutor(20) as threads:
        assert sorted(threads.map(use, range(20))) == [303] + [404] * 19
    with app.app_context():
        count = select(func.count()).select_from(User).where(User.email == GUEST)
        assert db.session.scalar(count) == 1


def test_the_newest_one_counts(invite, visitor, browser, mailbox):
    first, second = invite(role="admin"), invite(role="user")
    assert first != second
    assert visitor.get(first).status_code == 404
    assert browser().get(second).status_code == 200


def test_it_can_be_taken_back(carol, invite, sign_in, visitor):
    path, browser = invite(), sign_in(carol)
    [action] = re.findall(r"/admin/invitations/\d+/delete", browser.get("/admin/invitations/").text)
    assert browser.submit("/admin/invitations/", action=action).status_code == 303
    assert visitor.get(path).status_code == 404


def test_it_does_not_touch_an_account_that_is_there(alice, carol, sign_in, mailbox):
    answer = sign_in(carol).submit("/admin/invitations/", {"email": alice.email, "role": "admin"})
    assert answer.status_code == 422
    assert "has an account already" in answer.text
    assert mailbox.to(alice.email) == []


def test_it_does_not_touch_an_account_made_meanwhile(invite, make_user, visitor, stored):
    path = invite(role="admin")
    make_user(GUEST, name="First")
    answer = visitor.submit(path, {"password": PASSWORD})
    assert answer.location == "/auth/login"
    assert (stored().name, stored().role) == ("First", "user")


@pytest.mark.parametrize("role", ["user", "admin"])
@pytest.mark.parametrize("command", ["demote", "suspend"])
def test_it_ends_with_the_role_of_who_sent_it(
    command, role, app, carol, make_user, invite, visitor
):
    make_user("second@example.com", role="admin")
    path = invite(role=role)
    form = visitor.fill(path)
    assert app.test_cli_runner().invoke(args=["user", command, carol.email]).exit_code == 0
    assert visitor.get(path).status_code == 404
    assert visitor.send(form, {"password": PASSWORD}).status_code == 404


def test_it_gives_no_more_than_who_sent_it_may_give_by_now(
    carol, make_user, grant, invite, sign_in, visitor
):
    other = make_user("second@example.com", role="admin")
    grant({"users.invite"})
    path = invite(role="admin")
    sign_in(other).submit(f"/admin/users/{carol.id}", {"role": "staff"})
    assert visitor.get(path).status_code == 404


def test_it_ends_with_the_account_of_who_sent_it(carol, make_user, invite, sign_in, visitor):
    other = make_user("second@example.com", role="admin")
    path = invite()
    page = f"/admin/users/{carol.id}"
    assert sign_in(other).submit(page, action=f"{page}/delete").status_code == 303
    assert visitor.get(path).status_code == 404


def test_nobody_gives_permissions_that_they_lack(sam, alice, grant, sign_in, page, reload):
    grant({"users.invite", "users.edit"})
    browser = sign_in(sam)
    for path in (page, "/admin/invitations/"):
        choices = re.findall(r'<option value="(\w+)"', browser.get(path).text)
        assert choices == ["user", "staff"]
    chosen = {"email": GUEST, "role": "admin"}
    assert browser.submit("/admin/invitations/", chosen).status_code == 403
    assert browser.submit(page, {"role": "admin"}).status_code == 403
    assert reload(alice).role == "user"
    assert browser.submit(page, {"role": "staff"}).status_code == 303
    assert reload(alice).role == "staff"


def test_nobody_revokes_or_replaces_an_invitation_to_a_role_that_may_do_more(
    sam, grant, invite, number, sign_in, visitor, stored
):
    grant({"users.invite"})
    path, browser = invite(role="admin"), sign_in(sam)
    page = browser.get("/admin/invitations/").text
    assert GUEST in page
    assert "/delete" not in page
    with_token = {"csrf_token": browser.token()}
    assert browser.post(f"/admin/invitations/{number()}/delete", with_token).status_code == 403
    chosen = {"email": GUEST, "role": "user"}
    assert browser.submit("/admin/invitations/", chosen).status_code == 403
    assert visitor.submit(path, {"password": PASSWORD}).status_code == 303
    assert stored().role == "admin"


def test_those_to_other_roles_are_theirs_to_revoke_and_replace(
    app, sam, grant, invite, sign_in, visitor, mailbox
):
    grant({"users.invite"})
    first, browser = invite(role="staff"), sign_in(sam)
    assert (
        browser.submit("/admin/invitations/", {"email": GUEST, "role": "user"}).status_code == 303
    )
    assert visitor.get(first).status_code == 404
    [action] = re.findall(r"/admin/invitations/\d+/delete", browser.get("/admin/invitations/").text)
    assert browser.submit("/admin/invitations/", action=action).status_code == 303
    assert visitor.get(mailbox.link(GUEST)).status_code == 404


def test_one_that_is_over_stands_in_nobodys_way(app, sam, grant, invite, sign_in, visitor):
    grant({"users.invite"})
    invite(role="admin")
    later(app, days=7)
    chosen = {"email": GUEST, "role": "user"}
    assert sign_in(sam).submit("/admin/invitations/", chosen).status_code == 303


@pytest.mark.parametrize(
    "path", ["", "/suspension", "/sessions/delete", "/second-factors/delete", "/delete"]
)
def test_nobody_changes_who_may_do_more(path, sam, carol, grant, sign_in, reload):
    grant({"users.edit", "users.delete"})
    admin, browser = sign_in(carol), sign_in(sam)
    data = {"csrf_token": browser.token(), "role": "user", "name": "C"}
    assert browser.post(f"/admin/users/{carol.id}{path}", data).status_code == 403
    assert admin.get("/admin/").status_code == 200


def test_it_is_audited_and_for_administrators(alice, invite, carol, make_user, sign_in):
    invite()
    for user in (alice, make_user("staff@example.com", role="staff")):
        assert sign_in(user).get("/admin/invitations/").status_code == 403
    assert "invitation.sent" in sign_in(carol).get("/admin/").text


def test_it_asks_for_a_recent_proof(app, carol, sign_in, mailbox):
    browser = sign_in(carol)
    form = browser.fill("/admin/invitations/")
    later(app, minutes=11)
    answer = browser.send(form, {"email": GUEST, "role": "user"})
    assert answer.location.startswith("/auth/reauthenticate")
    assert mailbox.to(GUEST) == []
