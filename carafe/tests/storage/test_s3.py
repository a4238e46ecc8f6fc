"""What is special about an S3-compatible store: it is far away, and believes signatures alone."""

import importlib.util
import socket

import pytest

from carafe.config import ConfigError
from carafe.storage import StorageUnavailable, s3, storage
from carafe.testing.apps import another_app
from carafe.testing.groups import require
from carafe.tests.storage.bucket import SECRET, Bucket, problem

pytestmark = pytest.mark.any_database


@pytest.fixture
def bucket():
    """As in conftest.py, but it may have complaints."""
    require("s3")
    with Bucket() as running:
        yield running


def test_it_tells_the_kind_of_file(app, bucket):
    with another_app(app, STORAGE_URL=bucket.url()) as made, made.app_context():
        storage().put("avatars/a.webp", b"content", "image/webp")
    assert bucket.types == {"avatars/a.webp": "image/webp"}


def test_it_asks_no_proxy_for_a_store_on_this_machine(app, bucket, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing listens there
    monkeypatch.setenv("no_proxy", "internal.example")
    with another_app(app, STORAGE_URL=bucket.url()) as made, made.app_context():
        storage().put("avatars/a.webp", b"content", "image/webp")
    assert set(bucket.objects) == {"avatars/a.webp"}


def test_a_wrong_secret_opens_nothing(app, bucket, caplog):
    with another_app(app, STORAGE_URL=bucket.url(secret="another")) as made, made.app_context():
        with pytest.raises(StorageUnavailable):
            storage().put("avatars/a.webp", b"content", "image/webp")
        assert SECRET not in caplog.text
        assert "another" not in caplog.text
    assert bucket.complaints == ["the signature is wrong"]
    assert bucket.objects == {}


def test_the_stand_in_refuses_what_is_not_signed():
    assert problem("GET", "/pictures/a", {}, b"") == "not signed"


def assert_away(app, url):
    with another_app(app, STORAGE_URL=url) as made, made.app_context():
        store = storage()
        with pytest.raises(StorageUnavailable):
            store.get("avatars/a.webp")


def test_a_store_that_hangs_up_is_away(app):
    require("s3")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    url = f"s3://key:secret@127.0.0.1:{port}/bucket"
    assert_away(app, url)


def test_a_store_that_does_not_answer_is_away(app, monkeypatch):
    require("s3")
    monkeypatch.setattr(s3, "TIMEOUT_SECONDS", (0.1, 0.1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"s3://key:secret@127.0.0.1:{silent.getsockname()[1]}/bucket"
        assert_away(app, url)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("s3://k:s@s3.example.com/bucket", "https://s3.example.com/bucket"),
        ("s3://k:s@s3.example.com:9000/bucket", "https://s3.example.com:9000/bucket"),
        ("s3://k:s@10.0.0.1/bucket", "https://10.0.0.1/bucket"),
        ("s3://k:s@127.0.0.1:9000/bucket", "http://127.0.0.1:9000/bucket"),
        ("s3://k:s@localhost/bucket", "http://localhost/bucket"),
        ("s3://k:s@[::1]:9000/bucket", "http://[::1]:9000/bucket"),
        ("s3://k:s@localhost.example.com/bucket", "https://localhost.example.com/bucket"),
    ],
)
def test_it_is_encrypted_but_to_this_very_machine(url, address, app):
    require("s3")
    with another_app(app, STORAGE_URL=url) as made:
        assert made.extensions["storage"].bucket == address


@pytest.mark.parametrize(
    "url",
    ["nonsense", "http://s3.example.com/bucket", "s3://s3.example.com/bucket", "s3://k:s@/bucket",
     "s3://k:s@s3.example.com", "s3://k:s@s3.example.com/", "s3://k@s3.example.com/bucket",
     "s3://k:s@host:port/bucket", "s3://["],
)  # fmt: skip
def test_the_start_names_the_setting_and_the_remedy(url, app):
    with pytest.raises(ConfigError) as error, another_app(app, STORAGE_URL=url):
        pass
    assert "STORAGE_URL" in str(error.value)
    assert "s3://key:secret@host/bucket?region=name" in str(error.value)
    assert url not in str(error.value)


def test_the_start_says_which_packages_are_missing(app, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        s3, "find_spec", lambda name: None if name.startswith("requests") else find_spec(name)
    )
    with (
        pytest.raises(ConfigError, match=r"STORAGE_URL .* Run bin/setup base .*s3\b.*"),
        another_app(app, STORAGE_URL="s3://k:s@s3.example.com/bucket"),
    ):
        pass
