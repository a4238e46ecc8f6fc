"""Changing the email address."""

import re

import pytest

from carafe.auth.accounts.email_address import CHANGE_MAILS_BY_ADDRESS
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.email_change import NEW_EMAIL


def test_it_changes_by_a_link_mailed_to_the_new_address(
    alice, sign_in, request_email_change, can_log_in
):
    browser = sign_in(alice)
    path = request_email_change(browser)
    assert can_log_in(alice.email)
    assert not can_log_in(NEW_EMAIL)
    assert NEW_EMAIL in browser.get(path).text
    answer = browser.submit(path)
    assert (answer.status_code, answer.location) == (303, "/dashboard")
    assert can_log_in(NEW_EMAIL)
    assert not can_log_in(alice.email)


def test_it_asks_to_log_in_first_on_another_device(
    alice, sign_in, request_email_change, browser, can_log_in
):
    path, another = request_email_change(sign_in(alice)), browser()
    answer = another.get(path)
    assert (answer.status_code, answer.location) == (303, f"/auth/login?next={path}")
    back = another.submit(answer.location, {"email": alice.email, "password": PASSWORD})
    assert back.location == path
    assert another.submit(path).status_code == 303
    assert can_log_in(NEW_EMAIL)


def test_the_owner_of_an_address_does_not_give_it_to_an_account_of_somebody_else(
    alice, bob, sign_in, request_email_change, visitor, can_log_in
):
    path, owner = request_email_change(sign_in(alice)), sign_in(bob)
    answer = visitor.post(path, {"csrf_token": visitor.token()})
    assert answer.location.startswith("/auth/login")
    assert owner.get(path).status_code == 403
    assert owner.post(path, {"csrf_token": owner.token()}).status_code == 403
    assert can_log_in(alice.email)
    assert not can_log_in(NEW_EMAIL)


def test_it_keeps_those_logged_in_who_are(alice, sign_in, change_email):
    browser = sign_in(alice)
    change_email(browser)
    assert NEW_EMAIL in browser.get("/account/email").text


def test_it_changes_nothing_by_looking_at_the_link(
    alice, sign_in, request_email_change, can_log_in
):
    browser = sign_in(alice)
    path = request_email_change(browser)
    page = browser.get(path)
    browser.client.head(path)
    assert page.headers["Cache-Control"] == "no-store"
    assert can_log_in(alice.email)


def test_it_asks_for_a_proof_and_keeps_the_form(app, alice, sign_in, mailbox):
    browser = sign_in(alice)
    later(app, minutes=11)
    answer = browser.submit("/account/email", {"email": NEW_EMAIL})
    assert answer.location.startswith("/auth/reauthenticate")
    assert mailbox.to(NEW_EMAIL) == []
    proved = browser.submit(answer.location, {"password": PASSWORD})
    assert browser.submit(proved.location, action="/account/email").status_code == 303
    assert len(mailbox.to(NEW_EMAIL)) == 1


def test_it_works_once(alice, sign_in, request_email_change):
    browser = sign_in(alice)
    path = request_email_change(browser)
    form = browser.fill(path)
    assert browser.send(form).status_code == 303
    assert browser.get(path).status_code == 404
    assert browser.send(form).status_code == 404


def test_it_works_for_an_hour(app, alice, sign_in, request_email_change, can_log_in):
    browser = sign_in(alice)
    path = request_email_change(browser)
    later(app, minutes=59)
    form = browser.fill(path)
    later(app, minutes=1)
    assert browser.get(path).status_code == 404
    assert browser.send(form).status_code == 404
    assert can_log_in(alice.email)


def test_it_answers_the_same_whether_the_address_is_taken(alice, bob, sign_in, browser, mailbox):
    pages = []
    for email in (NEW_EMAIL, bob.email):
        owner = sign_in(alice)
        answer = owner.submit("/account/email", {"email": email})
        page = owner.get(answer.location).text.replace(email, "")
        pages.append((answer.status_code, re.sub(r'"[\w.-]{60,}"', "", page)))
    assert pages[0] == pages[1]
    [mail] = mailbox.to(bob.email)
    assert mail["Subject"] == "Someone tried to use your email address"
    assert alice.email not in mail.as_string()
    assert "/auth/email/" not in mail.as_string()


def test_it_says_nothing_when_the_address_is_taken_meanwhile(
    alice, sign_in, request_email_change, make_user, can_log_in
):
    browser = sign_in(alice)
    path = request_email_change(browser)
    form = browser.fill(path)
    make_user(NEW_EMAIL)
    answer = browser.send(form)
    assert answer.status_code == 404
    assert browser.get(path).status_code == 404
    assert can_log_in(alice.email)


def test_it_is_shown_while_it_waits_and_can_be_called_off(
    alice, sign_in, request_email_change, visitor
):
    browser = sign_in(alice)
    path = request_email_change(browser)
    assert NEW_EMAIL in browser.get("/account/email").text
    browser.submit("/account/email", action="/account/email/request/delete")
    assert NEW_EMAIL not in browser.get("/account/email").text
    assert visitor.get(path).status_code == 404


