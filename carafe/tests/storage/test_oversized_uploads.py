"""A body that is too large to be read: its sender is told so, at the form they sent."""

import pytest

from carafe.storage import MEGABYTE
from carafe.testing.accounts import PASSWORD
from carafe.testing.images import multipart
from carafe.testing.live_browser import LiveBrowser

TOO_LARGE = "Choose a file of 10 MB or less."
PAGE = "/account/avatar"


@pytest.mark.parametrize("megabytes", [11, 20, 40])
def test_it_says_so_at_the_form(megabytes, alice, sign_in, upload, files):
    answer = upload(sign_in(alice), bytes(megabytes * MEGABYTE))
    assert answer.status_code == 413
    assert TOO_LARGE in answer.text
    assert files() == []


def test_it_says_so_through_a_socket(running, email):
    """Whoever is not read to the end reads "connection reset", and not the answer."""
    running.add_user(email)
    browser = LiveBrowser(running.url)
    browser.submit("/auth/login", {"email": email, "password": PASSWORD})
    body, content_type = multipart({"csrf_token": browser.token()}, bytes(20 * MEGABYTE))
    answer = browser.post(PAGE, body, headers={"Content-Type": content_type})
    assert answer.status_code == 413
    assert TOO_LARGE in answer.text


def test_it_tells_programs(alice, sign_in, visitor):
    body, content_type = multipart({}, bytes(20 * MEGABYTE))
    for browser in (sign_in(alice), visitor):
        headers = {"Accept": "application/json", "X-CSRFToken": browser.token()}
        answer = browser.post(PAGE, body, content_type=content_type, headers=headers)
        assert answer.status_code == 413
        assert answer.content_type == "application/problem+json"


def test_other_forms_take_no_more_than_before(alice, sign_in):
    browser = sign_in(alice)
    body, content_type = multipart(browser.fill("/members").fields, bytes(10 * MEGABYTE))
    assert browser.post("/members", body, content_type=content_type).status_code == 413
