"""Logging in with a link from an email, where that is allowed."""

import re
from datetime import timedelta
from functools import partial

import pytest
from flask import template_rendered
from sqlalchemy import select

from carafe.auth.accounts.magic_link import LINKS
from carafe.auth.models import LinkedAccount, Totp
from carafe.database import db
from carafe.security import encryption
from carafe.security.rate_limits import client_key
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.registration import NEW_PASSWORD
from carafe.tests.site.settings import HOME

PAGE = "/auth/magic-link"


@pytest.fixture
def link(request_link):
    """Has a link emailed to a user, and returns its path."""
    return partial(request_link, purpose="magic-link")


def is_in(browser):
    return browser.get("/members").status_code == 200


def test_it_logs_in(alice, link, visitor):
    answer = visitor.submit(link(alice))
    assert (answer.status_code, answer.location) == (303, HOME)
    assert 'value="Alice"' in visitor.get("/members").text


def test_it_changes_nothing_before_the_button_is_pressed(alice, link, visitor, browser):
    path = link(alice)
    visitor.client.head(path)
    page = visitor.get(path)
    assert page.headers["Cache-Control"] == "no-store"
    assert not is_in(visitor)
    assert browser().submit(path).status_code == 303


def test_it_works_once(alice, link, visitor, browser):
    path = link(alice)
    form = visitor.fill(path)
    late = browser()
    late_form = late.fill(path)
    assert visitor.send(form).status_code == 303
    assert late.send(late_form).status_code == 404
    assert late.get(path).status_code == 404
    assert not is_in(late)


def test_it_works_for_ten_minutes(app, alice, link, visitor):
    path = link(alice)
    later(app, minutes=9)
    form = visitor.fill(path)
    later(app, minutes=1)
    assert visitor.get(path).status_code == 404
    assert visitor.send(form).status_code == 404
    assert not is_in(visitor)


def test_one_that_was_used_voids_the_others(alice, link, visitor, browser):
    first, second = link(alice), link(alice)
    assert visitor.submit(first).status_code == 303
    assert browser().get(second).status_code == 404


@pytest.mark.parametrize("change", [lambda p: p[:-1], lambda p: p + "x", lambda p: p.swapcase()])
def test_it_opens_nothing_when_it_is_not_whole(change, alice, link, visitor):
    head, _, token = link(alice).rpartition("/")
    assert visitor.get(f"{head}/{change(token)}").status_code == 404


def test_a_link_for_something_else_is_none(alice, link, browser, mailbox):
    token = link(alice).rpartition("/")[2]
    assert browser().get(f"/auth/reset/{token}").status_code == 404
    assert browser().get(f"/auth/confirm/{token}").status_code == 404
    browser().submit("/auth/reset", {"email": alice.email})
    reset = mailbox.link(alice.email).rpartition("/")[2]
    assert browser().get(f"{PAGE}/{reset}").status_code == 404


def test_a_change_of_password_voids_it(alice, link, sign_in, visitor):
    path = link(alice)
    fields = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert sign_in(alice).submit("/account/password", fields).status_code == 303
    assert visitor.get(path).status_code == 404


def test_it_remembers_where_that_was_chosen(alice, link, browser):
    def lasts(**fields):
        desk = browser()
        desk.submit(link(alice), fields)
        return desk.client.get_cookie("session").expires is not None

    assert lasts(remember="y")
    assert not lasts()


def test_it_still_asks_for_the_second_factor(app, alice, link, visitor):
    with app.app_context():
        secret = encryption.encrypt(b"JBSWY3DPEHPK3PXP", "totp")
        db.session.add(Totp(user_id=alice.id, secret=secret, counter=0))
        db.session.commit()
    answer = visitor.submit(link(alice))
    assert answer.location.startswith("/auth/second-factor")
    assert not is_in(visitor)


def test_it_names_the_account(alice, link, visitor):
    assert alice.email in visitor.get(link(alice)).text


def test_it_asks_whoever_is_logged_in_as_somebody_else(alice, bob, link, sign_in):
    desk = sign_in(bob)
    path = link(alice)
    assert desk.fill(path).fields["switch"] == bob.email
    fields = {"csrf_token": desk.token()}
    for switch in ({}, {"switch": ""}, {"switch": alice.email}):
        answer = desk.post(path, fields | switch)
        assert answer.status_code == 409
    assert 'value="Bob"' in desk.get("/members").text
    assert desk.submit(path).status_code == 303
    assert 'value="Alice"' in desk.get("/members").text


