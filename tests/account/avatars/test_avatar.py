"""One's picture: uploaded, shown, replaced, removed."""

import io
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from sqlalchemy import select

from carafe.audit import AuditEvent
from carafe.database import db
from carafe.images import pictures, rendering
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.images import (
    corners,
    encoded,
    multipart,
    nearest,
    picture,
    plain,
    quarters,
    shown,
)
from carafe.testing.live_browser import LiveBrowser

INITIAL = '<span class="avatar" aria-hidden="true">A</span>'
MOST_BYTES = 10 * 1024 * 1024


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_it_is_shown_as_a_square(format, alice, sign_in, upload):
    browser = sign_in(alice)
    answer = upload(browser, encoded(quarters((600, 400)), format))
    assert (answer.status_code, answer.location) == (303, "/account/profile")
    assert "Your picture is saved." in browser.get("/account/profile").text
    made = Image.open(io.BytesIO(picture(browser)))
    assert (made.format, made.size) == ("WEBP", (256, 256))
    assert corners(picture(browser)) == ["red", "green", "blue", "white"]


def test_it_shows_the_middle(alice, sign_in, upload):
    wide = Image.new("RGB", (900, 300), (0, 0, 0))
    wide.paste(quarters((300, 300)), (300, 0))
    browser = sign_in(alice)
    upload(browser, encoded(wide))
    assert corners(picture(browser)) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_it_takes_every_kind_of_png(mode, alice, sign_in, upload):
    browser = sign_in(alice)
    assert upload(browser, encoded(Image.new(mode, (40, 30)))).status_code == 303
    assert Image.open(io.BytesIO(picture(browser))).size == (256, 256)


@pytest.mark.parametrize("mode", ["L", "CMYK", "YCbCr"])
@pytest.mark.parametrize("progressive", [False, True])
def test_it_takes_every_kind_of_jpeg(mode, progressive, alice, sign_in, upload):
    image = encoded(Image.new(mode, (40, 30)), "JPEG", progressive=progressive)
    assert upload(sign_in(alice), image).status_code == 303


def test_it_keeps_what_is_transparent(alice, sign_in, upload):
    browser = sign_in(alice)
    upload(browser, encoded(Image.new("RGBA", (40, 30), (255, 0, 0, 0))))
    made = Image.open(io.BytesIO(picture(browser)))
    assert made.getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("size", [(1, 1), (4096, 1), (1, 9000), (4096, 4096)])
def test_it_takes_the_smallest_and_the_largest(size, alice, sign_in, upload):
    assert upload(sign_in(alice), plain(size=size)).status_code == 303


