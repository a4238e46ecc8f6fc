"""Invitations: from the admin's form to the new account."""

import re

from carafe.testing.invitations import GUEST, PATH

PASSWORD = "eleven green bottles"
REVOKE = r"/admin/invitations/\d+/delete"


def test_it_makes_an_account_of_that_role(carol, invite, visitor, guest, sign_in):
    path = invite(role="staff")
    # Mail programs append these.
    assert GUEST in visitor.get(f"{path}&amp;utm_source=news", follow_redirects=True).text
    assert guest() is None
    assert visitor.submit(path, {"name": "Gus", "password": PASSWORD}).status_code == 303
    assert visitor.get("/members").status_code == 200
    assert (guest().name, guest().role) == ("Gus", "staff")
    assert visitor.get(path).status_code == 404
    assert "invitation.sent" in sign_in(carol).get("/admin/").text


def test_it_is_refused_without_a_good_password(invite, visitor, guest):
    answer = visitor.submit(invite(), {"password": "short"})
    assert answer.status_code == 422
    assert "Use at least 8 characters." in answer.text
    assert guest() is None


def test_it_asks_whoever_is_logged_in(alice, invite, sign_in, guest):
    path, browser = invite(), sign_in(alice)
    assert f"You're logged in as {alice.email}." in browser.get(path).text
    fields = {"csrf_token": browser.token(), "name": "Gus", "password": PASSWORD}
    assert browser.post(path, fields).status_code == 409
    assert guest() is None
    assert browser.submit(path, {"name": "Gus", "password": PASSWORD}).status_code == 303
    assert 'value="Gus"' in browser.get("/members").text


def test_it_can_be_taken_back(carol, invite, sign_in, visitor):
    path, browser = invite(), sign_in(carol)
    page = browser.get(PATH).text
    assert GUEST in page
    assert f"Invited by {carol.email}" in page
    [action] = re.findall(REVOKE, page)
    assert browser.submit(PATH, action=action).status_code == 303
    assert visitor.get(path).status_code == 404


def test_it_refuses_bad_fields(alice, carol, sign_in, mailbox):
    browser = sign_in(carol)
    for email, role in (
        ("nobody", "user"),
        ("a@" + "[" * 30_000, "user"),
        (GUEST, "root"),
        (alice.email, "user"),
    ):
        answer = browser.submit(PATH, {"email": email, "role": role})
        assert answer.status_code == 422, (email, role)
        assert mailbox.to(email) == []
    assert "This email address already has an account." in answer.text


def test_it_leads_to_an_account_made_meanwhile(invite, make_user, visitor, guest):
    path = invite(role="admin")
    make_user(GUEST, name="First")
    assert visitor.submit(path, {"password": PASSWORD}).location == "/auth/login"
    assert (guest().name, guest().role) == ("First", "user")


def test_it_is_for_administrators(alice, sam, sign_in):
    for user in (alice, sam):
        browser = sign_in(user)
        assert browser.get(PATH).status_code == 403
        fields = {"csrf_token": browser.token(), "email": GUEST, "role": "user"}
        assert browser.post(PATH, fields).status_code == 403


def test_nobody_gives_permissions_that_they_lack(sam, alice, grant, sign_in, page, reload):
    grant({"users.invite", "users.edit"})
    browser = sign_in(sam)
    for path in (page, PATH):
        choices = re.findall(r'<option value="(\w+)"', browser.get(path).text)
        assert choices == ["user", "staff"]
    assert browser.submit(PATH, {"email": GUEST, "role": "admin"}).status_code == 403
    assert browser.submit(page, {"role": "admin"}).status_code == 403
    assert reload(alice).role == "user"
    assert browser.submit(page, {"role": "staff"}).status_code == 303
    assert reload(alice).role == "staff"


def test_nobody_takes_back_an_invitation_to_a_role_that_may_do_more(
    sam, carol, grant, invite, sign_in, visitor
):
    grant({"users.invite"})
    path, browser = invite(role="admin"), sign_in(sam)
    [action] = re.findall(REVOKE, sign_in(carol).get(PATH).text)
    page = browser.get(PATH).text
    assert GUEST in page
    assert "/delete" not in page
    assert browser.post(action, {"csrf_token": browser.token()}).status_code == 403
    assert visitor.get(path).status_code == 200
