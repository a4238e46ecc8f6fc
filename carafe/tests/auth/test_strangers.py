"""What someone can do in another's name without knowing more than their address."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from carafe.auth import reauthentication
from carafe.auth.accounts import authentication, confirmation, magic_link, reset
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.registration import NEW_PASSWORD
from carafe.testing.two_factor import is_logged_in, set_up, submit_code

pytestmark = pytest.mark.any_database

HOME = "203.0.113.1"
WRONG = "a wrong one"
# Lower than those of the app, which saves hundreds of requests.
MAX_FAILURES, MAX_FAILURES_BY_CLIENT, MAX_FAILURES_BY_ADDRESS = 3, 6, 9
MAX_MAILS = 2


def lower(monkeypatch, module, name, amount):
    monkeypatch.setattr(module, name, replace(getattr(module, name), amount=amount))


@pytest.fixture(autouse=True)
def _lower_limits(monkeypatch):
    lower(monkeypatch, authentication, "LOGIN_FAILURES", MAX_FAILURES)
    lower(monkeypatch, authentication, "LOGIN_FAILURES_BY_DEVICE", MAX_FAILURES)
    lower(monkeypatch, authentication, "LOGIN_FAILURES_BY_CLIENT", MAX_FAILURES_BY_CLIENT)
    lower(monkeypatch, authentication, "LOGIN_FAILURES_BY_ADDRESS", MAX_FAILURES_BY_ADDRESS)
    lower(monkeypatch, reauthentication, "REAUTH_FAILURES", MAX_FAILURES)
    lower(monkeypatch, confirmation, "CONFIRMATION_MAILS", MAX_MAILS)
    lower(monkeypatch, magic_link, "LINK_MAILS", MAX_MAILS)
    lower(monkeypatch, reset, "RESET_MAILS", MAX_MAILS)


def log_in(browser, user, password=PASSWORD, address=HOME, token=None):
    """Log in from an address, and return the status."""
    token = token or browser.token()
    fields = {"csrf_token": token, "email": user.email, "password": password}
    where = {"REMOTE_ADDR": address}
    return browser.post("/auth/login", fields, environ_overrides=where).status_code


def log_out(browser):
    return browser.post("/auth/logout", {"csrf_token": browser.token()})


@pytest.fixture
def fail(browser):
    """Fails to log in as a user, this many times from each address; the statuses."""

    def stranger(user, addresses, times=MAX_FAILURES):
        opened = browser()
        token = opened.token()
        return [
            log_in(opened, user, WRONG, address, token)
            for address in addresses
            for _ in range(times)
        ]

    return stranger


@pytest.fixture
def known_browser(alice, browser):
    """A browser in which Alice has logged in, and out again."""
    opened = browser()
    assert log_in(opened, alice) == 303
    log_out(opened)
    return opened


def networks(count):
    return [f"198.51.100.{number + 1}" for number in range(count)]


def test_who_fails_elsewhere_does_not_lock_the_owner_out(alice, fail, browser):
    assert 429 in fail(alice, networks(2), times=4)
    assert log_in(browser(), alice) == 303


def test_many_who_guess_at_one_account_are_stopped(app, alice, fail, browser):
    assert set(fail(alice, networks(3))) == {422}
    assert log_in(browser(), alice, WRONG) == 429
    # Not even the right password, or guessing would go on.
    assert log_in(browser(), alice) == 429
    later(app, hours=1)
    assert log_in(browser(), alice) == 303


def test_a_browser_of_the_owners_is_let_in_all_the_same(alice, fail, known_browser):
    fail(alice, [HOME, *networks(3)])
    assert log_in(known_browser, alice) == 303


def test_a_browser_of_the_owners_has_a_limit_of_its_own(app, alice, known_browser, browser):
    assert [log_in(known_browser, alice, WRONG) for _ in range(4)] == [422] * 3 + [429]
    assert log_in(known_browser, alice) == 429
    assert log_in(browser(), alice, address="192.0.2.1") == 303
    later(app, minutes=15)
    assert log_in(known_browser, alice) == 303


def test_its_failures_count_for_its_network_as_well(alice, bob, known_browser, browser):
    for _ in range(MAX_FAILURES):
        log_in(known_browser, alice, WRONG)
    assert log_in(browser(), alice) == 429
    assert [log_in(browser(), bob, WRONG) for _ in range(4)] == [422] * 3 + [429]


def test_a_browser_is_known_for_everyone_who_uses_it(alice, bob, fail, known_browser):
    assert log_in(known_browser, bob) == 303
    log_out(known_browser)
    fail(alice, [HOME])
    fail(bob, [HOME])
    assert [
        log_in(known_browser, alice),
        log_out(known_browser).status_code,
        log_in(known_browser, bob),
    ] == [303] * 3


def device_cookie(browser):
    [value] = [value for name, value in browser.cookies() if name == "device"]
    return value


def test_nobody_makes_such_a_browser(alice, bob, fail, known_browser, browser):
    bobs = browser()
    assert log_in(bobs, bob) == 303
    value = device_cookie(known_browser)
    name, signature = value.split(".")
    last = "A" if signature[0] != "A" else "B"
    cookies = {
        "another's": device_cookie(bobs),
        "altered": f"{name}.{last}{signature[1:]}",
        "cut": value[:-1],
        "nonsense": "x" * 66,
        "endless": f"{'x' * 22}.{'y' * 43}." * 60,
    }
    fail(alice, [HOME])
    for change, cookie in cookies.items():
        forged = browser()
        forged.client.set_cookie("device", cookie)
        assert log_in(forged, alice) == 429, change


def test_a_browser_from_before_a_new_password_is_like_any_other(
    alice, fail, known_browser, browser, request_link
):
    assert (
        browser().submit(request_link(alice, "reset"), {"password": NEW_PASSWORD}).status_code
        == 303
    )
    fail(alice, [HOME])
    assert log_in(known_browser, alice, NEW_PASSWORD) == 429


def test_it_says_nothing_about_the_user(alice, known_browser):
    cookie = device_cookie(known_browser)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", cookie)


def test_a_reset_lets_the_owner_in(alice, fail, request_link, browser):
    fail(alice, [HOME, *networks(2)])
    assert log_in(browser(), alice) == 429
    opened = browser()
    assert (
        opened.submit(request_link(alice, "reset"), {"password": NEW_PASSWORD}).status_code == 303
    )
    assert log_in(browser(), alice, NEW_PASSWORD) == 303


def test_a_reset_makes_the_browser_one_of_the_owners(alice, bob, fail, request_link, browser):
    opened = browser()
    assert (
        opened.submit(request_link(alice, "reset"), {"password": NEW_PASSWORD}).status_code == 303
    )
    fail(bob, [HOME])  # half of what the network has
    fail(alice, [HOME])
    assert log_in(browser(), alice, NEW_PASSWORD) == 429
    assert log_in(opened, alice, NEW_PASSWORD) == 303


def test_a_thief_of_the_password_does_not_lock_the_owner_out(
    alice, known_browser, browser, sign_in, clock
):
    """Codes are few to guess: five wrong ones stop everyone but the owner's own browser."""
    totp, _ = set_up(sign_in(alice))
    clock.step += 1
    thief = browser()
    assert log_in(thief, alice, address="192.0.2.1") == 303
    assert [submit_code(thief, "000000").status_code for _ in range(6)] == [422] * 5 + [429]
    other = browser()
    assert log_in(other, alice) == 303
    assert submit_code(other, totp.code()).status_code == 429
    assert log_in(known_browser, alice) == 303
    assert submit_code(known_browser, totp.code()).status_code == 303
    assert is_logged_in(known_browser)


