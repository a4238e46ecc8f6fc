"""Pictures in a bucket: the browser sees no difference, until the bucket is away."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from carafe.database import db
from carafe.downloads import orphans
from carafe.storage import StorageUnavailable
from carafe.testing.apps import another_app
from carafe.testing.images import plain
from carafe.testing.sessions import open_session

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def app_on_s3(app, bucket):
    with another_app(app, STORAGE_URL=bucket.url()) as made:
        yield made


@pytest.fixture
def sign_in(app_on_s3):
    return lambda user: open_session(app_on_s3, user)


@pytest.fixture
def age(bucket):
    """Makes all files older than an hour."""

    def turn_back():
        for key in bucket.times:
            bucket.times[key] -= timedelta(hours=2)

    return turn_back


def test_it_is_kept_shown_replaced_and_removed(alice, bucket, sign_in, upload, files, paths):
    browser = sign_in(alice)
    assert upload(browser, plain()).status_code == 303
    [first] = bucket.objects
    assert bucket.types[first] == "image/webp"
    assert paths(browser) == [f"/account/{first}"]
    answer = browser.get(f"/account/{first}")
    assert answer.data == bucket.objects[first]
    assert answer.content_type == "image/webp"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    upload(browser, plain("JPEG"))
    [second] = bucket.objects
    assert second != first
    assert browser.get(f"/account/{first}").status_code == 404
    browser.submit("/account/avatar", action="/account/avatar/delete")
    assert bucket.objects == {}
    assert files() == []


def test_nothing_changes_while_the_bucket_is_away(alice, bucket, sign_in, upload, paths):
    browser = sign_in(alice)
    upload(browser, plain())
    before, [path] = dict(bucket.objects), paths(browser)
    bucket.status = 503
    answer = upload(browser, plain("JPEG"))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Files are temporarily unavailable. Try again in a moment." in answer.text
    assert browser.get(path).status_code == 503
    assert paths(browser) == [path]
    bucket.status = 0
    assert bucket.objects == before


def test_one_that_could_not_be_deleted_is_purged(
    alice, app_on_s3, bucket, sign_in, upload, age, paths
):
    browser = sign_in(alice)
    upload(browser, plain())
    bucket.status = 503
    answer = browser.submit("/account/avatar", action="/account/avatar/delete")
    assert answer.status_code == 303
    assert paths(browser) == []
    bucket.status = 0
    assert len(bucket.objects) == 1
    with app_on_s3.app_context():
        assert orphans.purge_uploads() == 0  # it may be about to be someone's
        age()
        assert orphans.purge_uploads() == 1
    assert bucket.objects == {}


def test_a_purge_leaves_what_is_somebodys(alice, bob, app_on_s3, bucket, sign_in, upload, age):
    for user in (alice, bob):
        upload(sign_in(user), plain())
    age()
    with app_on_s3.app_context():
        assert orphans.purge_uploads() == 0
        bucket.status = 503
        with pytest.raises(StorageUnavailable):
            orphans.purge_uploads()
    assert len(bucket.objects) == 2


def test_a_purge_with_a_new_database_leaves_the_pictures_of_the_old_one(
    alice, app_on_s3, bucket, sign_in, upload, age
):
    upload(sign_in(alice), plain())
    age()
    with app_on_s3.app_context():
        db.session.execute(text('DELETE FROM "user"'))
        db.session.commit()
        assert orphans.purge_uploads() == 0
    assert len(bucket.objects) == 1


def test_a_refused_file_never_gets_there(alice, bucket, sign_in, upload):
    browser = sign_in(alice)
    bucket.status = 503
    assert upload(browser, b"<svg/>").status_code == 422
