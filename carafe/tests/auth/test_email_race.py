"""One link used many times at the same moment, with several processes."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from carafe.testing.live_browser import LiveBrowser
from carafe.testing.mailbox import Mailbox
from carafe.testing.server import PATIENCE_SECONDS

USES = 20
PASSWORD = "carafe under the apple tree"


def link(running, email):
    mailbox, deadline = Mailbox(running.folder / "mail"), time.monotonic() + PATIENCE_SECONDS
    while not mailbox.to(email) and time.monotonic() < deadline:
        time.sleep(0.01)
    return mailbox.link(email)


def at_once(browsers, path):
    """Open the path in many browsers, and send the forms at one moment; the statuses."""
    forms = [browser.fill(path) for browser in browsers]
    barrier = Barrier(USES)

    def use(number):
        barrier.wait()
        return browsers[number].send(forms[number]).status_code

    with ThreadPoolExecutor(USES) as threads:
        return list(threads.map(use, range(USES)))


def test_exactly_one_of_twenty_changes_the_address_and_one_restores_it(running, email):
    running.flask("user", "create", email, "--password", PASSWORD)
    alice, new = LiveBrowser(running.url), f"new-{email}"
    alice.submit("/auth/login", {"email": email, "password": PASSWORD})
    assert alice.submit("/account/email", {"email": new}).status_code == 303
    statuses = at_once([alice] * USES, link(running, new))
    assert sorted(statuses) == [303] + [404] * (USES - 1)

    visitors = [LiveBrowser(running.url) for _ in range(USES)]
    statuses = at_once(visitors, link(running, email))
    assert sorted(statuses) == [303] + [404] * (USES - 1)
    assert email in running.flask("user", "list")
