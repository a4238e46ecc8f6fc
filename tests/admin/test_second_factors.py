"""Administrators require second factors of users, and remove those of users who lost them."""

import pytest

from carafe.testing.authenticator import add
from carafe.testing.two_factor import PAGE, is_logged_in, set_up

SUBJECT = "Please set up a second factor"


@pytest.fixture
def press(carol, sign_in, page, clock):
    """Press a button on the page about Alice."""
    admin = sign_in(carol)

    def submit(noun):
        answer = admin.submit(page, action=f"{page}/{noun}")
        assert (answer.status_code, answer.location) == (303, page)

    return submit


def test_it_leads_there_at_once_and_says_why(alice, sign_in, press, mailbox):
    browser = sign_in(alice)
    press("second-factor-requirement")
    answer = browser.get("/members")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "Your account needs a second factor." in browser.get(PAGE).text
    [mail] = [mail for mail in mailbox.to(alice.email) if mail["Subject"] == SUBJECT]
    assert PAGE in mail.get_body(("plain",)).get_content()
    set_up(browser)
    assert is_logged_in(browser)


def test_the_last_one_stays_while_it_is_required(alice, sign_in, press):
    browser = sign_in(alice)
    set_up(browser)
    press("second-factor-requirement")
    assert "Your account needs one, so the last stays." in browser.get(PAGE).text
    delete = f"{PAGE}/totp/delete"
    assert delete not in browser.get(PAGE).text
    answer = browser.post(delete, {"csrf_token": browser.token()})
    assert answer.status_code == 409
    assert "Add another before you remove this one." in answer.text
    press("second-factor-requirement/delete")
    assert browser.submit(PAGE, action=delete).status_code == 303


def test_it_is_audited(alice, carol, sign_in, press, events):
    press("second-factor-requirement")
    press("second-factor-requirement/delete")
    for action in ("two_factor.required", "two_factor.optional"):
        assert [row[:2] for row in events(action)] == [(carol.email, alice.subject)]
    assert "A second factor was required of you" in sign_in(alice).get("/account/activity").text


def test_the_button_removes_all(alice, carol, sign_in, page, press, log_in, mailbox, events):
    assert "Remove second factors" not in sign_in(carol).get(page).text
    browser = sign_in(alice)
    set_up(browser)
    add(browser)
    press("second-factors/delete")
    assert is_logged_in(log_in(alice))
    assert mailbox.to(alice.email)[-1]["Subject"] == "Your second factors were removed"
    assert [row[:2] for row in events("two_factor.disabled")] == [(carol.email, alice.subject)]
