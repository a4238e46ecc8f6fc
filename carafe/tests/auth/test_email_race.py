"""One link used many times at the same moment, with several processes."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from carafe.testing.accounts import PASSWORD
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.mailbox import Mailbox
from carafe.testing.server import PATIENCE_SECONDS
from carafe.tests.site.models import User

USES = 8


def link(running, email):
    mailbox, deadline = Mailbox(running.folder / "mail"), time.monotonic() + PATIENCE_SECONDS
    while not mailbox.to(email) and time.monotonic() < deadline:
        time.sleep(0.01)
    return mailbox.link(email)


def at_once(browser, path):
    """Open the path, and send its form many times at one moment; the statuses."""
    form, barrier = browser.fill(path), Barrier(USES)

    def use(number):
        barrier.wait()
        return browser.send(form).status_code

    with ThreadPoolExecutor(USES) as threads:
        return sorted(threads.map(use, range(USES)))


def test_exactly_one_changes_the_address_and_one_restores_it(running, email):
    running.add_user(email)
    alice, new = LiveBrowser(running.url), f"new-{email}"
    alice.submit("/auth/login", {"email": email, "password": PASSWORD})
    assert alice.submit("/account/email", {"email": new}).status_code == 303
    one_of_many = [303] + [404] * (USES - 1)
    assert at_once(alice, link(running, new)) == one_of_many
    assert at_once(LiveBrowser(running.url), link(running, email)) == one_of_many
    with running.database() as session:
        assert session.scalar(select(User.email).where(User.email.in_([email, new]))) == email
