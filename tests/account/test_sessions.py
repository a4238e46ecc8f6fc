"""The page of devices."""

import re

import pytest

from carafe.testing.accounts import PASSWORD

PAGE = "/account/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def paths(browser):
    """Return the paths that each end one session, including this device's."""
    return re.findall(r'action="(/account/sessions/\d+/delete)"', browser.get(PAGE).text)


def is_in(browser):
    return browser.get("/account/profile").status_code == 200


def test_it_shows_device_address_and_last_seen(alice, bob, sign_in, browser):
    sign_in(bob)
    desk = browser()
    fields = {"email": alice.email, "password": PASSWORD}
    form = desk.fill("/auth/login")
    assert desk.send(form, fields, headers={"User-Agent": FIREFOX}).status_code == 303
    page = desk.get(PAGE).text
    assert "Firefox on Linux" in page
    assert "127.0.0.1" in page
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"', page)
    assert page.count("This device") == 1
    assert len(paths(desk)) == 1


def test_it_ends_one(alice, sign_in):
    phone, desk = sign_in(alice), sign_in(alice)
    rows = desk.get(PAGE).text.split("</tr>")
    [row] = [row for row in rows if "<td" in row and "This device" not in row]
    [other] = re.findall(r'action="([^"]+)"', row)
    assert desk.submit(PAGE, action=other).location == PAGE
    assert "Device logged out" in desk.get(PAGE).text
    assert [is_in(phone), is_in(desk)] == [False, True]


def test_it_ends_all_others(alice, bob, sign_in):
    desk, other, bobs = sign_in(alice), sign_in(alice), sign_in(bob)
    answer = desk.submit(PAGE, action=f"{PAGE}/others/delete")
    assert answer.location == PAGE
    page = desk.get(PAGE).text
    assert "Other devices logged out" in page
    assert "Log out other devices" not in page
    assert [is_in(desk), is_in(other), is_in(bobs)] == [True, False, True]


def test_it_does_not_find_somebody_elses(alice, bob, sign_in):
    bobs, browser = sign_in(bob), sign_in(alice)
    [path] = paths(bobs)
    assert browser.post(path, {"csrf_token": browser.token()}).status_code == 404
    assert is_in(bobs)


@pytest.mark.parametrize("path", ["1/delete", "others/delete"])
def test_it_is_for_users_and_their_forms(path, alice, sign_in, visitor):
    assert sign_in(alice).get(f"{PAGE}/{path}").status_code == 405
    answer = visitor.post(f"{PAGE}/{path}", {"csrf_token": visitor.token()})
    assert answer.location.startswith("/auth/login")
