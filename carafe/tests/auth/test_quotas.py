"""What one user may have, and use at a time: the others never wait for it."""

import logging
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from sqlalchemy import func, select, text

from carafe.audit import AuditEvent
from carafe.auth import quotas
from carafe.database import db, timeouts
from carafe.images import pictures, rendering
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.images import multipart
from carafe.testing.live_browser import LiveBrowser
from carafe.tests.site.models import Thing, User

EXPORT = "/things/export.csv"


@pytest.fixture
def limits(app, monkeypatch):
    """Sets quotas: `limits(ROWS_PER_USER=3)`."""

    def change(**settings):
        for name, value in settings.items():
            monkeypatch.setitem(app.config, name, value)

    return change


@pytest.fixture
def write(app):
    """Stores a thing for each title past all forms; their ids."""

    def store(owner, *titles):
        with app.app_context():
            things = [Thing(user_id=owner.id, title=title) for title in titles]
            db.session.add_all(things)
            db.session.commit()
            return [thing.id for thing in things]

    return store


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(quotas, "PATIENCE_SECONDS", 0)


@pytest.fixture
def events(app):
    """The events of the audit about quotas: whose, which, and how much."""

    def read():
        with app.app_context():
            rows = select(AuditEvent.subject, AuditEvent.actor, AuditEvent.details)
            return list(db.session.execute(rows.where(AuditEvent.action == "quota.reached")))

    return read


@contextmanager
def exporting(browser, path=EXPORT):
    """An export that is being sent, until the block ends."""
    # In a separate thread: what is half sent keeps its request's context.
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(browser.get, path, buffered=False).result()
        assert answer.status_code == 200
        thread.submit(next, answer.iter_encoded()).result()
        yield
        thread.submit(answer.close).result()


def count(app, user) -> int:
    with app.app_context():
        rows = select(func.count()).select_from(Thing).where(Thing.user_id == user.id)
        return db.session.scalar(rows) or 0


def test_one_row_more_is_refused_and_what_was_typed_is_kept(alice, bob, sign_in, write, limits):
    limits(ROWS_PER_USER=3)
    write(alice, "One", "Two")
    browser = sign_in(alice)
    assert browser.submit("/things/new", {"title": "Three"}).status_code == 303
    answer = browser.submit("/things/new", {"title": "Four", "body": "What I wrote."})
    assert answer.status_code == 422
    assert "3 things, the most an account can have." in answer.text
    assert "Delete some first." in answer.text
    assert 'value="Four"' in answer.text
    assert "What I wrote." in answer.text
    assert sign_in(bob).submit("/things/new", {"title": "His"}).status_code == 303


def test_there_is_room_again_once_a_row_is_deleted(alice, sign_in, write, limits):
    limits(ROWS_PER_USER=1)
    [id] = write(alice, "One")
    browser = sign_in(alice)
    browser.submit(f"/things/{id}/edit", {"title": "Still mine"})
    assert browser.submit("/things/new", {"title": "Two"}).status_code == 422
    browser.post(f"/things/{id}/delete", {"csrf_token": browser.token()})
    assert browser.submit("/things/new", {"title": "Two"}).status_code == 303


def test_zero_is_no_limit(alice, sign_in, write, limits):
    limits(ROWS_PER_USER=0)
    write(alice, *["Thing"] * 10)
    assert sign_in(alice).submit("/things/new", {"title": "More"}).status_code == 303


def test_of_many_rows_at_once_no_more_than_that_pass(app, alice, browser, sign_in, limits):
    limits(ROWS_PER_USER=3)
    first, *others = [sign_in(alice), *(browser() for _ in range(7))]
    token = first.token()
    for other in others:
        first.copy_cookies_to(other)
    barrier = Barrier(8)

    def send(number):
        barrier.wait()
        fields = {"csrf_token": token, "title": f"Thing {number}"}
        return [first, *others][number].post("/things/new", fields).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(threads.map(send, range(8)))
    assert statuses == [303] * 3 + [422] * 5
    assert count(app, alice) == 3


def test_a_second_export_waits_for_the_first(alice, sign_in, write):
    write(alice, "Roof")
    browser = sign_in(alice)
    with ThreadPoolExecutor(1) as thread:
        with exporting(browser):
            second = thread.submit(browser.get, EXPORT)
        assert second.result().status_code == 200


def test_it_is_refused_while_the_first_goes_on(alice, bob, sign_in, write, impatient):
    write(alice, "Roof")
    browser, other = sign_in(alice), sign_in(bob)
    with exporting(browser):
        answer = browser.get(EXPORT)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert "Another export of yours is still running." in answer.text
        assert browser.get("/things/").status_code == 200
        assert other.get(EXPORT).status_code == 200
    assert browser.get(EXPORT).status_code == 200


def test_a_reader_who_goes_away_halfway_gives_it_back(alice, sign_in, write, impatient):
    write(alice, *["Thing"] * 600)
    browser = sign_in(alice)
    for _ in range(3):
        with exporting(browser):  # of three pieces, one is read
            pass
    assert browser.get(EXPORT).status_code == 200


