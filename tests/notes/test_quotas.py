"""How many notes a user can have, and what they can do at a time."""

import pytest

from carafe.auth import quotas

EXPORT = "/notes/export.csv"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(quotas, "PATIENCE_SECONDS", 0)


def test_one_note_more_is_refused_and_what_was_typed_is_kept(
    app, alice, sign_in, write, monkeypatch
):
    monkeypatch.setitem(app.config, "ROWS_PER_USER", 1)
    write(alice, "One")
    answer = sign_in(alice).submit("/notes/new", {"title": "Two", "body": "What I wrote."})
    assert answer.status_code == 422
    assert "1 notes, the most an account can have. Delete some first." in answer.text
    assert 'value="Two"' in answer.text
    assert "What I wrote." in answer.text


def test_a_user_exports_once_at_a_time(app, alice, bob, sign_in, impatient):
    browser = sign_in(alice)
    slot = app.extensions["slots"].take(f"export-{alice.id}")
    answer = browser.get(EXPORT)
    assert answer.status_code == 429
    assert "Another export of yours is still running." in answer.text
    assert sign_in(bob).get(EXPORT).status_code == 200
    slot.release()
    assert browser.get(EXPORT).status_code == 200


def test_exports_are_limited_by_the_hour(app, alice, bob, sign_in, monkeypatch):
    monkeypatch.setitem(app.config, "EXPORTS_PER_HOUR", 1)
    browser = sign_in(alice)
    assert browser.get(EXPORT).status_code == 200
    answer = browser.get(EXPORT)
    assert answer.status_code == 429
    assert "reached the limit of 1 exports an hour." in answer.text
    assert sign_in(bob).get(EXPORT).status_code == 200


def test_a_user_searches_once_at_a_time(app, alice, sign_in, impatient):
    browser = sign_in(alice)
    slot = app.extensions["slots"].take(f"search-{alice.id}")
    assert browser.get("/notes/?q=roof").status_code == 429
    assert browser.get("/notes/").status_code == 200
    slot.release()
    assert browser.get("/notes/?q=roof").status_code == 200
