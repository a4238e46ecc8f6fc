"""Cookies that somebody copied: dead as soon as the session ends, however it ends."""

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD
from carafe.testing.two_factor import set_up


def log_out(alice, owner, admin, link, browser):
    owner.submit("/members", action="/auth/logout")


def change_password(alice, owner, admin, link, browser):
    desk = browser()
    desk.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    fields = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert desk.submit("/account/password", fields).status_code == 303


def reset_password(alice, owner, admin, request_link, browser):
    browser().submit(request_link(alice, "reset"), {"password": NEW_PASSWORD})


def end_others(alice, owner, admin, link, browser):
    desk = browser()
    desk.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    desk.submit("/account/sessions", action="/account/sessions/others/delete")


def be_suspended(alice, owner, admin, link, browser):
    page = f"/admin/users/{alice.id}"
    assert admin.submit(page, action=f"{page}/suspension").status_code == 303


def be_logged_out(alice, owner, admin, link, browser):
    page = f"/admin/users/{alice.id}"
    assert admin.submit(page, action=f"{page}/sessions/delete").status_code == 303


def be_deleted(alice, owner, admin, link, browser):
    page = f"/admin/users/{alice.id}"
    assert admin.submit(page, action=f"{page}/delete").status_code == 303


@pytest.mark.parametrize("remember", [{}, {"remember": "y"}], ids=["session", "remembered"])
@pytest.mark.parametrize(
    "end",
    [log_out, change_password, reset_password, end_others, be_suspended, be_logged_out, be_deleted],
)
def test_they_are_dead_after(end, remember, alice, carol, sign_in, log_in, browser, request_link):
    owner, thief = log_in(alice, **remember), browser()
    owner.copy_cookies_to(thief)
    form = thief.fill("/members")
    end(alice, owner, sign_in(carol), request_link, browser)
    assert thief.get("/members").location.startswith("/auth/login")
    answer = thief.send(form, {"name": "Mallory"})
    assert (answer.status_code, answer.headers.get("Location", "")[:11]) == (303, "/auth/login")
    assert thief.get("/members").status_code == 303


def test_they_stay_dead_after_a_reinstatement(alice, carol, sign_in, browser):
    thief, admin = browser(), sign_in(carol)
    sign_in(alice).copy_cookies_to(thief)
    page = f"/admin/users/{alice.id}"
    admin.submit(page, action=f"{page}/suspension")
    assert admin.submit(page, action=f"{page}/suspension/delete").status_code == 303
    assert thief.get("/members").status_code == 303
    sign_in(alice)


def test_they_open_nothing_of_an_account_made_later(alice, carol, sign_in, browser, make_user):
    thief, admin = browser(), sign_in(carol)
    sign_in(alice).copy_cookies_to(thief)
    page = f"/admin/users/{alice.id}"
    admin.submit(page, action=f"{page}/delete")
    assert make_user(alice.email).id != alice.id
    assert thief.get("/members").status_code == 303


def change_password_here(owner):
    fields = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert owner.submit("/account/password", fields).status_code == 303


def end_others_here(owner):
    form = {"csrf_token": owner.token()}
    assert owner.post("/account/sessions/others/delete", form).status_code == 303


@pytest.mark.parametrize("act", [change_password_here, end_others_here, set_up])
def test_a_copy_of_the_session_that_stays_is_dead_as_well(act, alice, sign_in, browser):
    owner, thief = sign_in(alice), browser()
    owner.copy_cookies_to(thief)
    act(owner)
    assert owner.get("/members").status_code == 200
    assert thief.get("/members").status_code == 303
