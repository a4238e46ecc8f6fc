"""The second factor, after whatever was the first."""

from datetime import timedelta
from pathlib import Path

import pytest

from carafe.audit import AuditEvent
from carafe.auth.accounts import authentication
from carafe.auth.models import Session
from carafe.database import db
from carafe.security.rate_limits import RateLimit
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import change_limits, later
from carafe.testing.two_factor import PAGE, is_logged_in, set_up, submit_code
from carafe.tests.site.models import User


def enters(browser, code):
    answer = submit_code(browser, code)
    assert answer.status_code in (303, 422), answer.text
    assert is_logged_in(browser) == (answer.status_code == 303)
    return is_logged_in(browser)


def test_it_lets_nobody_in_with_the_password_alone(owner, alice, challenge):
    browser = challenge(alice)
    assert not is_logged_in(browser)
    assert browser.get("/members").location.startswith("/auth/login")
    assert alice.email not in browser.get("/auth/second-factor").text


def test_it_lets_in_with_a_code(owner, alice, challenge):
    answer = submit_code(challenge(alice), owner.totp.code())
    assert (answer.status_code, answer.location) == (303, "/dashboard")


def test_it_leads_to_what_was_asked_for(owner, alice, challenge):
    browser = challenge(alice, "/auth/login?next=/things/")
    path = "/auth/second-factor?next=/things/"
    assert browser.submit(path, {"code": owner.totp.code()}).location == "/things/"


def test_it_leads_to_no_other_site(owner, alice, challenge):
    browser = challenge(alice)
    form = browser.fill("/auth/second-factor")
    form.fields["code"] = owner.totp.code()
    answer = browser.post("/auth/second-factor?next=//evil.example", form.fields)
    assert answer.location == "/dashboard"


@pytest.mark.parametrize("remember", [{}, {"remember": "y"}])
def test_it_remembers_the_browser_as_asked(remember, app, owner, alice, challenge):
    browser = challenge(alice, **remember)
    submit_code(browser, owner.totp.code())
    cookie = browser.client.get_cookie("session")
    assert (cookie.expires is not None) == bool(remember)
    with app.app_context():
        newest = db.select(Session.remembered).order_by(Session.id.desc()).limit(1)
        assert db.session.scalar(newest) == bool(remember)


@pytest.mark.parametrize("spelled", ["{0} {1}", " {0}-{1} ", "{0}{1}\n"])
def test_it_takes_a_code_however_it_is_spaced(spelled, owner, alice, challenge):
    code = owner.totp.code()
    assert enters(challenge(alice), spelled.format(code[:3], code[3:]))


def test_it_takes_the_digits_of_a_wide_keyboard(owner, alice, challenge):
    wide = owner.totp.code().translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    assert enters(challenge(alice), wide)


def test_it_refuses_a_wrong_code(app, owner, alice, challenge):
    browser = challenge(alice)
    for code in ("000000", "12345", "é", "١٢٣٤٥٦", "0" * 40, "-", "'; --"):
        answer = submit_code(browser, code)
        assert answer.status_code == 422, code
        assert 'class="field-error"' in answer.text, code
        assert not is_logged_in(browser), code
        change_limits(Path(app.instance_path), "DELETE FROM hit")
    assert enters(browser, owner.totp.code())


def test_it_refuses_what_is_no_code(owner, alice, challenge):
    browser = challenge(alice)
    for code in ("", "0" * 41, "12\x0034"):
        assert submit_code(browser, code).status_code == 422, code


def test_it_audits_a_wrong_code(app, owner, alice, challenge):
    submit_code(challenge(alice), "000000")
    with app.app_context():
        event = db.session.scalar(db.select(AuditEvent).filter_by(action="two_factor.failed"))
        assert (event.subject, event.actor, event.details) == (alice.subject, alice.email, {})


def test_it_refuses_the_code_of_somebody_else(owner, bob, sign_in, challenge):
    set_up(sign_in(bob))
    assert not enters(challenge(bob), owner.totp.code())


def test_it_asks_for_the_first_factor_first(owner, visitor):
    visitor.get("/auth/login")
    answer = visitor.get("/auth/second-factor?next=/things/")
    assert (answer.status_code, answer.location) == (303, "/auth/login?next=/things/")
    form = {"csrf_token": visitor.token(), "code": owner.totp.code()}
    assert visitor.post("/auth/second-factor", form).location == "/auth/login"
    assert not is_logged_in(visitor)


def test_it_gives_up_after_a_while(app, owner, alice, challenge):
    browser = challenge(alice)
    form = browser.fill("/auth/second-factor")
    later(app, minutes=21)
    answer = browser.send(form, {"code": owner.totp.code()})
    assert answer.location == "/auth/login"
    assert not is_logged_in(browser)


def test_it_keeps_the_challenge_when_the_page_is_looked_at(owner, alice, challenge):
    browser = challenge(alice)
    for _ in range(3):
        assert browser.get("/auth/second-factor").status_code == 200
    assert enters(browser, owner.totp.code())


def test_it_is_over_once_passed(owner, alice, challenge, browser, clock):
    first, thief = challenge(alice), browser()
    first.copy_cookies_to(thief)
    form = thief.fill("/auth/second-factor")
    assert enters(first, owner.totp.code())
    clock.step += 1
    assert thief.send(form, {"code": owner.totp.code()}).location == "/auth/login"
    assert not is_logged_in(thief)


def test_it_leads_on_who_is_in_already(owner):
    assert owner.get("/auth/second-factor").location == "/dashboard"


def test_it_dies_with_a_change_of_password(owner, alice, challenge):
    browser = challenge(alice)
    new = {"current_password": PASSWORD, "password": "another one, quite as long"}
    assert owner.submit("/account/password", new).status_code == 303
    assert browser.get("/auth/second-factor").location == "/auth/login"


@pytest.mark.parametrize("end", ["suspend", "delete", "suspend and reinstate"])
def test_it_dies_with_the_account(end, app, owner, alice, challenge):
    browser = challenge(alice)
    form = browser.fill("/auth/second-factor")
    with app.app_context():
        for step in end.split(" and "):
            getattr(db.session.get(User, alice.id), step)()
            db.session.commit()
    assert browser.send(form, {"code": owner.totp.code()}).location == "/auth/login"
    assert not is_logged_in(browser)


def test_it_dies_with_the_factor(owner, alice, challenge):
    browser = challenge(alice)
    owner.submit(PAGE, action=f"{PAGE}/totp/delete")
    assert browser.get("/auth/second-factor").location == "/auth/login"


def test_it_is_not_skipped_by_a_new_password(owner, alice, request_link, visitor):
    path = request_link(alice, "reset")
    assert visitor.submit(path, {"password": "another one, quite as long"}).status_code == 303
    fields = {"email": alice.email, "password": "another one, quite as long"}
    answer = visitor.submit("/auth/login", fields)
    assert answer.location == "/auth/second-factor"
    assert not is_logged_in(visitor)


def test_it_ends_the_session_from_before(owner, bob, alice, sign_in):
    browser = sign_in(bob)
    browser.post("/auth/logout", {"csrf_token": browser.token()})
    browser.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    assert not is_logged_in(browser)
    submit_code(browser, owner.totp.code())
    assert "Hello, Alice" in browser.get("/members").text


def test_it_spends_no_attempts_to_log_in(owner, alice, challenge, clock, monkeypatch):
    limit = RateLimit("login", 2, timedelta(minutes=15))
    monkeypatch.setattr(authentication, "LOGIN_FAILURES", limit)
    for _ in range(3):
        assert enters(challenge(alice), owner.totp.code())
        clock.step += 1
