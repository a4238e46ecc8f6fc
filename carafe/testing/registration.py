"""Signing up, and the links emailed to an address."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from carafe.auth.models import UserMixin
from carafe.auth.users import user_model
from carafe.database import db
from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox

NEW_PASSWORD = "another one, quite as long"


@pytest.fixture
def register() -> Callable[..., TestResponse]:
    """Submit the form of `/auth/register` in a browser."""

    def submit(browser: Browser, **fields: object) -> TestResponse:
        defaults = {"email": "new@example.com", "password": NEW_PASSWORD}
        return browser.submit("/auth/register", defaults | fields)

    return submit


@pytest.fixture
def all_emails(app: Flask) -> Callable[[], list[str]]:
    """Return the addresses of all accounts."""

    def read() -> list[str]:
        with app.app_context():
            return list(db.session.scalars(select(user_model().email).order_by("email")))

    return read


@pytest.fixture
def request_link(
    browser: Callable[[], Browser], mailbox: Mailbox
) -> Callable[[UserMixin, str], str]:
    """Email a user a link for "confirm", "reset", or "magic-link", and return its path."""

    def request(user: UserMixin, purpose: str) -> str:
        answer = browser().submit(f"/auth/{purpose}", {"email": user.email})
        assert answer.status_code == 303, answer.text
        return mailbox.link(user.email)

    return request
