"""Changing the email address, and undoing the change."""

import re

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.email_change import NEW_EMAIL
from tests.site import HOME


def test_it_changes_by_a_link_mailed_to_the_new_address(
    alice, sign_in, request_email_change, can_log_in
):
    browser = sign_in(alice)
    path = request_email_change(browser)
    page = browser.get("/account/email").text
    assert page.count(NEW_EMAIL) == 2  # in the message, once
    assert "we sent a link to" in page
    assert not can_log_in(NEW_EMAIL)
    assert NEW_EMAIL in browser.get(path).text
    answer = browser.submit(path)
    assert (answer.status_code, answer.location) == (303, HOME)
    assert f"Use {NEW_EMAIL} to log in." in browser.get(HOME).text
    assert NEW_EMAIL in browser.get("/account/profile").text
    assert can_log_in(NEW_EMAIL)
    assert not can_log_in(alice.email)


def test_it_asks_to_log_in_first_on_another_device(alice, sign_in, request_email_change, visitor):
    path = request_email_change(sign_in(alice))
    answer = visitor.get(path)
    assert (answer.status_code, answer.location) == (303, f"/auth/login?next={path}")


def test_it_is_refused_to_other_accounts(alice, bob, sign_in, request_email_change, can_log_in):
    path, browser = request_email_change(sign_in(alice)), sign_in(bob)
    answer = browser.get(path)
    assert answer.status_code == 403
    assert "This link belongs to another account." in answer.text
    assert browser.post(path, {"csrf_token": browser.token()}).status_code == 403
    assert not can_log_in(NEW_EMAIL)


def test_it_asks_for_a_proof_and_keeps_the_form(app, alice, sign_in, mailbox):
    browser = sign_in(alice)
    later(app, minutes=11)
    answer = browser.submit("/account/email", {"email": NEW_EMAIL})
    assert answer.location.startswith("/auth/reauthenticate")
    assert mailbox.to(NEW_EMAIL) == []
    proved = browser.submit(answer.location, {"password": PASSWORD})
    assert browser.submit(proved.location, action="/account/email").status_code == 303
    assert len(mailbox.to(NEW_EMAIL)) == 1


def test_it_answers_the_same_whether_the_address_is_taken(alice, bob, sign_in):
    pages = []
    for email in (NEW_EMAIL, bob.email):
        browser = sign_in(alice)
        answer = browser.submit("/account/email", {"email": email})
        page = browser.get(answer.location).text.replace(email, "")
        pages.append((answer.status_code, re.sub(r'"[\w.-]{60,}"', "", page)))
    assert pages[0] == pages[1]


def test_it_can_be_called_off(alice, bob, sign_in, request_email_change):
    browser = sign_in(alice)
    path = request_email_change(browser)
    assert NEW_EMAIL not in sign_in(bob).get("/account/email").text
    browser.submit("/account/email", action="/account/email/request/delete")
    assert "Email change canceled" in browser.get("/account/email").text
    assert NEW_EMAIL not in browser.get("/account/email").text
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "This link doesn&#39;t work" in answer.text


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("nobody", "Enter a valid email address."),
        (" ALICE@example.com ", "already your email address"),
    ],
)
def test_it_refuses_what_is_no_new_address(email, reason, alice, sign_in, mailbox):
    answer = sign_in(alice).submit("/account/email", {"email": email})
    assert answer.status_code == 422
    assert reason in answer.text
    assert mailbox.to(alice.email) == []


def test_the_owner_of_the_old_address_gets_the_account_back(
    alice, sign_in, change_email, mailbox, visitor, can_log_in
):
    thief = sign_in(alice)
    change_email(thief)
    undo = mailbox.link(alice.email)
    # Mail programs append these.
    added = visitor.get(f"{undo}&amp;utm_source=news", follow_redirects=True)
    assert alice.email in added.text
    answer = visitor.submit(undo)
    assert "Set a new password now." in visitor.get(answer.location).text
    assert thief.get("/account/profile").status_code == 303
    assert visitor.submit(answer.location, {"password": "a quite new one"}).status_code == 303
    assert can_log_in(alice.email, "a quite new one")
    assert visitor.get(undo).status_code == 404


def test_it_says_so_when_the_old_address_has_another_account(
    alice, sign_in, change_email, mailbox, make_user, visitor
):
    change_email(sign_in(alice))
    undo = mailbox.link(alice.email)
    make_user(alice.email)
    answer = visitor.submit(undo)
    assert answer.status_code == 409
    assert "Another account now uses this address" in answer.text
