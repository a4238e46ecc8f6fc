"""Twenty pictures at the same moment: one after the other is taken, one is left, and one file.

Who sends this many is told to wait: see `carafe/tests/auth/test_quotas.py`.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.images import multipart, plain
from carafe.testing.live_browser import LiveBrowser

UPLOADS = 20


@pytest.fixture
def at_once():
    """Sends that many at once: the picture, or every second time its removal instead."""

    def send_all(browsers, removing=False):
        form = browsers[0].fill("/account/avatar")
        barrier = Barrier(len(browsers))

        def send(number):
            body, content_type = multipart(form.fields, plain())
            barrier.wait()
            if removing and number % 2:
                return browsers[number].post("/account/avatar/delete", form.fields).status_code
            headers = {"Content-Type": content_type}
            return browsers[number].post(form.action, body, headers=headers).status_code

        with ThreadPoolExecutor(len(browsers)) as threads:
            return list(threads.map(send, range(len(browsers))))

    return send_all


def test_over_several_processes(running, email, at_once, paths):
    running.add_user(email)
    first, *others = [LiveBrowser(running.url) for _ in range(UPLOADS)]
    first.submit("/auth/login", {"email": email, "password": PASSWORD})
    first.token()  # the cookie holds what it belongs to
    for other in others:
        first.copy_cookies_to(other)
    statuses = at_once([first, *others])
    assert 303 in statuses
    assert set(statuses) <= {303, 429}
    left = [file.name for file in (running.folder / "avatars").iterdir()]
    assert left == [paths(first)[0].rpartition("/")[2]]


@pytest.mark.parametrize("removing", [False, True])
def test_over_several_threads(removing, alice, browser, sign_in, at_once, files, paths, quick):
    first, *others = [sign_in(alice), *(browser() for _ in range(UPLOADS - 1))]
    first.token()
    for other in others:
        first.copy_cookies_to(other)
    statuses = at_once([first, *others], removing)
    uploads, others = statuses[::2], statuses[1::2]
    assert 303 in uploads
    assert set(uploads) <= {303, 429}
    assert set(others) <= ({303} if removing else {303, 429})
    assert set(files()) == {path.rpartition("/")[2] for path in paths(first)}
    assert removing or len(files()) == 1
