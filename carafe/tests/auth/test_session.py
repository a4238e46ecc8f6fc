"""The session that logging in opens: its cookie, its life, its end."""

import pytest

from carafe.auth.models import Session
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later


def session_cookie(browser):
    return browser.client.get_cookie("session")


def test_it_ends_with_the_browser_unless_remembered(alice, sign_in, log_in):
    assert session_cookie(sign_in(alice)).expires is None
    remembered = session_cookie(log_in(alice, remember="y"))
    assert remembered.expires is not None


def test_it_gives_a_cookie_that_nobody_could_know_before(alice, browser):
    owner, thief = browser(), browser()
    form = owner.fill("/auth/login")
    owner.copy_cookies_to(thief)  # or the thief planted it
    before = owner.cookies()
    owner.send(form, {"email": alice.email, "password": PASSWORD})
    assert owner.get("/members").status_code == 200
    assert owner.cookies() != before
    assert thief.get("/members").status_code == 303


def test_it_does_not_take_a_form_from_before(alice, browser):
    owner, thief = browser(), browser()
    form = owner.fill("/auth/login")
    owner.copy_cookies_to(thief)
    planted = thief.token()
    owner.send(form, {"email": alice.email, "password": PASSWORD})
    answer = owner.post("/members", {"name": "Mallory", "csrf_token": planted})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("remember", "last", "over"),
    [({}, {"hours": 11, "minutes": 59}, {"hours": 12}),
     ({"remember": "y"}, {"days": 29, "hours": 23}, {"days": 30})],
)  # fmt: skip
def test_it_lives_for_a_while_after_the_last_visit(app, remember, last, over, alice, log_in):
    browser = log_in(alice, **remember)
    for _ in range(3):
        later(app, **last)
        assert browser.get("/members").status_code == 200
    later(app, **over)
    assert browser.get("/members").status_code == 303


def test_it_is_forgotten_when_it_is_over(app, alice, sign_in):
    sign_in(alice)
    later(app, hours=13)
    sign_in(alice)
    with app.app_context():
        assert db.session.query(Session).count() == 1


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "x",
        ".",
        "a.b.c",
        "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb",
        "é",
        "x" * 4_000,
        '"',
        "{}",
        "\x7f",
    ],
)
def test_it_is_not_opened_by_a_made_up_cookie(cookie, alice, visitor):
    headers = {"Cookie": f"session={cookie}; remember_token=1|{'0' * 128}"}
    assert visitor.get("/members", headers=headers).status_code == 303
    assert visitor.get("/auth/login", headers=headers).status_code == 200


@pytest.mark.parametrize("token", [1, None, [], {"a": 1}, "x" * 3_000, "\ud800"])
def test_it_is_not_opened_by_what_is_no_token(app, token, alice, visitor):
    serializer = app.session_interface.get_signing_serializer(app)
    headers = {"Cookie": f"session={serializer.dumps({'_user_id': token})}"}
    assert visitor.get("/members", headers=headers).status_code == 303


def test_it_ends_after_90_days_however_often_it_is_used(app, alice, log_in):
    browser = log_in(alice, remember="y")
    for _ in range(4):
        later(app, days=22)
        assert browser.get("/members").status_code == 200
    later(app, days=3)
    assert browser.get("/members").status_code == 303
