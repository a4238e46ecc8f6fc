"""Messages from an admin: to one user, and to everyone."""

import pytest
from sqlalchemy import select

from carafe.database import db
from carafe.notifications import Message

PAGE = "/admin/messages/"
LIST = "/account/notifications/"
WORDS = {"title": "We move on Saturday", "body": "Nothing is lost."}


@pytest.fixture
def admin(carol, sign_in):
    return sign_in(carol)


@pytest.fixture
def pages(alice):
    """Return the pages with a form: to everyone, and to Alice."""
    return [PAGE, f"/admin/users/{alice.id}/messages"]


def test_it_reaches_everybody(alice, bob, admin, sign_in):
    answer = admin.submit(PAGE, WORDS)
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "Message sent to all users" in admin.get(PAGE).text
    for user in (alice, bob):
        page = sign_in(user).get(LIST).text
        assert page.count("We move on Saturday") == 1
        assert "Nothing is lost." in page


def test_it_can_be_taken_back(app, alice, admin, sign_in):
    admin.submit(PAGE, WORDS)
    with app.app_context():
        id = db.session.scalar(select(Message.id))
    assert admin.submit(PAGE, action=f"{PAGE}{id}/delete").status_code == 303
    assert "Message withdrawn." in admin.get(PAGE).text
    assert "We move" not in sign_in(alice).get(LIST).text


def test_it_reaches_one(alice, bob, admin, sign_in, bell):
    page = f"/admin/users/{alice.id}/messages"
    assert admin.submit(page, WORDS).location == f"/admin/users/{alice.id}"
    assert "Message sent to Alice" in admin.get(f"/admin/users/{alice.id}").text
    assert bell(sign_in(alice)) == "1 unread notification"
    assert bell(sign_in(bob)) == "Notifications"
    assert admin.get("/admin/users/4711/messages").status_code == 404


def test_a_form_that_is_sent_twice_sends_one_message(alice, admin, sign_in, pages):
    for page in pages:
        form = admin.fill(page)
        assert "already been sent" not in admin.send(form, WORDS, follow_redirects=True).text
        assert "already been sent" in admin.send(form, WORDS, follow_redirects=True).text
        changed = WORDS | {"body": "Nearly nothing is lost."}
        assert "already been sent" not in admin.send(form, changed, follow_redirects=True).text
    assert sign_in(alice).get(LIST).text.count("Nearly nothing is lost.") == 2


def test_it_is_refused_from_a_form_that_somebody_made_up(admin, pages):
    for page in pages:
        assert admin.submit(page, WORDS | {"submission": "x" * 33}).status_code == 422


@pytest.mark.parametrize("title", ["", "x" * 201])
def test_it_needs_a_title(title, alice, admin, sign_in, bell, pages):
    for page in pages:
        answer = admin.submit(page, {"title": title, "body": "Kept."})
        assert answer.status_code == 422
        assert "Kept." in answer.text
    assert bell(sign_in(alice)) == "Notifications"


def test_only_administrators_send_them(alice, sign_in, pages):
    browser = sign_in(alice)
    for page in pages:
        assert browser.get(page).status_code == 403
        assert browser.post(page, WORDS | {"csrf_token": browser.token()}).status_code == 403