def test_a_view_that_fails_gives_it_back(alice, sign_in, monkeypatch, impatient):
    browser = sign_in(alice)
    with monkeypatch.context() as patch:
        patch.setattr("carafe.tests.site.things.csv_response", lambda *arguments: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            browser.get(EXPORT)
    assert browser.get(EXPORT).status_code == 200


def test_exports_of_lists_count_as_well(carol, sign_in, impatient):
    browser = sign_in(carol)
    with exporting(browser, "/admin/users/export.csv"):
        assert browser.get("/admin/things/export.csv").status_code == 429
    assert browser.get("/admin/things/export.csv").status_code == 200


def test_a_user_searches_once_at_a_time(app, alice, sign_in, impatient):
    browser = sign_in(alice)
    slot = app.extensions["slots"].take(f"search-{alice.id}")
    assert browser.get("/things/?q=roof").status_code == 429
    assert browser.get("/things/").status_code == 200
    slot.release()
    assert browser.get("/things/?q=roof").status_code == 200


@pytest.fixture
def remote(running, email):
    """A browser at gunicorn, where its user has 10 MB of things."""
    running.add_user(email)
    with running.database() as session:
        id = session.scalar(select(User.id).where(User.email == email))
        session.add_all(Thing(user_id=id, title="Thing", body="x" * 20_000) for _ in range(500))
    remote = LiveBrowser(running.url)
    remote.submit("/auth/login", {"email": email, "password": PASSWORD})
    return remote


def stall(running, remote):
    """Begin an export of 10 MB and do not read it."""
    cookie = "; ".join(f"{name}={value}" for name, value in remote.cookies())
    connection = socket.create_connection(("127.0.0.1", running.port), timeout=20)
    head = f"GET {EXPORT} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n"
    connection.sendall(head.encode())
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def test_it_is_given_back_by_a_client_that_hangs_up_and_by_a_process_that_is_killed(
    running, remote
):
    with stall(running, remote):
        assert remote.get(EXPORT).status_code == 429
    assert wait_for(lambda: remote.get(EXPORT).status_code == 200)
    with stall(running, remote):
        assert remote.get(EXPORT).status_code == 429
        children = f"/proc/{running.process.pid}/task/{running.process.pid}/children"
        with open(children) as file:
            for pid in file.read().split():
                os.kill(int(pid), signal.SIGKILL)
        assert wait_for(lambda: remote.get(EXPORT).status_code == 200)


def wait_for(condition) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if condition():
                return True
        except OSError:  # the server restarts its processes
            pass
        time.sleep(0.1)
    return False


def test_exports_are_limited_by_the_hour(app, alice, bob, sign_in, limits):
    limits(EXPORTS_PER_HOUR=2)
    browser = sign_in(alice)
    assert [browser.get(EXPORT).status_code for _ in range(3)] == [200, 200, 429]
    answer = browser.get(EXPORT)
    assert "reached the limit of 2 exports an hour." in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert sign_in(bob).get(EXPORT).status_code == 200
    later(app, hours=1)
    assert sign_in(alice).get(EXPORT).status_code == 200


def test_the_audit_names_who_and_which_once_a_day(
    app, alice, carol, sign_in, write, limits, events, caplog
):
    limits(ROWS_PER_USER=1)
    write(alice, "One")
    browser = sign_in(alice)
    with caplog.at_level(logging.WARNING, "carafe.auth.quota_reports"):
        for _ in range(3):
            browser.submit("/things/new", {"title": "Two"})
    [(subject, actor, details)] = events()
    assert (subject, actor) == (f"user:{alice.id}", alice.email)
    assert details == {"quota": "things", "limit": 1}
    [line] = [entry for entry in caplog.records if entry.getMessage() == "quota reached"]
    assert (line.quota, line.limit, line.user_id) == ("things", 1, alice.id)


def test_the_page_about_health_says_so(alice, carol, sign_in, limits):
    admin = sign_in(carol)
    assert "No user reached one in the last day." in admin.get("/admin/health/").text
    limits(EXPORTS_PER_HOUR=1)
    browser = sign_in(alice)
    for _ in range(3):
        browser.get(EXPORT)
    assert "Users reached a limit once in the last day." in admin.get("/admin/health/").text


def test_uploads_are_limited_by_the_hour(app, alice, bob, sign_in, limits, monkeypatch):
    assert app.config["UPLOADS_PER_HOUR"] == 60
    monkeypatch.setattr(pictures, "draw", rendering.render)
    limits(UPLOADS_PER_HOUR=3)

    def upload(browser):
        form = browser.fill("/account/avatar")
        body, content_type = multipart(form.fields, b"no picture")
        return browser.post(form.action, body, content_type=content_type).status_code

    browser = sign_in(alice)
    assert [upload(browser) for _ in range(4)] == [422] * 3 + [429]
    assert upload(sign_in(bob)) == 422
    later(app, minutes=61)
    assert upload(sign_in(alice)) == 422


@contextmanager
def searches_that_take_too_long(app, monkeypatch):
    """Allow no time on SQLite; make searches wait for a lock on PostgreSQL."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        monkeypatch.setattr(quotas, "SEARCH_SECONDS", 0)
        monkeypatch.setattr(timeouts, "PROGRESS_HANDLER_STEPS", 1)
        yield
    else:
        monkeypatch.setattr(quotas, "SEARCH_SECONDS", 0.1)
        with engine.begin() as connection:
            connection.execute(text("LOCK TABLE thing IN ACCESS EXCLUSIVE MODE"))
            yield


def test_a_search_that_takes_too_long_is_stopped(app, alice, sign_in, write, monkeypatch):
    write(alice, *["Thing"] * 50)
    browser = sign_in(alice)
    with searches_that_take_too_long(app, monkeypatch):
        answer = browser.get("/things/?q=thing")
    assert answer.status_code == 503
    assert "This took too long and was stopped." in answer.text
