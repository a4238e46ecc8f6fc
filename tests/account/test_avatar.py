"""The user's picture: uploaded, shown, replaced, removed."""

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from carafe.audit import AuditEvent
from carafe.database import db
from carafe.images import pictures, rendering
from carafe.testing.images import corners, encoded, multipart, picture, plain, quarters, shown

INITIAL = '<span class="avatar" aria-hidden="true">A</span>'
MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Draw pictures in this process, because another one takes longer to start than to draw."""
    monkeypatch.setattr(pictures, "draw", rendering.render)


@pytest.fixture
def files(app):
    """Return the names of the picture files."""
    folder = Path(app.instance_path) / "avatars"
    shutil.rmtree(folder, ignore_errors=True)
    return lambda: sorted(path.name for path in folder.glob("*"))


@pytest.fixture
def upload(files):
    """Submit a file with the form on the profile page."""

    def send(browser, content):
        form = browser.fill("/account/profile", "/account/avatar")
        body, content_type = multipart(form.fields, content)
        return browser.post(form.action, body, content_type=content_type)

    return send


def test_it_is_shown_as_a_square(alice, sign_in, upload):
    browser = sign_in(alice)
    answer = upload(browser, encoded(quarters((600, 400))))
    assert (answer.status_code, answer.location) == (303, "/account/profile")
    assert "Picture saved" in browser.get("/account/profile").text
    assert Image.open(io.BytesIO(picture(browser))).size == (256, 256)
    assert corners(picture(browser)) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg/>", "Choose a PNG, JPEG, or WebP image."),
        (b"", "Choose a picture to upload."),
    ],
    ids=["no picture", "nothing"],
)
def test_it_is_refused_with_the_reason(content, reason, alice, sign_in, upload, files):
    browser = sign_in(alice)
    upload(browser, plain())
    before = files()
    answer = upload(browser, content)
    assert answer.status_code == 422
    assert reason in answer.text
    assert 'id="avatar-error"' in answer.text
    assert 'value="Alice"' in answer.text
    assert files() == before
    assert picture(browser)


def test_it_says_that_it_is_too_large(alice, sign_in, upload, files):
    answer = upload(sign_in(alice), bytes(11 * MEGABYTE))
    assert answer.status_code == 413
    assert "Choose a file of 10 MB or less." in answer.text
    assert 'aria-describedby="avatar-error' in answer.text
    assert files() == []


def test_the_name_stands_for_it_where_there_is_none(alice, sign_in):
    browser = sign_in(alice)
    page = browser.get("/account/profile").text
    assert INITIAL in page
    assert "Remove picture" not in page
    assert shown(browser) == []


def test_it_is_shown_beside_the_name_on_every_page(alice, sign_in, upload):
    browser = sign_in(alice)
    upload(browser, plain())
    [menu, large] = shown(browser)
    assert menu == large
    for path in ("/members", "/nowhere"):
        assert shown(browser, path) == [menu]
        assert INITIAL not in browser.get(path).text
    assert 'alt=""' in browser.get("/members").text


def test_a_new_one_has_a_new_address_and_the_old_is_gone(alice, sign_in, upload, files):
    browser = sign_in(alice)
    upload(browser, plain())
    old = shown(browser)[0]
    upload(browser, plain("JPEG"))
    new = shown(browser)[0]
    assert new != old
    assert browser.get(old).status_code == 404
    assert files() == [new.rpartition("/")[2]]


def test_it_is_removed(app, alice, sign_in, upload, files):
    browser = sign_in(alice)
    upload(browser, plain())
    path = shown(browser)[0]
    answer = browser.submit("/account/profile", action="/account/avatar/delete")
    assert (answer.status_code, answer.location) == (303, "/account/profile")
    assert INITIAL in browser.get("/account/profile").text
    assert browser.get(path).status_code == 404
    assert files() == []
    token = {"csrf_token": browser.token()}
    assert browser.post("/account/avatar/delete", token).status_code == 303
    with app.app_context():
        events = select(AuditEvent.action).where(AuditEvent.action.startswith("user.avatar"))
        assert list(db.session.scalars(events.order_by(AuditEvent.id))) == [
            "user.avatar_changed",
            "user.avatar_removed",
        ]


def test_it_goes_with_the_account(app, alice, sign_in, upload, files):
    upload(sign_in(alice), plain())
    assert len(files()) == 1
    app.test_cli_runner().invoke(args=["user", "delete", alice.email, "--yes"])
    assert files() == []


def test_one_that_comes_after_the_account_is_gone_is_not_kept(
    app, alice, sign_in, upload, files, monkeypatch
):
    browser, arguments = sign_in(alice), ["user", "delete", alice.email, "--yes"]

    def delete_meanwhile(content, sizes):
        with ThreadPoolExecutor(1) as other:
            other.submit(app.test_cli_runner().invoke, args=arguments).result()
        return rendering.render(content, sizes)

    monkeypatch.setattr(pictures, "draw", delete_meanwhile)
    assert upload(browser, plain()).status_code == 401
    assert files() == []


def test_nobody_changes_somebody_elses(alice, bob, sign_in, upload, files):
    hers, his = sign_in(alice), sign_in(bob)
    upload(hers, plain())
    [path] = {*shown(hers)}
    upload(his, plain("JPEG"))
    his.submit("/account/profile", action="/account/avatar/delete")
    assert {*shown(hers)} == {path}
    assert files() == [path.rpartition("/")[2]]


def test_everyone_who_is_logged_in_sees_it(alice, bob, erin, sign_in, upload, visitor):
    browser = sign_in(alice)
    upload(browser, plain())
    path = shown(browser)[0]
    for user in (bob, erin):
        assert sign_in(user).get(path).status_code == 200
    assert sign_in(bob).get("/account/avatars/x").status_code == 404
    answer = visitor.get(path)
    assert (answer.status_code, answer.location[:11]) == (303, "/auth/login")
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_a_visitor_uploads_and_removes_nothing(alice, sign_in, upload, visitor, files):
    upload(sign_in(alice), plain())
    token = {"csrf_token": visitor.token()}
    for path in ("/account/avatar", "/account/avatar/delete"):
        answer = visitor.post(path, token | {"avatar": (io.BytesIO(plain()), "a.png")})
        assert (answer.status_code, answer.location[:11]) == (303, "/auth/login")
    assert len(files()) == 1


def test_going_back_to_a_refused_form_leads_to_the_page(alice, sign_in):
    assert sign_in(alice).get("/account/avatar").location == "/account/profile"