def test_it_shows_nobody_elses(alice, bob, sign_in, request_email_change):
    request_email_change(sign_in(alice))
    assert NEW_EMAIL not in sign_in(bob).get("/account/email").text


def test_it_forgets_the_address_asked_for_before(alice, sign_in, request_email_change, can_log_in):
    browser = sign_in(alice)
    first = request_email_change(browser, "first@example.com")
    second = request_email_change(browser, "second@example.com")
    assert browser.get(first).status_code == 404
    assert browser.submit(second).status_code == 303
    assert can_log_in("second@example.com")


def test_it_voids_the_links_to_the_old_address(alice, sign_in, browser, change_email, mailbox):
    browser().submit("/auth/reset", {"email": alice.email})
    reset = mailbox.link(alice.email)
    change_email(sign_in(alice))
    assert browser().get(reset).status_code == 404


def test_it_confirms_the_address(erin, sign_in, change_email):
    browser = sign_in(erin)
    change_email(browser)
    assert browser.get("/things/new").status_code == 200


def test_it_gives_no_way_back_to_an_address_that_was_never_confirmed(
    erin, sign_in, change_email, mailbox
):
    change_email(sign_in(erin))
    assert mailbox.to(erin.email) == []


def test_it_refuses_what_is_no_address(alice, sign_in):
    browser = sign_in(alice)
    form = browser.fill("/account/email")
    for email in ("", "nobody", "a@b@c", "x" * 250 + "@example.com", "\0@e.com"):
        assert browser.send(form, {"email": email}).status_code == 422, email


def test_it_refuses_the_address_one_has(alice, sign_in, mailbox):
    answer = sign_in(alice).submit("/account/email", {"email": " ALICE@example.com "})
    assert answer.status_code == 422
    assert "already your email address" in answer.text
    assert mailbox.to(alice.email) == []


def test_it_takes_a_look_alike_for_another_address(
    alice, bob, sign_in, change_email, mailbox, can_log_in
):
    looks_like_bob = "b\u043eb@example.com"  # with a Cyrillic o
    change_email(sign_in(alice), looks_like_bob)
    assert mailbox.to(bob.email) == []
    assert can_log_in(bob.email)
    assert can_log_in(looks_like_bob)


def test_it_fills_no_mailbox(app, alice, bob, sign_in, mailbox):
    browser = sign_in(alice)
    form = browser.fill("/account/email")
    statuses = [browser.send(form, {"email": NEW_EMAIL}).status_code for _ in range(7)]
    assert statuses == [303] * 5 + [429] * 2
    assert len(mailbox.to(NEW_EMAIL)) == 5
    # And does not keep others from an address that is theirs.
    assert sign_in(bob).submit("/account/email", {"email": NEW_EMAIL}).status_code == 303
    assert len(mailbox.to(NEW_EMAIL)) == 6


def test_many_accounts_fill_no_mailbox(app, alice, sign_in, mailbox):
    with app.test_request_context():
        for _ in range(CHANGE_MAILS_BY_ADDRESS.amount):
            CHANGE_MAILS_BY_ADDRESS.spend(NEW_EMAIL)
    assert sign_in(alice).submit("/account/email", {"email": NEW_EMAIL}).status_code == 429
    assert mailbox.to(NEW_EMAIL) == []


def test_it_does_not_mail_the_whole_world(alice, sign_in):
    browser = sign_in(alice)
    form = browser.fill("/account/email")
    emails = [f"{n}@example.com" for n in range(12)]
    statuses = [browser.send(form, {"email": email}).status_code for email in emails]
    assert statuses == [303] * 10 + [429] * 2


def test_it_tells_strangers_nothing_that_the_user_chose(
    make_user, sign_in, request_email_change, mailbox
):
    spammer = make_user("www.evil.example/win@spam.example", name="Win at http://evil.example")
    request_email_change(sign_in(spammer))
    assert "evil.example" not in mailbox.to(NEW_EMAIL)[-1].as_string()


@pytest.mark.parametrize("purpose", ["email", "email/undo"])
def test_it_opens_nothing_with_a_link_for_something_else(
    purpose, alice, sign_in, change_email, browser, mailbox, visitor
):
    browser().submit("/auth/reset", {"email": alice.email})
    token = mailbox.link(alice.email).rpartition("/")[2]
    for wrong in (token, token[:-1], "x", "x" * 5000, "%00"):
        assert visitor.get(f"/auth/{purpose}/{wrong}").status_code == 404
        answer = visitor.post(f"/auth/{purpose}/{wrong}", {"csrf_token": visitor.token()})
        assert answer.status_code == 404


def test_it_is_refused_to_the_suspended(app, alice, sign_in, request_email_change):
    browser = sign_in(alice)
    path = request_email_change(browser)
    form = browser.fill(path)
    app.test_cli_runner().invoke(args=["user", "suspend", alice.email])
    assert browser.get(path).status_code == 404
    assert browser.send(form).status_code == 404
