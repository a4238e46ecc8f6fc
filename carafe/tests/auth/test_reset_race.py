"""One link to reset a password, used many times at the same moment."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from carafe.testing.accounts import PASSWORD
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.mailbox import Mailbox
from carafe.testing.server import PATIENCE_SECONDS

USES = 8


def test_exactly_one_wins(running, email):
    running.add_user(email)
    LiveBrowser(running.url).submit("/auth/reset", {"email": email})
    mailbox, deadline = Mailbox(running.folder / "mail"), time.monotonic() + PATIENCE_SECONDS
    while not mailbox.to(email) and time.monotonic() < deadline:
        time.sleep(0.01)
    path = mailbox.link(email)
    browser = LiveBrowser(running.url)
    form, barrier = browser.fill(path), Barrier(USES)

    def use(number):
        barrier.wait()
        return browser.send(form, {"password": f"new password {number}"}).status_code

    with ThreadPoolExecutor(USES) as threads:
        statuses = list(threads.map(use, range(USES)))
    assert sorted(statuses) == [303] + [404] * (USES - 1)

    def enters(password):
        fields = {"email": email, "password": password}
        return LiveBrowser(running.url).submit("/auth/login", fields).status_code == 303

    assert enters(f"new password {statuses.index(303)}")
    assert not enters(PASSWORD)
    assert not enters(f"new password {statuses.index(404)}")