def test_it_takes_a_photo_of_a_phone(alice, sign_in, upload, process):
    """Twelve megapixels and more than 4 MB; stored lying on its side."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    noise = Image.effect_noise((1008, 756), 80).resize((4032, 3024)).convert("RGB")
    noise.paste(quarters((2000, 2000)), (1016, 512))
    photo = encoded(noise, "JPEG", quality=97, exif=exif)
    assert len(photo) > 4_000_000
    browser = sign_in(alice)
    assert upload(browser, photo).status_code == 303
    made = Image.open(io.BytesIO(picture(browser)))
    assert (made.format, made.size) == ("WEBP", (256, 256))
    # The quarters, turned, stand in the middle of the square.
    at = [(60, 60), (196, 60), (196, 196), (60, 196)]
    assert [nearest(made.getpixel(xy)) for xy in at] == ["white", "red", "green", "blue"]


def test_it_takes_ten_megabytes_and_not_a_byte_more(alice, sign_in, upload):
    browser = sign_in(alice)
    image = plain("JPEG")
    # Zeros, as cameras append.
    assert upload(browser, image.ljust(MOST_BYTES, b"\0")).status_code == 303
    answer = upload(browser, image.ljust(MOST_BYTES + 1, b"\0"))
    assert answer.status_code == 422
    assert "This file is larger than 10 MB." in answer.text


@pytest.mark.parametrize("megabytes", [11, 20, 40])
def test_it_says_that_a_body_is_too_large(megabytes, alice, sign_in, upload, files):
    answer = upload(sign_in(alice), bytes(megabytes * 1024 * 1024))
    assert answer.status_code == 413
    assert "This file is larger than 10 MB." in answer.text
    assert 'aria-describedby="avatar-error' in answer.text
    assert files() == []


def test_it_says_so_through_a_socket(running, email):
    """Whoever is not read to the end reads "connection reset", and not the answer."""
    running.flask("user", "create", email, "--password", PASSWORD)
    browser = LiveBrowser(running.url)
    browser.submit("/auth/login", {"email": email, "password": PASSWORD})
    body, content_type = multipart({"csrf_token": browser.token()}, bytes(2 * MOST_BYTES))
    answer = browser.post("/account/avatar", body, headers={"Content-Type": content_type})
    assert answer.status_code == 413
    assert "This file is larger than 10 MB." in answer.text


def test_a_program_is_told_that_a_body_is_too_large(alice, sign_in, visitor):
    body, content_type = multipart({}, bytes(2 * MOST_BYTES))
    for browser in (sign_in(alice), visitor):
        headers = {"Accept": "application/json", "X-CSRFToken": browser.token()}
        answer = browser.post("/account/avatar", body, content_type=content_type, headers=headers)
        assert answer.status_code == 413
        assert answer.content_type == "application/problem+json"


def test_other_forms_take_no_more_than_before(alice, sign_in):
    browser = sign_in(alice)
    fields = browser.fill("/account/profile").fields
    body, content_type = multipart(fields, bytes(MOST_BYTES))
    answer = browser.post("/account/profile", body, content_type=content_type)
    assert answer.status_code == 413


def test_the_name_stands_for_it_where_there_is_none(alice, sign_in):
    browser = sign_in(alice)
    page = browser.get("/account/profile").text
    assert INITIAL in page
    assert "Remove picture" not in page
    assert shown(browser) == []


def test_it_is_shown_beside_the_name_on_every_page(alice, carol, sign_in, upload):
    browser = sign_in(alice)
    upload(browser, plain())
    [menu, large] = shown(browser)
    assert menu == large
    for path in ("/", "/members", "/nowhere"):
        assert shown(browser, path) == [menu]
        assert INITIAL not in browser.get(path).text
    assert 'alt=""' in browser.get("/").text
    assert shown(sign_in(carol), f"/admin/users/{alice.id}") == [menu]


def test_a_new_one_has_a_new_address_and_the_old_is_gone(alice, sign_in, upload, files):
    browser = sign_in(alice)
    upload(browser, plain())
    old = shown(browser)[0]
    upload(browser, plain("JPEG"))
    new = shown(browser)[0]
    assert new != old
    assert browser.get(old).status_code == 404
    assert files() == [new.rpartition("/")[2]]


def test_it_is_removed(alice, sign_in, upload, files):
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


def test_it_goes_with_the_account(alice, carol, sign_in, upload, files):
    upload(sign_in(alice), plain())
    assert len(files()) == 1
    page = f"/admin/users/{alice.id}"
    sign_in(carol).submit(page, action=f"{page}/delete")
    assert files() == []


def test_one_that_comes_after_the_account_is_gone_is_not_kept(
    alice, carol, sign_in, upload, files, monkeypatch
):
    browser, admin, page = sign_in(alice), sign_in(carol), f"/admin/users/{alice.id}"

    def delete_meanwhile(content, sizes):
        with ThreadPoolExecutor(1) as other:
            other.submit(admin.submit, page, action=f"{page}/delete").result()
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


def test_a_visitor_uploads_and_removes_nothing(alice, sign_in, upload, visitor, files):
    upload(sign_in(alice), plain())
    token = {"csrf_token": visitor.token()}
    for path in ("/account/avatar", "/account/avatar/delete"):
        answer = visitor.post(path, token | {"avatar": (io.BytesIO(plain()), "a.png")})
        assert (answer.status_code, answer.location[:11]) == (303, "/auth/login")
    assert len(files()) == 1


def test_the_file_is_readable_to_the_server_alone(app, alice, sign_in, upload, files):
    upload(sign_in(alice), plain())
    folder = Path(app.instance_path) / "avatars"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / files()[0]).stat().st_mode) == 0o600


def test_it_is_limited(app, alice, bob, sign_in, upload):
    browser = sign_in(alice)
    statuses = [upload(browser, b"no picture").status_code for _ in range(61)]
    assert statuses == [422] * 60 + [429]
    assert upload(sign_in(bob), plain()).status_code == 303
    later(app, minutes=61)
    assert upload(sign_in(alice), plain()).status_code == 303


def test_it_is_audited(app, alice, sign_in, upload):
    browser = sign_in(alice)
    upload(browser, plain())
    browser.submit("/account/profile", action="/account/avatar/delete")
    with app.app_context():
        events = select(AuditEvent.action).where(AuditEvent.action.startswith("user.avatar"))
        assert list(db.session.scalars(events.order_by(AuditEvent.id))) == [
            "user.avatar_changed",
            "user.avatar_removed",
        ]


def test_going_back_to_a_refused_form_leads_to_the_page(alice, sign_in):
    assert sign_in(alice).get("/account/avatar").location == "/account/profile"
