"""What happened to an account, in words, and without anyone else's data."""

import re

import pytest

from carafe.audit import record
from carafe.auth.activity import activity_text
from carafe.database import db
from carafe.testing.database import statements
from carafe.testing.lists import neighbor


def sentences(page):
    return [text.strip() for text in re.findall(r"<li>([^<]*)</li>", page)]


@pytest.fixture
def happen(app):
    """Records events past all forms."""

    def note(user, *actions, actor=None):
        with app.app_context():
            for action in actions:
                record(action, user.subject, actor=actor or user.email)
            db.session.commit()

    return note


def test_it_does_not_name_who_wanted_the_address(alice, bob, sign_in):
    sign_in(bob).submit("/account/email", {"email": alice.email})
    browser = sign_in(alice)
    page = browser.get("/account/activity").text
    assert "Someone tried to use your email address" in sentences(page)
    assert bob.email not in page


def test_it_knows_what_one_did_under_an_address_from_before(alice, sign_in, change_email):
    browser = sign_in(alice)
    browser.submit("/members", {"name": "Alicia"})
    change_email(browser)
    assert "User renamed" in browser.get("/account/activity").text
    assert "administrator" not in browser.get("/account/activity").text


def test_it_tells_when_a_limit_was_reached(alice, sign_in, happen):
    happen(alice, "quota.reached")
    page = sign_in(alice).get("/account/activity").text
    assert "Limit reached" in sentences(page)


def test_it_has_words_for_what_it_has_never_heard_of(alice, sign_in, happen):
    happen(alice, "shoe_box.re_tied", "oddity")
    page = sign_in(alice).get("/account/activity").text
    assert sentences(page)[1:3] == ["Oddity", "Shoe box re tied"]


def test_it_leads_to_older_events_and_back(alice, sign_in, happen):
    happen(alice, *[f"step.number_{n}" for n in range(45)])
    browser = sign_in(alice)
    seen: list[str] = []
    path: str | None = "/account/activity"
    while path:
        page = browser.get(path).text
        seen += sentences(page)
        path = neighbor(page, "next")
    assert [s.removesuffix(" 127.0.0.1") for s in seen if s.startswith("Step")] == [
        f"Step number {n}" for n in range(44, -1, -1)
    ]


def test_it_asks_no_more_of_the_database_for_more_events(app, alice, sign_in, happen):
    browser = sign_in(alice)
    counts = []
    for _ in range(2):
        with statements(app) as queries:
            browser.get("/account/activity")
        counts.append(len(queries))
        happen(alice, *["user.renamed"] * 30)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("actor", [None, "alice@example.com"])
def test_it_blames_no_administrator_for_what_one_did_oneself(app, actor):
    with app.app_context():
        text = activity_text("user.renamed", actor, {"alice@example.com"})
    assert text == "User renamed"


def test_it_does_not_show_who_and_where_others_are(alice, carol, sign_in, browser):
    elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    page = f"/admin/users/{alice.id}"
    sign_in(carol).submit(page, {"name": "Alicia"}, **elsewhere)
    fields = {"email": alice.email, "password": "eleven green bottles"}
    browser().submit("/auth/register", fields, **elsewhere)
    text = sign_in(alice).get("/account/activity").text
    assert "User edited by an admin" in text
    assert carol.email not in text
    assert "tried to sign up with your email address" in text
    assert "203.0.113.9" not in text
