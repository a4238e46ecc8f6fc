"""One code, one challenge, one set-up, many times at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from carafe.auth import two_factor
from carafe.auth.models import Passkey, RecoveryCode, Totp
from carafe.database import db
from carafe.security.rate_limits import RateLimit
from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import add
from carafe.testing.clock import change_limits
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.two_factor import NEW, PAGE, is_logged_in, recovery_codes, set_up, start_setup

USES = 8
CHALLENGE = "/auth/second-factor"


@pytest.fixture
def unlimited(monkeypatch):
    """Without limits, which would let five through: what is left has to hold by itself."""
    for name in ("ATTEMPTS", "ATTEMPTS_BY_CLIENT"):
        monkeypatch.setattr(two_factor, name, RateLimit(name, 1000, timedelta(minutes=15)))


def at_once(browsers, forms):
    """The answers to forms that are sent by a browser each, all at the same moment."""
    barrier = Barrier(len(browsers))

    def send(number):
        barrier.wait()
        return browsers[number].send(forms[number])

    with ThreadPoolExecutor(len(browsers)) as threads:
        return list(threads.map(send, range(len(browsers))))


def with_code(form, code):
    form.fields["code"] = code
    return form


def test_exactly_one_use_of_a_recovery_code_wins(unlimited, owner, alice, challenge, count):
    browsers = [challenge(alice) for _ in range(USES)]
    forms = [with_code(browser.fill(CHALLENGE), owner.codes[0]) for browser in browsers]
    answers = at_once(browsers, forms)
    assert sorted(answer.status_code for answer in answers) == [303] + [422] * (USES - 1)
    assert [is_logged_in(browser) for browser in browsers].count(True) == 1
    assert count(RecoveryCode) == 9


@pytest.mark.parametrize("counted", [True, False], ids=["", "without the counters in a file"])
def test_exactly_one_use_of_an_app_code_wins(
    counted, unlimited, owner, alice, challenge, monkeypatch
):
    if not counted:
        monkeypatch.setattr(Totp, "_is_first_use_of_step", lambda *_: True)
    browsers = [challenge(alice) for _ in range(USES)]
    code = owner.totp.code()
    answers = at_once(browsers, [with_code(racer.fill(CHALLENGE), code) for racer in browsers])
    assert sorted(answer.status_code for answer in answers) == [303] + [422] * (USES - 1)
    assert [is_logged_in(browser) for browser in browsers].count(True) == 1


def test_exactly_one_use_of_a_challenge_wins(
    unlimited, owner, alice, challenge, browser, count, mailbox
):
    """Each of its copies with another code that is good."""
    first = challenge(alice)
    browsers = [browser() for _ in owner.codes]
    for copy in browsers:
        first.copy_cookies_to(copy)
    forms = [with_code(b.fill(CHALLENGE), c) for b, c in zip(browsers, owner.codes, strict=True)]
    answers = at_once(browsers, forms)
    locations = sorted(answer.location for answer in answers)
    assert locations == ["/auth/login"] * 9 + ["/dashboard"]
    assert [is_logged_in(racer) for racer in browsers].count(True) == 1
    assert count(RecoveryCode) == 9


def test_exactly_one_proof_by_a_code_wins(unlimited, owner, browser):
    browsers = [browser() for _ in range(USES)]
    for copy in browsers:
        owner.copy_cookies_to(copy)
    code = owner.totp.code()
    forms = [with_code(racer.fill("/auth/reauthenticate"), code) for racer in browsers]
    answers = at_once(browsers, forms)
    # The winner's session gets a new token, so who comes late is no longer logged in.
    late = [answer for answer in answers if "/auth/login" in (answer.location or "")]
    statuses = sorted(answer.status_code for answer in answers if answer not in late)
    assert statuses == [303] + [422] * (USES - 1 - len(late))


def test_exactly_one_set_up_shows_recovery_codes(alice, sign_in, clock, browser, count):
    first = sign_in(alice)
    totp = start_setup(first)
    browsers = [browser() for _ in range(USES)]
    for copy in browsers:
        first.copy_cookies_to(copy)
    answers = at_once(browsers, [with_code(b.fill(NEW), totp.code()) for b in browsers])
    assert sorted(answer.status_code for answer in answers) == [200] + [303] * (USES - 1)
    assert (count(Totp), count(RecoveryCode)) == (1, 10)


def test_one_factor_stays_where_it_is_required(
    app, carol, sign_in, clock, browser, count, monkeypatch
):
    monkeypatch.setitem(app.config, "REQUIRE_SECOND_FACTOR", True)
    first, second = sign_in(carol), browser()
    set_up(first)
    add(first)
    first.copy_cookies_to(second)
    with app.app_context():
        passkey = f"/account/passkeys/{db.session.scalar(db.select(Passkey.id))}/delete"
    forms = [
        first.fill(PAGE, f"{PAGE}/totp/delete"),
        second.fill("/account/passkeys", passkey),
    ]
    answers = at_once([first, second], forms)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert count(Totp) + count(Passkey) == 1


def test_exactly_one_wins_among_several_processes(running, email):
    """With all that protects it, limits included."""
    running.add_user(email)
    fields = {"email": email, "password": PASSWORD}
    first_browser = LiveBrowser(running.url)
    first_browser.submit("/auth/login", fields)
    totp = start_setup(first_browser)
    codes = recovery_codes(first_browser.submit(NEW, {"code": totp.code()}).text)
    for code in (totp.code(1), codes[0]):
        browsers = [LiveBrowser(running.url) for _ in range(USES)]
        for racer in browsers:
            racer.submit("/auth/login", fields)
        forms = [with_code(racer.fill(CHALLENGE), code) for racer in browsers]
        answers = at_once(browsers, forms)
        statuses = [answer.status_code for answer in answers]
        assert statuses.count(303) == 1
        assert set(statuses) <= {303, 422, 429}
        assert [is_logged_in(racer) for racer in browsers].count(True) == 1
        change_limits(running.folder, "DELETE FROM hit")
