"""The pages about exceptions."""

import re

from sqlalchemy.exc import DatabaseError

from carafe.database.sqlite import sqlite_driver
from carafe.observability import recorder
from carafe.testing.http import Browser
from carafe.testing.sessions import open_session
from carafe.tests.admin.operations.conftest import FINGERPRINT
from carafe.time import format_date, now


def test_it_groups_them_by_type_and_place(recording, carols):
    browser = Browser(recording.test_client())
    for _ in range(3):
        last = browser.get("/broken")
    recorder.flush(recording)
    page = carols.get("/admin/exceptions/").text
    assert page.count("ValueError") == 1
    assert 'data-label="Occurrences">3<' in page
    assert "broken" in page
    [path] = {*re.findall(r'"(/admin/exceptions/\w+)"', page)}
    page = carols.get(path).text
    assert "Traceback (most recent call last)" in page
    assert "in broken" in page
    assert last.headers["X-Request-ID"] in page


def test_it_shows_when_they_occurred_and_to_whom(recording, carols, alice):
    for browser in (Browser(recording.test_client()), open_session(recording, alice)):
        browser.get("/members")
        browser.get("/broken")
    recorder.flush(recording)
    [path] = {*re.findall(r'"(/admin/exceptions/\w+)"', carols.get("/admin/exceptions/").text)}
    page = carols.get(path).text
    assert f"<title>{format_date(now())}: 2</title>" in page
    assert page.count("<title>") > 30
    assert "<dt>Users affected</dt><dd>1</dd>" in page
    assert f'<a href="/admin/users/{alice.id}">' in page


def test_it_forgets_what_is_resolved(keep, carols, events):
    keep("exception", count=4)
    keep("exception_count", count=4, user_id=7)
    path = f"/admin/exceptions/{FINGERPRINT}"
    answer = carols.submit(path, action=f"{path}/delete")
    assert (answer.status_code, answer.location) == (303, "/admin/exceptions/")
    assert "No exceptions" in carols.get("/admin/exceptions/").text
    assert carols.get(path).status_code == 404
    keep("exception")
    assert "<dt>Users affected</dt><dd>0</dd>" in carols.get(path).text
    what = {"type": "ValueError", "place": "site/account.py:14 index", "count": 4}
    assert events("exception.resolved") == [("carol@example.com", None, what)]


def test_it_shows_tracebacks_as_text(keep, carols):
    keep("exception", traceback="<script>alert(1)</script>", type="<b>Odd</b>", place="<i>")
    for path in ("/admin/exceptions/", f"/admin/exceptions/{FINGERPRINT}"):
        page = carols.get(path).text
        assert "<script>alert" not in page
        assert "<b>Odd" not in page
        assert "<i>" not in page
        assert "&lt;b&gt;Odd" in page


def test_it_keeps_it_when_the_trail_cannot_say_so(keep, carols, monkeypatch):
    keep("exception")
    path = f"/admin/exceptions/{FINGERPRINT}"
    form = carols.fill(path, f"{path}/delete")

    damaged = sqlite_driver().DatabaseError("database disk image is malformed")
    damaged.sqlite_errorcode = 11

    def fail(*args, **details):
        raise DatabaseError("", None, damaged)

    monkeypatch.setattr("carafe.admin.views.exceptions.record", fail)
    monkeypatch.setitem(carols.client.application.config, "PROPAGATE_EXCEPTIONS", False)
    assert carols.send(form).status_code == 503
    assert carols.get(path).status_code == 200