def test_it_asks_nobody_who_is_logged_in_as_the_same_user(alice, link, sign_in):
    desk = sign_in(alice)
    path = link(alice)
    assert desk.submit(path).status_code == 303


def test_it_is_refused_to_the_suspended(app, alice, dave, link, visitor, mailbox):
    path = link(alice)
    form = visitor.fill(path)
    app.test_cli_runner().invoke(args=["user", "suspend", alice.email])
    assert visitor.send(form).status_code == 404
    assert visitor.submit(PAGE, {"email": dave.email}).status_code == 303
    assert mailbox.to(dave.email) == []


def test_it_tells_nobody_which_addresses_are_known(alice, erin, dave, browser):
    pages = set()
    for email in (alice.email, erin.email, dave.email, "nobody@example.com"):
        desk = browser()
        answer = desk.submit(PAGE, {"email": email})
        page = desk.get(answer.location).text.replace(email, "")
        pages.add((answer.status_code, answer.location, re.sub(r'"[\w.-]{60,}"', "", page)))
    assert len(pages) == 1


def test_it_writes_a_mail_for_nobody_as_well_which_takes_time(alice, browser):
    names: list[str] = []

    def note(app, template, **context):
        names.append(template.name)

    written = []
    for email in (alice.email, "nobody@example.com"):
        desk = browser()
        form = desk.fill(PAGE)
        names.clear()
        with template_rendered.connected_to(note):
            desk.send(form, {"email": email})
        written.append(list(names))
    assert written[0] == written[1]
    assert len(written[0]) == 3


def test_it_fills_no_mailbox(app, alice, browser, mailbox):
    statuses = [browser().submit(PAGE, {"email": alice.email}).status_code for _ in range(6)]
    assert statuses == [303] * 6
    assert len(mailbox.to(alice.email)) == 5
    later(app, hours=1)
    assert browser().submit(PAGE, {"email": alice.email}).status_code == 303


def test_one_client_asks_for_so_many(app, visitor):
    assert LINKS.amount == 60
    with app.test_request_context(environ_base=visitor.client.environ_base):
        for _ in range(LINKS.amount - 1):
            LINKS.spend(client_key())
    assert visitor.submit(PAGE, {"email": "last@example.com"}).status_code == 303
    assert visitor.submit(PAGE, {"email": "more@example.com"}).status_code == 429


def test_it_confirms_the_address(erin, link, visitor):
    visitor.submit(link(erin))
    page = visitor.get("/members").text
    assert "not confirmed" not in page
    assert 'value="Erin"' not in page, "a name that the person who signed up chose"


def test_who_signed_up_with_my_address_does_not_share_my_account(erin, link, sign_in, browser):
    """Pre-hijacking: erin's password and session may be those of someone else."""
    attacker, owner = sign_in(erin), browser()
    assert owner.submit(link(erin)).status_code == 303
    assert is_in(owner)
    assert not is_in(attacker)
    fields = {"email": erin.email, "password": PASSWORD}
    assert browser().submit("/auth/login", fields).status_code == 422


def test_it_keeps_no_account_elsewhere_from_before_the_address_was_confirmed(
    app, alice, link, visitor
):
    """Someone may have signed up with her address through a site that does not check any."""
    with app.app_context():
        for provider, age in (("acme", timedelta(days=1)), ("rival", -timedelta(seconds=1))):
            made = {"provider": provider, "subject": "1", "label": f"{provider}-1"}
            at = alice.confirmed_at - age
            db.session.add(LinkedAccount(user_id=alice.id, created_at=at, **made))
        db.session.commit()
    assert visitor.submit(link(alice)).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(LinkedAccount.label)).all() == ["rival-1"]


def test_it_is_a_page_for_visitors(alice, sign_in):
    assert sign_in(alice).get(PAGE).location == HOME


@pytest.mark.parametrize("email", ["", "x", "a@b@c"])
def test_it_wants_an_address(email, visitor):
    assert visitor.submit(PAGE, {"email": email}).status_code == 422
