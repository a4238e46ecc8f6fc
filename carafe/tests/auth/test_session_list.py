"""Where one is logged in."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from carafe.auth.models import Session
from carafe.auth.models.session import SESSIONS_PER_USER
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later

AGENTS = {
    "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Chrome on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Edge on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    "Safari on iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) "
    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Safari on macOS": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Chrome on Android": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "curl/8.0": "curl/8.0",
}


@pytest.fixture
def sign_in_from(browser):
    def enter(user, agent="", address="203.0.113.7"):
        opened = browser()
        form = opened.fill("/auth/login")
        answer = opened.send(
            form,
            {"email": user.email, "password": PASSWORD},
            headers={"User-Agent": agent},
            environ_overrides={"REMOTE_ADDR": address},
        )
        assert answer.status_code == 303
        return opened

    return enter


def listed(browser):
    """The paths that end one session each, as the page has them, this device's among them."""
    return re.findall(
        r'action="(/account/sessions/\d+/delete)"', browser.get("/account/sessions").text
    )


@pytest.mark.parametrize("device", AGENTS)
def test_it_shows_device_address_and_last_seen(device, alice, sign_in_from):
    browser = sign_in_from(alice, AGENTS[device], "2001:db8::7")
    page = browser.get("/account/sessions").text
    assert device in page
    assert "2001:db8::7" in page
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"', page)
    assert page.count("This device") == 1


@pytest.mark.parametrize("agent", ["", "<b>x</b>", "x" * 5_000, "M\xe4"])
def test_it_shows_whatever_a_device_calls_itself(agent, alice, sign_in_from):
    page = sign_in_from(alice, agent).get("/account/sessions")
    assert page.status_code == 200
    assert "<b>x" not in page.text
    assert "x" * 301 not in page.text


def test_it_shows_only_ones_own(alice, bob, sign_in_from):
    sign_in_from(bob, AGENTS["Safari on iPhone"], "198.51.100.1")
    browser = sign_in_from(alice)
    page = browser.get("/account/sessions").text
    assert "iPhone" not in page
    assert "198.51.100.1" not in page
    assert len(listed(browser)) == 1


def test_it_leaves_out_what_is_over(app, alice, sign_in):
    sign_in(alice)
    later(app, hours=6)
    browser = sign_in(alice)
    later(app, hours=7)
    assert len(listed(browser)) == 1


def test_it_ends_one(alice, sign_in, browser):
    phone, desk, thief = sign_in(alice), sign_in(alice), browser()
    phone.copy_cookies_to(thief)
    paths = listed(desk)
    assert len(paths) == 2
    [own_row] = [
        row.split('action="')[1].split('"')[0]
        for row in desk.get("/account/sessions").text.split("</li>")
        if "This device" in row
    ]
    [other] = [path for path in paths if path != own_row]
    assert desk.submit("/account/sessions", action=other).status_code == 303
    assert [b.get("/members").status_code for b in (phone, thief, desk)] == [303, 303, 200]


def test_it_ends_ones_own_like_a_log_out(alice, sign_in):
    browser = sign_in(alice)
    [path] = listed(browser)
    browser.submit("/account/sessions", action=path)
    assert browser.get("/members").status_code == 303


def test_it_ends_all_others(alice, bob, sign_in):
    desk, others, bobs = sign_in(alice), [sign_in(alice) for _ in range(3)], sign_in(bob)
    answer = desk.submit("/account/sessions", action="/account/sessions/others/delete")
    assert answer.status_code == 303
    assert {other.get("/members").status_code for other in others} == {303}
    assert desk.get("/members").status_code == 200
    assert bobs.get("/members").status_code == 200


def test_it_is_not_found_when_it_is_somebody_elses(alice, bob, carol, sign_in):
    bobs = sign_in(bob)
    [path] = listed(bobs)
    for intruder in (sign_in(alice), sign_in(carol)):
        answer = intruder.post(path, {"csrf_token": intruder.token()})
        assert answer.status_code == 404
    assert bobs.get("/members").status_code == 200


@pytest.mark.parametrize("id", ["0", "999999999", str(2**63), str(10**30), "-1", "x", "1.0", "%00"])
def test_it_is_not_found_when_there_is_none(id, alice, sign_in):
    browser = sign_in(alice)
    answer = browser.post(f"/account/sessions/{id}/delete", {"csrf_token": browser.token()})
    assert answer.status_code == 404
    assert browser.get("/members").status_code == 200


def test_it_does_not_end_by_a_link(alice, sign_in):
    browser = sign_in(alice)
    [path] = listed(browser)
    assert browser.get(path).status_code == 405
    assert browser.get("/account/sessions/others/delete").status_code == 405
    assert len(listed(browser)) == 1


def test_it_cannot_be_ended_by_a_visitor(alice, sign_in, visitor):
    browser = sign_in(alice)
    [path] = listed(browser)
    answer = visitor.post(path, {"csrf_token": visitor.token()})
    assert (answer.status_code, answer.location[:11]) == (303, "/auth/login")
    assert browser.get("/members").status_code == 200


def test_the_one_not_used_for_longest_ends_where_there_are_too_many(app, alice, sign_in):
    first, second = sign_in(alice), sign_in(alice)
    with app.app_context():
        [older, newer] = db.session.scalars(select(Session).order_by(Session.id))
        older.last_seen_at -= timedelta(minutes=1)
        copies = range(SESSIONS_PER_USER - 2)
        db.session.add_all(copy_of(newer, bytes([n])) for n in copies)
        db.session.commit()
    assert len(listed(second)) == SESSIONS_PER_USER
    newest = sign_in(alice)
    assert len(listed(newest)) == SESSIONS_PER_USER
    assert first.get("/members").status_code == 303
    assert second.get("/members").status_code == 200


def test_none_works_that_is_not_listed(app, alice, sign_in):
    """Even where there are more than may be, from before there was a limit."""
    browser = sign_in(alice)
    with app.app_context():
        session = db.session.scalars(select(Session)).one()
        db.session.add_all(copy_of(session, bytes([n])) for n in range(2 * SESSIONS_PER_USER))
        db.session.commit()
    assert len(listed(browser)) == 2 * SESSIONS_PER_USER + 1
    assert len(listed(sign_in(alice))) == SESSIONS_PER_USER


def copy_of(session, token_hash):
    names = "user_id", "created_at", "last_seen_at", "expires_at", "remembered", "address", "agent"
    return Session(token_hash=token_hash, **{name: getattr(session, name) for name in names})
