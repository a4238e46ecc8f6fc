"""One link to log in with, used many times at the same moment."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from carafe.testing.live_browser import LiveBrowser
from carafe.testing.mailbox import Mailbox
from carafe.testing.server import PATIENCE_SECONDS

USES = 8


def test_exactly_one_wins(running, email):
    running.add_user(email)
    LiveBrowser(running.url).submit("/auth/magic-link", {"email": email})
    mailbox, deadline = Mailbox(running.folder / "mail"), time.monotonic() + PATIENCE_SECONDS
    while not mailbox.to(email) and time.monotonic() < deadline:
        time.sleep(0.01)
    path = mailbox.link(email)
    first, *others = browsers = [LiveBrowser(running.url) for _ in range(USES)]
    form, barrier = first.fill(path), Barrier(USES)
    for other in others:
        first.copy_cookies_to(other)

    def use(browser):
        barrier.wait()
        return browser.send(form).status_code

    with ThreadPoolExecutor(USES) as threads:
        statuses = list(threads.map(use, browsers))
    assert sorted(statuses) == [303] + [404] * (USES - 1)
    inside = [browser.get("/members").status_code == 200 for browser in browsers]
    assert inside == [status == 303 for status in statuses]
