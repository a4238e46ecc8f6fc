"""One link used several times at the same moment, with several processes."""

from functools import partial

from sqlalchemy import select

from carafe.testing.accounts import PASSWORD
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.mailbox import Mailbox
from carafe.testing.races import at_once
from carafe.tests.site import slow_statements
from carafe.tests.site.models import User

USES = 4


def test_exactly_one_changes_the_address_and_one_restores_it(running, email):
    running.add_user(email)
    alice, new = LiveBrowser(running.url), f"new-{email}"
    alice.submit("/auth/login", {"email": email, "password": PASSWORD})
    assert alice.submit("/account/email", {"email": new}).status_code == 303
    headers = {slow_statements.HEADER: "DELETE FROM token"}
    for browser, address in ((alice, new), (LiveBrowser(running.url), email)):
        form = browser.fill(Mailbox(running.folder / "mail").wait_for_link(address))
        answers = at_once([partial(browser.send, form, headers=headers)] * USES)
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [303] + [404] * (USES - 1), address
    with running.database() as session:
        assert session.scalar(select(User.email).where(User.email.in_([email, new]))) == email
