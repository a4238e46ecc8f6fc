"""A copy of one's data is made in the background: how far it is, who is told, how long it stays."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from carafe.database import db
from carafe.downloads import encrypted
from carafe.downloads.models import Export
from carafe.jobs import Job
from carafe.jobs.worker import run_due
from carafe.notifications import Notification
from carafe.personal_data import jobs
from carafe.storage import StorageUnavailable, storage
from carafe.testing.lists import Links
from carafe.tests.personal_data.archives import FILE, PAGE, unpack
from carafe.tests.site.models import User
from carafe.time import now

LATEST = "/account/export/latest"


def is_offered(page):
    return FILE in [link["href"] for link in Links(page.text).links]


@pytest.fixture
def files(app):
    """The names of the parts in the storage, of which there are none yet."""

    def names():
        with app.app_context():
            return sorted(storage().list_older_than(now() + timedelta(days=1), encrypted.FOLDER))

    with app.app_context():
        for name in names():
            storage().delete(name)
    return names


@pytest.fixture
def titles(app):
    """The titles of a user's notifications about exports."""

    def read(user):
        query = select(Notification.title).where(
            Notification.user_id == user.id, Notification.kind == "export"
        )
        with app.app_context():
            return db.session.scalars(query).all()

    return read


@pytest.fixture
def change(app):
    """Writes into the rows of exports or jobs."""

    def write(model, **values):
        with app.app_context():
            db.session.execute(update(model).values(**values))
            db.session.commit()

    return write


@pytest.fixture
def run(app):
    """Runs a scheduled job, here and now, and what it queues."""

    def call(job):
        with app.app_context():
            job.enqueue()
            db.session.commit()
        return run_due(app)

    return call


@pytest.fixture
def broken(app, monkeypatch):
    """A feature that cannot give what it keeps."""

    def rows(user_id):
        raise RuntimeError("the shelf is missing")

    monkeypatch.setitem(app.extensions["personal_data"], "shelf", rows)


@pytest.fixture
def fails(app, change, broken):
    """Asks for an export that fails for good."""

    def ask(browser):
        browser.submit(PAGE)
        for _ in range(jobs.make_export.retries + 1):
            assert run_due(app) == 1
            change(Job, run_at=now())

    return ask


def test_one_is_told_when_it_is_ready(app, alice, bob, sign_in, mailbox, titles):
    browser = sign_in(alice)
    browser.submit(PAGE)
    assert titles(alice) == []
    assert mailbox.link(alice.email) == PAGE
    assert mailbox.to(alice.email)[-1]["Subject"] == "Your data export is ready"
    assert titles(alice) == ["Your data export is ready"]
    assert titles(bob) == mailbox.to(bob.email) == []
    assert is_offered(browser.get(PAGE))


def test_a_second_click_leads_to_the_one_that_runs(app, alice, bob, sign_in):
    browser = sign_in(alice)
    form = browser.fill(PAGE)
    for _ in range(9):  # nor does any of them count
        assert browser.send(form).location == PAGE
    sign_in(bob).submit(PAGE)
    with app.app_context():
        assert db.session.scalars(select(Job.subject).order_by(Job.id)).all() == [
            alice.subject,
            bob.subject,
        ]


