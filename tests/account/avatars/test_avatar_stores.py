"""Pictures in a bucket: the browser sees no difference, until the bucket is away."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from carafe.database import db
from carafe.downloads import orphans
from carafe.storage import StorageUnavailable
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.groups import require
from carafe.testing.http import Browser
from carafe.testing.images import multipart, picture, plain, shown
from carafe.tests.storage.bucket import Bucket


@pytest.fixture
def bucket():
    require("s3")
    with Bucket() as running:
        yield running
    assert running.complaints == []


@pytest.fixture
def app_on_s3(app, bucket):
    with another_app(app, STORAGE_URL=bucket.url()) as made:
        yield made


@pytest.fixture
def enter(app_on_s3):
    def log_in(user):
        browser = Browser(app_on_s3.test_client())
        fields = {"email": user.email, "password": PASSWORD}
        assert browser.submit("/auth/login", fields).status_code == 303
        return browser

    return log_in


def test_it_is_kept_shown_replaced_and_removed(alice, bucket, enter, upload, files):
    browser = enter(alice)
    assert upload(browser, plain()).status_code == 303
    [first] = bucket.objects
    assert bucket.objects[first] == picture(browser)
    assert bucket.types[first] == "image/webp"
    assert shown(browser)[0] == f"/account/{first}"
    upload(browser, plain("JPEG"))
    [second] = bucket.objects
    assert second != first
    assert browser.get(f"/account/{first}").status_code == 404
    browser.submit("/account/profile", action="/account/avatar/delete")
    assert bucket.objects == {}
    assert files() == []


def test_it_comes_from_this_site_and_says_what_it_is(alice, enter, upload):
    browser = enter(alice)
    upload(browser, plain())
    answer = browser.get(shown(browser)[0])
    assert answer.content_type == "image/webp"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "img-src 'self' data:" in browser.get("/").headers["Content-Security-Policy"]


def test_it_goes_with_the_account(alice, carol, bucket, enter, upload):
    upload(enter(alice), plain())
    page = f"/admin/users/{alice.id}"
    enter(carol).submit(page, action=f"{page}/delete")
    assert bucket.objects == {}


def test_while_the_bucket_is_away_nothing_changes(alice, bucket, enter, upload):
    browser = enter(alice)
    upload(browser, plain())
    before, path = dict(bucket.objects), shown(browser)[0]
    bucket.status = 503
    answer = upload(browser, plain("JPEG"))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Files cannot be reached at the moment." in answer.text
    assert browser.get(path).status_code == 503
    assert browser.get("/account/profile").status_code == 200
    bucket.status = 0
    assert bucket.objects == before
    assert shown(browser)[0] == path


def test_one_that_could_not_be_deleted_is_nobodys_and_purged(
    alice, app_on_s3, bucket, enter, upload, monkeypatch
):
    browser = enter(alice)
    upload(browser, plain())
    bucket.status = 503
    answer = browser.submit("/account/profile", action="/account/avatar/delete")
    assert answer.status_code == 303
    assert shown(browser) == []
    bucket.status = 0
    assert len(bucket.objects) == 1
    with app_on_s3.app_context():
        assert orphans.purge_uploads() == 0  # it may be about to be somebody's
        for key in bucket.times:
            bucket.times[key] -= timedelta(hours=2)
        assert orphans.purge_uploads() == 1
    assert bucket.objects == {}


def test_a_purge_leaves_what_is_somebodys(alice, bob, app_on_s3, bucket, enter, upload):
    browsers = [enter(alice), enter(bob)]
    for browser in browsers:
        upload(browser, plain())
    for key in bucket.times:
        bucket.times[key] -= timedelta(hours=2)
    with app_on_s3.app_context():
        assert orphans.purge_uploads() == 0
        bucket.status = 503
        with pytest.raises(StorageUnavailable):
            orphans.purge_uploads()
    bucket.status = 0
    assert all(picture(browser) for browser in browsers)


def test_a_purge_with_a_new_database_leaves_the_pictures_of_the_old_one(
    alice, app_on_s3, bucket, enter, upload
):
    upload(enter(alice), plain())
    for key in bucket.times:
        bucket.times[key] -= timedelta(hours=2)
    with app_on_s3.app_context():
        db.session.execute(text('DELETE FROM "user"'))
        db.session.commit()
        assert orphans.purge_uploads() == 0
    assert len(bucket.objects) == 1


def test_a_refused_file_never_gets_there(alice, bucket, enter):
    browser = enter(alice)
    form = browser.fill("/account/profile", "/account/avatar")
    body, content_type = multipart(form.fields, b"<svg/>")
    bucket.status = 503
    answer = browser.post(form.action, body, content_type=content_type)
    assert answer.status_code == 422
