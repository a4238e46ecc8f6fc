"""Stores of files: a folder, and an S3-compatible bucket. Both keep the same promises."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from carafe.database import db
from carafe.storage import StorageUnavailable, delete_on_commit, storage
from carafe.testing.apps import another_app
from carafe.testing.groups import require
from carafe.tests.storage.bucket import Bucket
from carafe.time import now

pytestmark = pytest.mark.any_database


@dataclass
class Store:
    """`age(key)` makes a file older than an hour, `end()` takes the store away.

    `rename(key, name)` does behind the store's back what someone else may have done. `empty()`
    prepares it for the next test.
    """

    age: Callable[[str], Any]
    end: Callable[[], Any]
    rename: Callable[[str, str], Any]
    empty: Callable[[], Any]


@pytest.fixture(scope="module", params=["folder", "bucket", "bucket with a prefix"])
def app_and_store(request, application, tmp_path_factory):
    is_folder = request.param == "folder"
    kind = in_folder(tmp_path_factory.mktemp("store")) if is_folder else in_bucket(request.param)
    with kind as (url, made), another_app(application, STORAGE_URL=url) as other:
        yield other, made


@pytest.fixture
def store(app, app_and_store):
    """The store of the app whose context is open."""
    other, made = app_and_store
    made.empty()
    with other.app_context():
        yield made


@contextmanager
def in_folder(path: Path) -> Iterator[tuple[str, Store]]:
    def end():
        (path / "files/avatars").rename(path / "gone")
        (path / "files/avatars").write_bytes(b"no folder")  # permissions would not stop root

    def rename(key, name):
        (path / "files" / key).rename(path / "files" / name)

    def empty():
        for folder in path.iterdir():
            shutil.rmtree(folder, ignore_errors=True)
        (path / "files/avatars").unlink(missing_ok=True)

    yield (
        f"file:{path}/files",
        Store(lambda key: os.utime(path / "files" / key, (0, 0)), end, rename, empty),
    )


@contextmanager
def in_bucket(kind: str) -> Iterator[tuple[str, Store]]:
    prefix = "a/b/" if kind.endswith("prefix") else ""

    def age(key):
        bucket.times[prefix + key] -= timedelta(hours=2)

    def rename(key, name):
        bucket.objects[prefix + name] = bucket.objects.pop(prefix + key)
        bucket.times[prefix + name] = bucket.times.pop(prefix + key)

    require("s3")
    with Bucket() as bucket:
        url = bucket.url(prefix=f"/{prefix}")
        yield url, Store(age, lambda: setattr(bucket, "status", 503), rename, bucket.empty)
        assert bucket.complaints == []


def test_it_keeps_what_it_is_given(store):
    storage().put("avatars/a.webp", b"\0content\xff", "image/webp")
    storage().put("avatars/b-_.webp", b"", "image/webp")
    assert storage().get("avatars/a.webp") == b"\0content\xff"
    assert storage().get("avatars/b-_.webp") == b""
    assert storage().get("avatars/c.webp") is None
    assert storage().get("others/a.webp") is None


def test_it_deletes_whether_it_is_there_or_not(store):
    storage().put("avatars/a.webp", b"content", "image/webp")
    for _ in range(2):
        storage().delete("avatars/a.webp")
        assert storage().get("avatars/a.webp") is None


def test_it_lists_what_is_old(store):
    assert list(storage().list_older_than(now(), "avatars")) == []
    names = [f"avatars/{n}.webp" for n in range(7)]
    for name in [*names, "others/x.webp"]:
        storage().put(name, b"content", "image/webp")
    for name in [*names[:5], "others/x.webp"]:
        store.age(name)
    assert sorted(storage().list_older_than(now() - timedelta(hours=1), "avatars")) == names[:5]


def test_it_lists_nothing_that_it_would_not_have_stored(store):
    for name in ("a.webp", "b.webp", "c.webp"):
        storage().put(f"avatars/{name}", b"content", "image/webp")
    store.rename("avatars/a.webp", "avatars/.a.webp.part")
    store.rename("avatars/b.webp", "avatars/b c.webp")
    assert list(storage().list_older_than(now() + timedelta(hours=1), "avatars")) == [
        "avatars/c.webp"
    ]


def test_it_says_when_it_is_away(store):
    storage().put("avatars/a.webp", b"content", "image/webp")
    store.end()
    for attempt in (
        lambda: storage().put("avatars/b.webp", b"content", "image/webp"),
        lambda: storage().get("avatars/a.webp"),
        lambda: storage().delete("avatars/a.webp"),
        lambda: list(storage().list_older_than(now(), "avatars")),
    ):
        with pytest.raises(StorageUnavailable):
            attempt()


BAD_KEYS = [
    "../app.db", "avatars/../app.db", "avatars/..", "app.db", "/etc/passwd", "avatars/",
    "avatars/.part", "avatars/a/b", "avatars\\a", "avatars/a\0", "avatars/a?x", "Avatars/a",
    "avatars/a\n", "",
]  # fmt: skip


def test_it_knows_no_key_that_leads_elsewhere(store):
    for key in BAD_KEYS:
        for attempt in (
            partial(storage().put, key, b"content", "image/webp"),
            partial(storage().get, key),
            partial(storage().delete, key),
        ):
            with pytest.raises(ValueError, match="invalid storage key"):
                attempt()


def test_what_is_discarded_goes_with_the_commit(store):
    storage().put("avatars/a.webp", b"content", "image/webp")
    db.session.connection()
    delete_on_commit("avatars/a.webp")
    assert storage().get("avatars/a.webp")
    db.session.commit()
    assert storage().get("avatars/a.webp") is None


def test_what_is_discarded_stays_after_a_rollback(store):
    storage().put("avatars/a.webp", b"content", "image/webp")
    db.session.connection()
    delete_on_commit("avatars/a.webp")
    db.session.rollback()
    db.session.connection()
    db.session.commit()
    assert storage().get("avatars/a.webp")


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_what_is_discarded_in_a_savepoint_waits_for_the_whole(end, store):
    storage().put("avatars/a.webp", b"content", "image/webp")
    with db.session.begin_nested():
        delete_on_commit("avatars/a.webp")
    assert storage().get("avatars/a.webp")
    getattr(db.session, end)()
    assert (storage().get("avatars/a.webp") is None) is (end == "commit")


def test_what_is_discarded_in_a_savepoint_stays_when_that_is_undone(store):
    for name in ("a", "b", "c"):
        storage().put(f"avatars/{name}.webp", b"content", "image/webp")
    delete_on_commit("avatars/a.webp")
    with contextlib.suppress(LookupError), db.session.begin_nested():
        with db.session.begin_nested():
            delete_on_commit("avatars/b.webp")
        delete_on_commit("avatars/c.webp")
        raise LookupError
    db.session.commit()
    is_kept = [storage().get(f"avatars/{name}.webp") is not None for name in ("a", "b", "c")]
    assert is_kept == [False, True, True]


def test_a_commit_stands_when_the_store_is_away(store, caplog):
    storage().put("avatars/a.webp", b"content", "image/webp")
    db.session.connection()
    delete_on_commit("avatars/a.webp")
    store.end()
    db.session.commit()
    assert "orphaned file: avatars/a.webp" in caplog.text
