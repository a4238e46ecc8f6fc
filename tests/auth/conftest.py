"""What the tests of signing up and in share."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.auth.models import User
from carafe.database import db
from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox
from carafe.testing.second_factor import Clock, set_up

NEW_PASSWORD = "another one, quite as long"


@pytest.fixture
def register() -> Callable[..., TestResponse]:
    """Sends the form of `/auth/register` from a browser."""

    def send(browser: Browser, **fields: Any) -> TestResponse:
        given = {"email": "new@example.com", "password": NEW_PASSWORD}
        return browser.submit("/auth/register", given | fields)

    return send


@pytest.fixture
def users(app: Any) -> Callable[[], list[str]]:
    """The addresses of all accounts."""

    def emails() -> list[str]:
        with app.app_context():
            return list(db.session.scalars(db.select(User.email).order_by(User.email)))

    return emails


@pytest.fixture
def link(browser: Callable[[], Browser], mailbox: Mailbox) -> Callable[[User, str], str]:
    """The path of the link that a user is mailed for "confirm" or "reset"."""

    def ask(user: User, purpose: str) -> str:
        answer = browser().submit(f"/auth/{purpose}", {"email": user.email})
        assert answer.status_code == 303, answer.text
        return mailbox.link(user.email)

    return ask


@pytest.fixture
def owner(alice: User, sign_in: Callable[..., Browser], clock: Clock) -> Any:
    """Alice's browser. She has an app, her `phone`, whose next code is to come; and `codes`."""
    opened: Any = sign_in(alice)
    opened.phone, opened.codes = set_up(opened)
    clock.step += 1
    return opened
