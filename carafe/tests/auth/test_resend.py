"""Having the email to confirm an address sent again."""

import re

from carafe.testing.clock import later
from carafe.testing.registration import NEW_PASSWORD


def ask(browser, email):
    return browser.submit("/auth/confirm", {"email": email})


def test_it_mails_a_new_link(erin, visitor, mailbox):
    assert ask(visitor, " Erin@Example.com ").status_code == 303
    answer = visitor.submit(mailbox.link(erin.email), {"password": NEW_PASSWORD})
    assert answer.status_code == 303


def test_it_works_for_those_signed_in(erin, sign_in, mailbox):
    browser = sign_in(erin)
    assert ask(browser, erin.email).status_code == 303
    assert browser.submit(mailbox.link(erin.email)).status_code == 303
    assert 'href="/auth/confirm"' not in browser.get("/members").text


def test_it_tells_nobody_which_addresses_are_known(alice, erin, dave, browser, mailbox):
    pages = set()
    for email in (alice.email, erin.email, dave.email, "nobody@example.com"):
        opened = browser()
        answer = ask(opened, email)
        page = opened.get(answer.location).text.replace(email, "")
        pages.add((answer.status_code, re.sub(r'"[\w.-]{60,}"', "", page)))
    assert len(pages) == 1
    assert len(mailbox.to(erin.email)) == 1
    assert mailbox.to(alice.email) == []


def test_it_fills_no_mailbox(app, erin, browser, mailbox):
    for email in (erin.email, "nobody@example.com"):
        statuses = [ask(browser(), email).status_code for _ in range(6)]
        assert statuses == [303] * 6
    assert len(mailbox.to(erin.email)) == 5
    later(app, hours=1)
    assert ask(browser(), erin.email).status_code == 303


def test_it_refuses_what_is_no_address(visitor):
    answer = ask(visitor, "nobody")
    assert answer.status_code == 422
    assert 'value="nobody"' in answer.text
