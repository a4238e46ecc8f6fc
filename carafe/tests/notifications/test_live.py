"""What open pages ask for by themselves."""

import pytest
from sqlalchemy import select

from carafe.auth.models import Session
from carafe.database import db
from carafe.testing.clock import later

BELL = "/account/notifications/unread"
LATEST = "/account/notifications/latest"


@pytest.mark.parametrize("path", [BELL, LATEST])
def test_it_answers_with_what_is_new(path, alice, sign_in, notify_user):
    browser = sign_in(alice)
    first = browser.get(path)
    headers = {"If-None-Match": first.headers["ETag"]}
    assert first.headers["ETag"].strip('"') in first.text
    second_answer = browser.get(path, headers=headers)
    assert (second_answer.status_code, second_answer.data) == (304, b"")
    notify_user(alice, "Something new")
    changed = browser.get(path, headers=headers)
    assert changed.status_code == 200
    assert ("Something new" if path == LATEST else "1 unread notification") in changed.text
    assert "<html" not in changed.text


def test_it_knows_what_the_page_shows(alice, sign_in, notify_user):
    """An open page needs no first answer to compare the next ones with."""
    notify_user(alice, "Known already")
    browser = sign_in(alice)
    version = browser.get("/things/").text.partition('data-live-version="')[2].partition('"')[0]
    answer = browser.get(BELL, headers={"If-None-Match": f'"{version}"'})
    assert answer.status_code == 304


def test_it_notices_what_was_read_elsewhere(alice, sign_in, notify_user, notification_ids):
    notify_user(alice, "Read on the phone")
    first_browser, second_browser = sign_in(alice), sign_in(alice)
    headers = {"If-None-Match": first_browser.get(LATEST).headers["ETag"]}
    second_browser.submit(
        "/account/notifications/", action=f"/account/notifications/{notification_ids()[0]}/read"
    )
    assert ">New<" not in first_browser.get(LATEST, headers=headers).text


def test_it_is_told_to_log_in_once_signed_out(alice, sign_in):
    browser = sign_in(alice)
    browser.post("/auth/logout", {"csrf_token": browser.token()})
    assert browser.get(BELL).status_code == 303
    assert browser.get(BELL, headers={"Accept": "application/json"}).status_code == 401


def test_its_links_lead_to_the_page(app, alice, sign_in, notify_user):
    for number in range(21):
        notify_user(alice, f"{number}")
    page = sign_in(alice).get(LATEST).text
    assert 'href="/account/notifications/?after=' in page


def test_it_is_no_sign_of_the_user(app, alice, sign_in):
    """Someone who left a page open is not there: the session ends when it would have."""
    browser = sign_in(alice)
    later(app, hours=1)
    before = seen(app)
    for path in (BELL, LATEST):
        answer = browser.get(path)
        assert "Set-Cookie" not in answer.headers
    assert seen(app) == before
    browser.get("/members")
    assert seen(app) != before


def test_it_is_not_worth_a_line_of_log(alice, sign_in, caplog):
    browser = sign_in(alice)
    with caplog.at_level("INFO", "carafe.request"):
        browser.get(BELL)
        browser.get(LATEST)
        assert caplog.records == []
        browser.get("/things/")
    assert len(caplog.records) == 1


def seen(app):
    with app.app_context():
        columns = select(Session.last_seen_at, Session.expires_at).order_by(Session.id)
        return db.session.execute(columns).all()