def test_browsers_from_before_the_second_factor_do_not_add_up_their_tries(
    alice, browser, sign_in, clock
):
    """Each login makes a browser known: a thief of the password may have collected many."""
    thieves = [browser() for _ in range(4)]
    for thief in thieves:
        assert log_in(thief, alice) == 303
    totp, _ = set_up(sign_in(alice))
    clock.step += 1
    statuses = []
    for thief in thieves:
        assert log_in(thief, alice) == 303
        statuses += [submit_code(thief, "000000").status_code for _ in range(4)]
    assert statuses == [422] * 10 + [429] * 6
    # Not even with the right one, or guessing would go on.
    assert submit_code(thieves[-1], totp.code()).status_code == 429


def test_a_thief_of_a_session_does_not_keep_the_owner_from_a_proof(alice, sign_in):
    thief, owner = sign_in(alice), sign_in(alice)
    page = "/auth/reauthenticate"
    form = thief.fill(page)
    for _ in range(MAX_FAILURES + 1):
        answer = thief.send(form, {"password": WRONG})
    assert answer.status_code == 429
    assert owner.submit(page, {"password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("page", ["reset", "confirm", "magic-link"])
def test_who_asks_for_mails_too_often_is_told_nothing(page, app, alice, erin, browser, mailbox):
    user, pages = erin if page == "confirm" else alice, set()
    opened = browser()
    form = opened.fill(f"/auth/{page}")
    for email in [user.email] * 4 + ["nobody@example.com"] * 4:
        answer = opened.send(form, {"email": email})
        page_text = opened.get(answer.location).text.replace(email, "")
        pages.add((answer.status_code, answer.location, re.sub(r'"[\w.-]{60,}"', "", page_text)))
    assert len(pages) == 1
    assert len(mailbox.to(user.email)) == MAX_MAILS
    later(app, hours=1)
    assert browser().submit(f"/auth/{page}", {"email": user.email}).status_code == 303
    assert len(mailbox.to(user.email)) == MAX_MAILS + 1


def test_nobody_is_kept_from_signing_up(register, browser, mailbox):
    email = "new@example.com"
    for page in ("reset", "confirm", "magic-link"):
        opened = browser()
        form = opened.fill(f"/auth/{page}")
        for _ in range(MAX_MAILS + 1):
            assert opened.send(form, {"email": email}).status_code == 303
    assert mailbox.to(email) == []
    assert register(browser(), email=email).status_code == 303
    assert len(mailbox.to(email)) == 1


def test_nobody_is_kept_from_the_account_that_they_signed_up_for(
    register, fail, browser, mailbox, make_user
):
    email = "new@example.com"
    new = SimpleNamespace(email=email)
    fail(new, networks(3))
    opened = browser()
    register(opened, email=email)
    assert opened.submit(mailbox.link(email)).status_code == 303
    assert log_in(browser(), new, NEW_PASSWORD) == 303


def test_who_signs_up_too_often_is_told_nothing(register, alice, browser, mailbox):
    answers = [register(browser(), email=alice.email) for _ in range(7)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/auth/confirm")}
    assert len(mailbox.to(alice.email)) == 5
