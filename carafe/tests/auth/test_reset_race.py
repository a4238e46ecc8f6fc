"""One link to reset a password, used several times at the same moment."""

from functools import partial

from carafe.testing.accounts import PASSWORD
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.mailbox import Mailbox
from carafe.testing.races import at_once
from carafe.tests.site import slow_statements

USES = 4


def test_exactly_one_wins(running, email):
    running.add_user(email)
    browser = LiveBrowser(running.url)
    browser.submit("/auth/reset", {"email": email})
    form = browser.fill(Mailbox(running.folder / "mail").wait_for_link(email))
    passwords = [f"new password {number}" for number in range(USES)]
    headers = {slow_statements.HEADER: "DELETE FROM token"}
    answers = at_once(
        [partial(browser.send, form, {"password": p}, headers=headers) for p in passwords]
    )
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [303] + [404] * (USES - 1)

    def enters(password):
        fields = {"email": email, "password": password}
        return LiveBrowser(running.url).submit("/auth/login", fields).status_code == 303

    assert enters(passwords[statuses.index(303)])
    assert not enters(PASSWORD)
    assert not enters(passwords[statuses.index(404)])
