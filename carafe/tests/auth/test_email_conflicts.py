"""Links to change and to restore an address, used at the same moment: in either order it holds."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from carafe.testing.email_change import NEW_EMAIL
from carafe.testing.mailbox import link_in

USES = 12


@pytest.fixture
def at_once(browser):
    """Opens each path in a separate browser, and sends the forms at one moment.

    The first ones are logged in as the `owners` are.
    """

    def use(*paths, owners=()):
        browsers = [browser() for _ in paths]
        for opened, owner in zip(browsers, owners, strict=False):
            owner.copy_cookies_to(opened)
        forms = [opened.fill(path) for opened, path in zip(browsers, paths, strict=True)]
        barrier = Barrier(len(paths))

        def send(number):
            barrier.wait()
            return browsers[number].send(forms[number]).status_code

        with ThreadPoolExecutor(len(paths)) as threads:
            return list(threads.map(send, range(len(paths))))

    return use


def test_one_of_many_changes_the_address(alice, sign_in, request_email_change, at_once, reload):
    owner = sign_in(alice)
    statuses = at_once(*[request_email_change(owner)] * USES, owners=[owner] * USES)
    assert sorted(statuses) == [303] + [404] * (USES - 1)
    assert reload(alice).email == NEW_EMAIL


def test_one_of_many_restores_it(alice, sign_in, change_email, mailbox, at_once, reload):
    change_email(sign_in(alice))
    statuses = at_once(*[mailbox.link(alice.email)] * USES)
    assert sorted(statuses) == [303] + [404] * (USES - 1)
    assert reload(alice).email == alice.email


@pytest.mark.parametrize("attempt", range(4))
def test_the_owner_wins_against_a_change_at_the_same_moment(
    attempt, alice, sign_in, change_email, request_email_change, mailbox, at_once, reload
):
    thief = sign_in(alice)
    change_email(thief, "first@evil.example.com")
    undo = mailbox.link(alice.email)
    second_answer = request_email_change(thief, "second@evil.example.com")
    changed, restored = at_once(second_answer, undo, owners=[thief])
    assert restored == 303
    assert changed in (303, 404)
    assert reload(alice).email == alice.email


@pytest.mark.parametrize("attempt", range(4))
def test_a_link_confirms_the_address_that_it_was_mailed_to(
    attempt, alice, sign_in, request_email_change, browser, mailbox, reload
):
    """CVE-2026-32700 (Devise): of two changes at once, one's link confirmed the other's address."""
    owner = sign_in(alice)
    request_email_change(owner, "mine@example.com")
    tabs = {"mine@example.com": browser(), "victim@example.com": browser()}
    forms = {}
    for email, tab in tabs.items():
        owner.copy_cookies_to(tab)
        forms[email] = tab.fill("/account/email", "/account/email")
    barrier = Barrier(len(tabs))

    def send(email):
        barrier.wait()
        return tabs[email].send(forms[email], {"email": email}).status_code

    with ThreadPoolExecutor(len(tabs)) as threads:
        assert list(threads.map(send, tabs)) == [303, 303]
    for path in map(link_in, mailbox.to("mine@example.com")):
        if owner.get(path).status_code == 200:
            owner.submit(path)
    assert reload(alice).email in (alice.email, "mine@example.com")


def test_one_of_two_accounts_gets_an_address(
    alice, bob, sign_in, request_email_change, at_once, reload
):
    owners = [sign_in(user) for user in (alice, bob)]
    paths = [request_email_change(owner, "wanted@example.com") for owner in owners]
    assert sorted(at_once(*paths, owners=owners)) == [303, 404]
    emails = {reload(alice).email, reload(bob).email}
    assert "wanted@example.com" in emails
    assert len(emails) == 2
