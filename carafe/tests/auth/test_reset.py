"""Resetting a password by mail."""

import re

import pytest
from flask import template_rendered

from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.registration import NEW_PASSWORD


def enters(browser, user, password):
    answer = browser.submit("/auth/login", {"email": user.email, "password": password})
    return answer.status_code == 303


def test_it_sets_a_new_password(alice, request_link, visitor):
    answer = visitor.submit(request_link(alice, "reset"), {"password": NEW_PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/auth/login")
    assert not enters(visitor, alice, PASSWORD)
    assert enters(visitor, alice, NEW_PASSWORD)


def test_it_signs_nobody_in(alice, request_link, visitor):
    visitor.submit(request_link(alice, "reset"), {"password": NEW_PASSWORD})
    assert visitor.get("/members").status_code == 303


def test_it_works_once(alice, request_link, visitor, browser):
    path = request_link(alice, "reset")
    form = visitor.fill(path)
    assert visitor.send(form, {"password": NEW_PASSWORD}).status_code == 303
    assert visitor.get(path).status_code == 404
    assert visitor.send(form, {"password": "a third, just as long"}).status_code == 404
    assert enters(browser(), alice, NEW_PASSWORD)


def test_it_works_for_half_an_hour(app, alice, request_link, visitor, browser):
    path = request_link(alice, "reset")
    later(app, minutes=29)
    form = visitor.fill(path)
    later(app, minutes=1)
    assert visitor.get(path).status_code == 404
    assert visitor.send(form, {"password": NEW_PASSWORD}).status_code == 404
    assert enters(browser(), alice, PASSWORD)


def test_it_changes_nothing_before_the_form_is_sent(alice, request_link, visitor, sign_in):
    inside = sign_in(alice)
    path = request_link(alice, "reset")
    visitor.client.head(path)
    page = visitor.get(path)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert inside.get("/members").status_code == 200


def test_it_logs_every_device_out(alice, bob, request_link, visitor, sign_in, log_in):
    devices = [sign_in(alice), log_in(alice, remember="y")]
    other = sign_in(bob)
    visitor.submit(request_link(alice, "reset"), {"password": NEW_PASSWORD})
    assert [device.get("/members").status_code for device in devices] == [303, 303]
    assert other.get("/members").status_code == 200


def test_it_voids_every_other_link(alice, request_link, visitor):
    first, second = request_link(alice, "reset"), request_link(alice, "reset")
    assert first != second
    assert visitor.submit(first, {"password": NEW_PASSWORD}).status_code == 303
    assert visitor.get(second).status_code == 404


def test_it_tells_the_owner(alice, request_link, visitor, mailbox):
    visitor.submit(request_link(alice, "reset"), {"password": NEW_PASSWORD})
    assert mailbox.to(alice.email)[-1]["Subject"] == "Your password was changed"


def test_it_confirms_the_address(erin, request_link, visitor):
    visitor.submit(request_link(erin, "reset"), {"password": NEW_PASSWORD})
    assert enters(visitor, erin, NEW_PASSWORD)
    assert 'href="/auth/confirm"' not in visitor.get("/members").text


def test_it_keeps_the_link_when_a_password_is_refused(alice, request_link, visitor):
    path = request_link(alice, "reset")
    reasons = {
        "": "at least 8",
        "short": "at least 8",
        "x" * 257: "256 characters",
        "password1": "too easy to guess",
        "my alice@EXAMPLE.com": "Don&#39;t use your email address",
    }
    form = visitor.fill(path)
    for password, reason in reasons.items():
        answer = visitor.send(form, {"password": password})
        assert answer.status_code == 422, password
        assert reason in answer.text
    assert visitor.submit(path, {"password": NEW_PASSWORD}).status_code == 303


def test_it_tells_nobody_which_addresses_are_known(alice, erin, dave, browser, mailbox):
    pages = set()
    for email in (alice.email, erin.email, dave.email, "nobody@example.com"):
        opened = browser()
        answer = opened.submit("/auth/reset", {"email": email})
        page = opened.get(answer.location).text.replace(email, "")
        pages.add((answer.status_code, answer.location, re.sub(r'"[\w.-]{60,}"', "", page)))
    assert len(pages) == 1
    assert len(mailbox.to(alice.email)) == 1
    assert mailbox.to(dave.email) == []
    assert mailbox.to("nobody@example.com") == []


@pytest.mark.parametrize("page", ["/auth/reset", "/auth/confirm"])
def test_it_writes_a_mail_for_nobody_as_well_which_takes_time(page, erin, browser):
    names: list[str] = []

    def note(app, template, **context):
        names.append(template.name)

    written = []
    for email in (erin.email, "nobody@example.com"):
        opened = browser()
        form = opened.fill(page)
        names.clear()
        with template_rendered.connected_to(note):
            opened.send(form, {"email": email})
        written.append(list(names))
    assert written[0] == written[1]
    assert len(written[0]) == 3


def test_it_finds_the_address_however_it_is_typed(alice, visitor, mailbox):
    visitor.submit("/auth/reset", {"email": "  ALICE@Example.com "})
    assert len(mailbox.to(alice.email)) == 1


def test_it_works_for_those_signed_in(alice, sign_in, mailbox):
    browser = sign_in(alice)
    assert browser.submit("/auth/reset", {"email": alice.email}).status_code == 303
    answer = browser.submit(mailbox.link(alice.email), {"password": NEW_PASSWORD})
    assert answer.status_code == 303
    assert browser.get("/members").status_code == 303


def test_it_is_refused_to_the_suspended(app, alice, request_link, visitor):
    path = request_link(alice, "reset")
    form = visitor.fill(path)
    app.test_cli_runner().invoke(args=["user", "suspend", alice.email])
    assert visitor.get(path).status_code == 404
    assert visitor.send(form, {"password": NEW_PASSWORD}).status_code == 404


def test_it_fills_no_mailbox(app, alice, browser, mailbox):
    for email in (alice.email, "Alice@Example.com", "nobody@example.com"):
        statuses = [browser().submit("/auth/reset", {"email": email}).status_code for _ in range(3)]
        assert set(statuses) == {303}
    assert len(mailbox.to(alice.email)) == 5
    later(app, hours=1)
    assert browser().submit("/auth/reset", {"email": alice.email}).status_code == 303