def test_two_at_once_make_one(app, alice, sign_in):
    browsers = [sign_in(alice) for _ in range(4)]
    forms = [browser.fill(PAGE) for browser in browsers]
    threads = [
        threading.Thread(target=browser.send, args=[form])
        for browser, form in zip(browsers, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert len(db.session.scalars(select(Job)).all()) == 1


def test_the_page_shows_how_far_it_is(app, alice, sign_in, change):
    browser = sign_in(alice)
    assert "<progress" not in browser.get(PAGE).text
    browser.submit(PAGE)
    assert "<progress" in browser.get(PAGE).text
    change(Job, state="running", done=2, total=8, message="Notes: 1,500")
    part = browser.get(LATEST)
    assert "Notes: 1,500" in part.text
    assert 'value="2" max="8"' in part.text
    unchanged = {"If-None-Match": part.headers["ETag"]}
    assert browser.get(LATEST, headers=unchanged).status_code == 304
    change(Job, state="queued")
    run_due(app)
    part = browser.get(LATEST, headers=unchanged)
    assert is_offered(part)
    assert "hx-trigger=" not in part.text


def test_it_says_where_it_is_while_it_runs(app, alice, sign_in, monkeypatch):
    messages = []
    monkeypatch.setattr("carafe.personal_data.progress", lambda *values: messages.append(values))
    monkeypatch.setattr("carafe.personal_data.PROGRESS_EVERY", 1)
    sign_in(alice).submit(PAGE)
    run_due(app)
    assert {"Profile", "Sessions: 1"} <= {label for _, _, label in messages}
    [total] = {total for _, total, _ in messages}
    assert {done for done, _, _ in messages} == set(range(total))
    assert [done for done, _, _ in messages] == sorted(done for done, _, _ in messages)


def test_it_is_for_its_owner_alone(app, alice, bob, sign_in, visitor):
    owner, other = sign_in(alice), sign_in(bob)
    owner.submit(PAGE)
    run_due(app)
    assert visitor.get(FILE).location == f"/auth/login?next={FILE}"
    assert other.get(FILE).location == PAGE
    assert not is_offered(other.get(PAGE))
    other.submit(PAGE)
    run_due(app)
    [profile] = unpack(other.get(FILE))["profile.json"]
    assert profile["email"] == bob.email


def test_it_is_kept_in_parts_that_nobody_can_read(app, alice, sign_in, files, monkeypatch):
    monkeypatch.setattr(encrypted, "PART_BYTES", 1000)
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    assert len(files()) > 1
    with app.app_context():
        contents = [storage().get(name) or b"" for name in files()]
    assert not [part for part in contents if b"PK" in part[:4] or b"profile.json" in part]
    answer = browser.get(FILE)
    assert answer.content_length == len(answer.data)
    assert "profile.json" in unpack(answer)


def test_the_next_takes_its_place(app, alice, sign_in, files):
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    [first] = files()
    browser.submit(PAGE)
    assert files() == []
    assert browser.get(FILE).location == PAGE
    run_due(app)
    assert len(files()) == 1
    assert files() != [first]
    assert "profile.json" in unpack(browser.get(FILE))


def test_it_is_deleted_after_seven_days(app, alice, sign_in, files, change, run):
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    change(Export, expires_at=now() + timedelta(hours=1))
    run(jobs.purge_exports)
    assert browser.get(FILE).status_code == 200
    change(Export, expires_at=now())
    assert browser.get(FILE).location == PAGE  # also before anything has deleted it
    assert "It failed." not in browser.get(PAGE).text
    assert len(files()) == 1
    run(jobs.purge_exports)
    assert files() == []
    assert browser.submit(PAGE).status_code == 303


def test_it_goes_with_the_account(app, alice, carol, sign_in, files):
    sign_in(alice).submit(PAGE)
    run_due(app)
    assert len(files()) == 1
    sign_in(carol).submit(f"/admin/users/{alice.id}/delete")
    assert files() == []


def test_one_that_waits_goes_with_the_account(app, alice, carol, sign_in, files):
    sign_in(alice).submit(PAGE)
    sign_in(carol).submit(f"/admin/users/{alice.id}/delete")
    assert run_due(app) == 0
    assert files() == []


def test_nothing_is_left_of_one_whose_owner_goes_while_it_runs(
    app, alice, sign_in, files, monkeypatch
):
    store = encrypted.save

    def leave_and_store(content):
        with app.app_context():
            db.session.get_one(User, alice.id).delete()
            db.session.commit()
        return store(content)

    sign_in(alice).submit(PAGE)
    monkeypatch.setattr(encrypted, "save", leave_and_store)
    assert run_due(app) == 1
    assert files() == []


def test_what_a_crash_leaves_is_deleted(app, alice, files, monkeypatch, run):
    monkeypatch.setattr("carafe.downloads.orphans.ORPHAN_AGE", timedelta(seconds=-1))
    with app.app_context():
        storage().put("exports/0123-0", b"x", "text/plain")
    assert run(jobs.purge_exports) == 1
    assert files() == []


def test_what_is_somebodys_is_not_left_over(app, alice, sign_in, files, monkeypatch, run):
    monkeypatch.setattr("carafe.downloads.orphans.ORPHAN_AGE", timedelta(seconds=-1))
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    run(jobs.purge_exports)
    assert browser.get(FILE).status_code == 200


def test_one_that_fails_is_tried_again(app, alice, sign_in, change, broken, monkeypatch, titles):
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    assert "<progress" in browser.get(PAGE).text
    monkeypatch.delitem(app.extensions["personal_data"], "shelf")
    change(Job, run_at=now())
    run_due(app)
    assert titles(alice) == ["Your data export is ready"]
    assert "profile.json" in unpack(browser.get(FILE))


def test_one_is_told_when_it_failed_for_good(app, alice, sign_in, fails, mailbox, titles, run):
    browser = sign_in(alice)
    fails(browser)
    assert "It failed." in browser.get(PAGE).text
    for _ in range(2):
        run(jobs.tell_of_failed_exports)
    assert titles(alice) == ["Your data export failed"]
    assert [mail["Subject"] for mail in mailbox.to(alice.email)] == titles(alice)


def test_one_that_failed_can_be_asked_for_again(
    app, alice, sign_in, fails, monkeypatch, titles, run
):
    browser = sign_in(alice)
    fails(browser)
    monkeypatch.delitem(app.extensions["personal_data"], "shelf")
    browser.submit(PAGE)
    run(jobs.tell_of_failed_exports)
    assert titles(alice) == ["Your data export is ready"]


def test_it_says_when_the_storage_is_away(app, alice, sign_in, monkeypatch):
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)

    def get(key):
        raise StorageUnavailable("away")

    with app.app_context():
        monkeypatch.setattr(storage(), "get", get)
    answer = browser.get(FILE)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_one_that_fails_halfway_leaves_nothing(app, alice, sign_in, files, monkeypatch):
    monkeypatch.setattr(encrypted, "PART_BYTES", 100)
    with app.app_context():
        store = storage()
    put, full = store.put, StorageUnavailable("disk full")

    def until_full(*part):
        if len(files()) == 3:
            raise full
        put(*part)

    monkeypatch.setattr(store, "put", until_full)
    sign_in(alice).submit(PAGE)
    run_due(app)
    assert files() == []


def test_one_whose_file_another_machine_has_stays(app, alice, sign_in, files, caplog):
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    [key] = files()
    with app.app_context():
        content = storage().get(key)
        storage().delete(key)
        assert content
    assert browser.get(FILE).location == PAGE
    page = browser.get(PAGE)
    assert "not on this server" in page.text
    assert is_offered(page)
    assert "STORAGE_URL" in caplog.text
    with app.app_context():
        storage().put(key, content, "application/octet-stream")
    assert "profile.json" in unpack(browser.get(FILE))


def test_it_is_not_downloaded_by_who_asks_for_its_size(app, alice, sign_in, events):
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    assert browser.client.head(FILE).content_length
    assert events("data.downloaded") == []


def test_one_whose_key_is_gone_is_told_so(app, alice, sign_in, monkeypatch):
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    monkeypatch.setattr(encrypted, "PURPOSE", "another key")
    assert browser.get(FILE).location == PAGE
    assert "is no longer available" in browser.get(PAGE).text
