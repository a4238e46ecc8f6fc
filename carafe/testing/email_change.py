"""Changing the e-mail address of an account by `/account/email` and the link mailed from there."""

from collections.abc import Callable

import pytest

from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox

NEW_EMAIL = "alice@new.example.com"


@pytest.fixture
def request_email_change(mailbox: Mailbox) -> Callable[..., str]:
    """Asks for another address for whom `browser` is logged in; the path of the mailed link."""

    def request(browser: Browser, email: str = NEW_EMAIL) -> str:
        answer = browser.submit("/account/email", {"email": email})
        assert answer.status_code == 303, answer.text
        return mailbox.link(email)

    return request


@pytest.fixture
def change_email(request_email_change: Callable[..., str]) -> Callable[..., None]:
    """Changes the address for whom `browser` is logged in, the link included."""

    def change(browser: Browser, email: str = NEW_EMAIL) -> None:
        assert browser.submit(request_email_change(browser, email)).status_code == 303

    return change
