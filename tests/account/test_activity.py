"""What happened to one's own account, in words."""

import re

import pytest

from carafe.audit import record
from carafe.auth.activity import activity_text
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.database import statements


def sentences(browser, path="/account/activity"):
    return re.findall(r'data-label="What">([^<]*)<', browser.get(path).text)


@pytest.fixture
def happen(app):
    """Records events past all forms."""

    def note(user, *actions, actor=None):
        with app.app_context():
            for action in actions:
                record(action, user.subject, actor=actor or user.email)
            db.session.commit()

    return note


def test_it_tells_what_happened_newest_first(alice, sign_in, browser):
    browser().submit("/auth/login", {"email": alice.email, "password": "wrong, but long"})
    inside = sign_in(alice)
    inside.submit("/account/profile", {"name": "Alicia"})
    assert sentences(inside) == [
        "The name was changed",
        "You logged in",
        "Somebody tried to log in with a wrong password",
        "The account was made",
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
    assert "The name was changed" not in sentences(sign_in(alice))


def test_it_does_not_name_the_administrator(alice, carol, sign_in):
    page = f"/admin/users/{alice.id}"
    sign_in(carol).submit(page, {"name": "Alicia"})
    browser = sign_in(alice)
    assert "The name was changed by an administrator" in sentences(browser)
    assert carol.email not in browser.get("/account/activity").text


def test_it_does_not_name_who_wanted_the_address(alice, bob, sign_in):
    sign_in(bob).submit("/account/email", {"email": alice.email})
    browser = sign_in(alice)
    assert "Somebody wanted to use your e-mail address" in sentences(browser)
    assert bob.email not in browser.get("/account/activity").text


def test_it_knows_what_one_did_under_an_address_from_before(alice, sign_in, change_email):
    browser = sign_in(alice)
    browser.submit("/account/profile", {"name": "Alicia"})
    change_email(browser)
    assert "The name was changed" in sentences(browser)
    assert "administrator" not in browser.get("/account/activity").text


def test_it_has_words_for_what_it_has_never_heard_of(alice, sign_in, happen):
    happen(alice, "shoe_box.re_tied", "oddity")
    assert sentences(sign_in(alice))[1:3] == ["Oddity", "Shoe box re tied"]


def test_it_leads_to_older_events_and_back(alice, sign_in, happen):
    happen(alice, *[f"step.number_{n}" for n in range(45)])
    browser = sign_in(alice)
    seen, path = [], "/account/activity"
    while True:
        seen += sentences(browser, path)
        found = re.search(r'rel="next" href="([^"]+)"', browser.get(path).text)
        if found is None:
            break
        path = found[1].replace("&amp;", "&")
    assert [s for s in seen if s.startswith("Step")] == [
        f"Step number {n}" for n in range(44, -1, -1)
    ]


def test_it_asks_no_more_of_the_database_for_more_events(app, alice, sign_in, happen):
    browser = sign_in(alice)
    counts = []
    for _ in range(2):
        with statements(app) as asked:
            browser.get("/account/activity")
        counts.append(len(asked))
        happen(alice, *["user.renamed"] * 30)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("actor", [None, "alice@example.com"])
def test_it_blames_no_administrator_for_what_one_did_oneself(app, actor):
    with app.app_context():
        text = activity_text("user.renamed", actor, {"alice@example.com"})
    assert text == "The name was changed"


def test_it_does_not_show_where_others_are(alice, carol, sign_in, browser):
    elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    page = f"/admin/users/{alice.id}"
    sign_in(carol).submit(page, {"name": "Alicia"}, **elsewhere)
    fields = {"email": alice.email, "password": "eleven green bottles"}
    browser().submit("/auth/register", fields, **elsewhere)
    text = sign_in(alice).get("/account/activity").text
    assert "The name was changed by an administrator" in text
    assert "tried to sign up with your e-mail address" in text
    assert "203.0.113.9" not in text


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
    assert notification_titles(alice) == ["The password was changed"]
    assert "Was it not you?" in browser.get(page).text
    answer = browser.submit(page, action=f"{page}{notification_ids()[0]}/read")
    assert answer.location == "/account/activity"
