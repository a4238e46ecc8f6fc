"""One link to log in with, used several times at the same moment."""

from functools import partial

from carafe.testing.live_browser import LiveBrowser
from carafe.testing.mailbox import Mailbox
from carafe.testing.races import at_once
from carafe.tests.site import slow_statements

USES = 4


def test_exactly_one_wins(running, email):
    running.add_user(email)
    first, *others = browsers = [LiveBrowser(running.url) for _ in range(USES)]
    first.submit("/auth/magic-link", {"email": email})
    form = first.fill(Mailbox(running.folder / "mail").wait_for_link(email))
    for other in others:
        first.copy_cookies_to(other)
    headers = {slow_statements.HEADER: "DELETE FROM token"}
    answers = at_once([partial(browser.send, form, headers=headers) for browser in browsers])
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [303] + [404] * (USES - 1)
    inside = [browser.get("/members").status_code == 200 for browser in browsers]
    assert inside == [status == 303 for status in statuses]
