"""The same form sent by several browsers at the same instant."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from carafe.database import db
from carafe.tests.site.models import Thing

SENDERS = 8


@pytest.fixture
def stored(app):
    """Return the titles of all things."""

    def read():
        with app.app_context():
            return list(db.session.scalars(select(Thing.title)))

    return read


@pytest.fixture
def send_at_once(browser):
    """Send a form from several threads at the same instant, with a change each."""

    def send_all(first, form, changes):
        together = Barrier(len(changes))
        copies = [browser() for _ in changes]
        for copy in copies:
            first.copy_cookies_to(copy)

        def send(copy, change):
            together.wait()
            return copy.send(form, change)

        with ThreadPoolExecutor(len(changes)) as pool:
            return list(pool.map(send, copies, changes))

    return send_all


def test_a_row_is_created_once(alice, sign_in, send_at_once, stored):
    first = sign_in(alice)
    answers = send_at_once(first, first.fill("/things/new"), [{"title": "Roof"}] * SENDERS)
    assert {answer.status_code for answer in answers} == {303}
    assert stored() == ["Roof"]


def test_of_many_who_edit_one_version_one_saves(app, alice, sign_in, send_at_once, stored):
    with app.app_context():
        path = f"/things/{Thing.create(alice.id, 'Roof').id}/edit"
        db.session.commit()
    first = sign_in(alice)
    titles = [{"title": f"Title {number}"} for number in range(SENDERS)]
    answers = send_at_once(first, first.fill(path), titles)
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * (SENDERS - 1)
    saved = next(t["title"] for t, a in zip(titles, answers, strict=True) if a.status_code < 400)
    assert stored() == [saved]
    # Each other reads whose text came first, and keeps theirs.
    for change, answer in zip(titles, answers, strict=True):
        if answer.status_code == 409:
            assert saved in answer.text
            assert first.form(answer, path, path).fields["title"] == change["title"]


def test_odd_versions_are_refused(app, alice, sign_in, stored):
    with app.app_context():
        path = f"/things/{Thing.create(alice.id, 'Roof').id}/edit"
        db.session.commit()
    browser = sign_in(alice)
    for version in ("-1", "0", "2", str(2**63), "9" * 5000, "x", "1.0", "\0"):
        answer = browser.submit(path, {"title": "Lost?", "version": version})
        assert answer.status_code in (409, 422), version
        assert 'value="Lost?"' in answer.text
    assert stored() == ["Roof"]


def test_odd_submissions_are_answered(alice, sign_in, stored):
    browser = sign_in(alice)
    for submission in ("", "\0", "x" * 10_000, "ä' OR 1=1"):
        answer = browser.submit("/things/new", {"title": "Roof", "submission": submission})
        assert answer.status_code in (303, 422), submission
    assert set(stored()) == {"Roof"}
