"""The activity of the user's own account, in words."""

import re

from carafe.audit import record
from carafe.database import db
from carafe.testing.accounts import PASSWORD


def sentences(browser, path="/account/activity"):
    return re.findall(r'data-label="Event">([^<]*)<', browser.get(path).text)


def test_it_tells_what_happened_newest_first(alice, sign_in, browser):
    browser().submit("/auth/login", {"email": alice.email, "password": "wrong, but long"})
    inside = sign_in(alice)
    inside.submit("/account/profile", {"name": "Alicia"})
    assert sentences(inside) == [
        "Name changed",
        "Logged in",
        "Failed login (wrong password)",
        "Account created",
    ]


def test_it_tells_time_address_and_device(alice, browser):
    opened = browser()
    opened.send(
        opened.fill("/auth/login"),
        {"email": alice.email, "password": PASSWORD},
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"},
        environ_overrides={"REMOTE_ADDR": "203.0.113.7"},
    )
    page = opened.get("/account/activity").text
    assert "203.0.113.7" in page
    assert "Firefox on Linux" in page
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT', page)


def test_it_shows_only_ones_own(alice, bob, sign_in):
    sign_in(bob).submit("/account/profile", {"name": "Robert"})
    assert "Name changed" not in sentences(sign_in(alice))


def test_it_does_not_name_the_administrator(app, alice, carol, sign_in):
    with app.app_context():
        record("user.renamed", alice.subject, actor=carol.email)
        db.session.commit()
    browser = sign_in(alice)
    assert "Name changed by an admin" in sentences(browser)
    assert carol.email not in browser.get("/account/activity").text


def test_it_shows_where_somebody_tried_to_log_in(alice, sign_in, browser):
    elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    browser().submit("/auth/login", {"email": alice.email, "password": "wrong"}, **elsewhere)
    assert "203.0.113.9" in sign_in(alice).get("/account/activity").text


def test_a_notification_about_a_changed_password_leads_to_it(
    alice, sign_in, notification_ids, notification_titles
):
    browser, page = sign_in(alice), "/account/notifications/"
    fields = {"current_password": PASSWORD, "password": "four green bottles"}
    browser.submit("/account/password", fields)
    assert notification_titles(alice) == ["Password changed"]
    assert "Not you?" in browser.get(page).text
    answer = browser.submit(page, action=f"{page}{notification_ids()[0]}/read")
    assert answer.location == "/account/activity"
