"""Changing an account's email address with `/account/email` and the emailed link."""

from collections.abc import Callable

import pytest

from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox

NEW_EMAIL = "alice@new.example.com"


@pytest.fixture
def request_email_change(mailbox: Mailbox) -> Callable[..., str]:
    """Request another address for the user of `browser`; return the path of the emailed link."""

    def request(browser: Browser, email: str = NEW_EMAIL) -> str:
        answer = browser.submit("/account/email", {"email": email})
        assert answer.status_code == 303, answer.text
        return mailbox.link(email)

    return request


@pytest.fixture
def change_email(request_email_change: Callable[..., str]) -> Callable[..., None]:
    """Change the address of the user of `browser`, including the link."""

    def change(browser: Browser, email: str = NEW_EMAIL) -> None:
        assert browser.submit(request_email_change(browser, email)).status_code == 303

    return change
