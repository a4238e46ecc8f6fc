"""A picture: fetched by its address, and what else is asked for there."""

import stat
from pathlib import Path

import pytest

from carafe.testing.images import plain

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def path(alice, sign_in, upload, paths):
    browser = sign_in(alice)
    upload(browser, plain())
    return paths(browser)[0]


def test_it_is_an_image_and_nothing_else(path, alice, sign_in):
    answer = sign_in(alice).get(path)
    assert answer.status_code == 200
    assert answer.content_type == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'inline; filename="picture.webp"'
    [policy] = answer.headers.getlist("Content-Security-Policy")
    assert policy == "default-src 'none'; frame-ancestors 'none'; sandbox"


def test_it_is_kept_by_browsers_and_by_nobody_in_between(path, alice, sign_in):
    browser = sign_in(alice)
    answer = browser.get(path)
    assert answer.headers.getlist("Cache-Control") == ["private, max-age=31536000, immutable"]
    second = browser.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (second.status_code, second.data) == (304, b"")
    assert browser.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_address_cannot_be_guessed(path, alice, sign_in, upload, paths):
    browser = sign_in(alice)
    upload(browser, plain())
    names = [p.removeprefix("/account/avatars/") for p in (path, paths(browser)[0])]
    assert [len(name) for name in names] == [37, 37]
    assert names[0] != names[1]


@pytest.mark.parametrize(
    "name",
    [
        "../../../../tmp/evil.png", "..\\..\\evil.png", "/etc/passwd", "a\0b.png", "évil.png",
        "evil.php", "evil.html", "x" * 5000, "<script>.png", "C:\\evil.png", ".",
    ],
)  # fmt: skip
def test_the_name_of_an_upload_counts_for_nothing(name, alice, sign_in, upload, files):
    assert upload(sign_in(alice), plain(), name).status_code == 303
    [stored] = files()
    assert "evil" not in stored
    assert len(stored) == 37


def test_the_file_is_readable_to_the_server_alone(app, path):
    folder = Path(app.instance_path) / "avatars"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / path.rpartition("/")[2]).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "name",
    ["x", "0" * 32 + ".webp", "../app.db", "..%2fapp.db", "%2e%2e/app.db", "..%5capp.db",
     "%00", ".webp", "0" * 32 + ".webp%00", "0" * 32 + ".webp%0a", "A" * 32 + ".webp", "x" * 5000,
     "..", ".", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/etc/passwd", "0" * 32 + ".webp.part"],
)  # fmt: skip
def test_there_is_nothing_else(name, alice, sign_in):
    answer = sign_in(alice).get(f"/account/avatars/{name}", follow_redirects=True)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
