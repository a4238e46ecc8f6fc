"""Cookies that someone copied: dead as soon as the session ends, however it ends."""

import pytest

from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD
from carafe.testing.two_factor import set_up
from carafe.tests.site.models import User

pytestmark = pytest.mark.any_database

PASSWORDS = {"current_password": PASSWORD, "password": NEW_PASSWORD}


@pytest.fixture
def end(app, browser, sign_in, request_link):
    """Ends the sessions of a user in one of many ways."""

    def log_out(user, owner):
        owner.submit("/members", action="/auth/logout")

    def change_password(user, owner):
        assert sign_in(user).submit("/account/password", PASSWORDS).status_code == 303

    def reset_password(user, owner):
        browser().submit(request_link(user, "reset"), {"password": NEW_PASSWORD})

    def end_others(user, owner):
        page = "/account/sessions"
        assert sign_in(user).submit(page, action=f"{page}/others/delete").status_code == 303

    ways = {"log_out": log_out, "change": change_password, "reset": reset_password}
    ways["end_others"] = end_others

    def carry_out(way, user, owner):
        if way in ways:
            ways[way](user, owner)
            return
        with app.app_context():
            getattr(db.session.get_one(User, user.id), way)()
            db.session.commit()

    return carry_out


@pytest.mark.parametrize(
    "way",
    ["log_out", "change", "reset", "end_others", "suspend", "log_out_everywhere", "delete"],
)
def test_they_are_dead_after(way, alice, log_in, browser, end):
    owner, thief = log_in(alice, remember="y"), browser()
    owner.copy_cookies_to(thief)
    form = thief.fill("/members")
    end(way, alice, owner)
    assert thief.get("/members").location.startswith("/auth/login")
    answer = thief.send(form, {"name": "Mallory"})
    assert (answer.status_code, answer.headers.get("Location", "")[:11]) == (303, "/auth/login")
    assert thief.get("/members").status_code == 303


def test_they_stay_dead_after_a_reinstatement(alice, sign_in, browser, end):
    owner, thief = sign_in(alice), browser()
    owner.copy_cookies_to(thief)
    end("suspend", alice, owner)
    end("reinstate", alice, owner)
    assert thief.get("/members").status_code == 303
    sign_in(alice)


def test_they_open_nothing_of_an_account_made_later(alice, sign_in, browser, end, make_user):
    owner, thief = sign_in(alice), browser()
    owner.copy_cookies_to(thief)
    end("delete", alice, owner)
    assert make_user(alice.email).id != alice.id
    assert thief.get("/members").status_code == 303


def change_password_here(owner):
    assert owner.submit("/account/password", PASSWORDS).status_code == 303


def end_others_here(owner):
    page = "/account/sessions"
    assert owner.submit(page, action=f"{page}/others/delete").status_code == 303


@pytest.mark.parametrize("act", [change_password_here, end_others_here, set_up])
def test_a_copy_of_the_session_that_stays_is_dead_as_well(act, alice, sign_in, browser):
    owner, thief = sign_in(alice), browser()
    owner.copy_cookies_to(thief)
    act(owner)
    assert owner.get("/members").status_code == 200
    assert thief.get("/members").status_code == 303
