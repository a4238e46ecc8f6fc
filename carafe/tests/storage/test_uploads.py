"""Uploads of an owner's own features: pictures in several sizes, and plain files."""

import io
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from flask import abort, request
from PIL import Image
from sqlalchemy import update

from carafe.database import db
from carafe.downloads import orphans
from carafe.storage.uploads import MEGABYTE, FileUpload, PictureUpload, RefusedError, Size
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.images import encoded, multipart, nearest, plain, quarters
from carafe.tests.site.models import User
from carafe.web.routing import max_body_size, public

COVERS = PictureUpload("covers", {"small": Size(320, 200, crop=True), "large": Size(1600, 900)})
MANUALS = FileUpload("manuals", {".pdf": "application/pdf"}, max_bytes=3 * MEGABYTE)
PDF = b"%PDF-1.7 words"


pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def site(app):
    """An app with a page for covers and one for manuals."""
    for folder in ("avatars", "covers", "manuals"):
        shutil.rmtree(Path(app.instance_path, folder), ignore_errors=True)
    with another_app(app) as made:
        COVERS.init_app(made, User.avatar)

        @made.post("/covers")
        @public
        @max_body_size(COVERS.max_body)
        def save_cover():
            try:
                return COVERS.save(request.files.get("avatar"))
            except RefusedError as reason:
                return str(reason), 422

        @made.get("/covers/<name>/<size>")
        @public
        def cover(name, size):
            return COVERS.answer(name, size) or abort(404)

        @made.post("/covers/<name>/delete")
        @public
        def delete_cover(name):
            COVERS.discard(name)
            db.session.commit()
            return "deleted"

        @made.post("/manuals")
        @public
        @max_body_size(MANUALS.max_body)
        def save_manual():
            try:
                return MANUALS.save(request.files.get("avatar"))
            except RefusedError as reason:
                return str(reason), 422

        @made.get("/manuals/<name>")
        @public
        def manual(name):
            return MANUALS.answer(name, "Manual für alle.pdf") or abort(404)

        yield made


@pytest.fixture
def browser(site):
    return Browser(site.test_client())


@pytest.fixture
def send(browser):
    def post(path, content=b"", name="a.png"):
        body, content_type = multipart({"csrf_token": browser.token()}, content, name)
        return browser.post(path, body, content_type=content_type)

    return post


def files(site, folder="covers"):
    return sorted(path.name for path in Path(site.instance_path, folder).glob("*"))


def test_a_picture_is_kept_in_each_size(site, browser, send):
    name = send("/covers", encoded(quarters((3000, 2000)), "JPEG")).text
    assert files(site) == [name.replace(".", "-large."), name.replace(".", "-small.")]
    small, large = (browser.get(f"/covers/{name}/{size}") for size in ("small", "large"))
    middle = Image.open(io.BytesIO(small.data))
    assert middle.size == (320, 200)
    at = [(9, 9), (311, 9), (311, 191), (9, 191)]
    assert [nearest(middle.getpixel(xy)) for xy in at] == ["red", "green", "blue", "white"]
    # As much as fits, in its own proportions.
    assert Image.open(io.BytesIO(large.data)).size == (1350, 900)
    assert large.content_type == "image/webp"
    assert large.headers["Content-Security-Policy"].endswith("sandbox")
    second = browser.get(f"/covers/{name}/large", headers={"If-None-Match": large.headers["ETag"]})
    assert second.status_code == 304


def test_a_small_picture_is_not_enlarged_unless_it_has_to_fill(browser, send):
    name = send("/covers", plain(size=(40, 30))).text
    sizes = [
        Image.open(io.BytesIO(browser.get(f"/covers/{name}/{size}").data)).size
        for size in ("small", "large")
    ]
    assert sizes == [(320, 200), (40, 30)]


def test_deleting_deletes_all_sizes(site, browser, send):
    name = send("/covers", plain()).text
    browser.post(f"/covers/{name}/delete", {"csrf_token": browser.token()})
    assert files(site) == []


def test_there_is_no_other_size_and_no_other_name(browser, send):
    name = send("/covers", plain()).text
    for path in (f"{name}/huge", f"{name[:-1]}x/small", "..%2f..%2fapp.db/small", "x/small"):
        assert browser.get(f"/covers/{path}").status_code == 404


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Choose a picture to upload."),
        (b"<svg/>", "Choose a PNG, JPEG, or WebP image."),
        (bytes(10 * MEGABYTE + 1), "Choose a file of 10 MB or less."),
    ],
    ids=["nothing", "no picture", "too large"],
)
def test_what_is_no_picture_is_refused_with_the_reason(content, reason, site, send):
    answer = send("/covers", content)
    assert (answer.status_code, answer.text) == (422, reason)
    assert files(site) == []


def test_a_picture_of_just_ten_megabytes_is_taken(send):
    padded = plain("JPEG").ljust(10 * MEGABYTE, b"\0")  # zeros, as cameras append
    assert send("/covers", padded).status_code == 200


def test_what_no_row_names_is_deleted_in_the_night(site, alice, send, monkeypatch):
    monkeypatch.setattr(orphans, "ORPHAN_AGE", timedelta(seconds=-1))
    alices, nobodys = send("/covers", plain()).text, send("/covers", plain()).text
    assert alices != nobodys
    with site.app_context():
        db.session.execute(update(User).where(User.id == alice.id).values(avatar=alices))
        db.session.commit()
        assert orphans.purge_uploads() == 2
    assert files(site) == [alices.replace(".", "-large."), alices.replace(".", "-small.")]


def test_a_file_is_kept_as_it_is_and_sent_as_a_download(browser, send):
    name = send("/manuals", PDF, "My manual.PDF").text
    answer = browser.get(f"/manuals/{name}")
    assert answer.data == PDF
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''Manual%20f%C3%BCr%20alle.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.pdf", "Choose a file to upload."),
        (b"<html>", "a.html", "Choose a file of another type: .pdf."),
        (b"x", "pdf", "Choose a file of another type: .pdf."),
        (bytes(3 * MEGABYTE + 1), "a.pdf", "Choose a file of 3 MB or less."),
    ],
    ids=["nothing", "another type", "no type", "too large"],
)  # fmt: skip
def test_another_file_is_refused_with_the_reason(content, name, reason, site, send):
    answer = send("/manuals", content, name)
    assert (answer.status_code, answer.text) == (422, reason)
    assert files(site, "manuals") == []


def test_a_larger_body_is_413(send):
    assert send("/manuals", bytes(4 * MEGABYTE), "a.pdf").status_code == 413
    assert send("/covers", bytes(11 * MEGABYTE)).status_code == 413
