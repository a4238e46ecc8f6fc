"""What the tests of one's own account share."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth.models import User
from carafe.audit import AuditEvent
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox

NEW_EMAIL = "alice@new.example.com"


@pytest.fixture
def trail(app: Flask) -> Callable[..., list[Any]]:
    """Subject, actor, address and details of each event of that name, oldest first."""

    def read(*actions: str) -> list[Any]:
        columns = AuditEvent.subject, AuditEvent.actor, AuditEvent.address, AuditEvent.details
        found = select(*columns).where(AuditEvent.action.in_(actions)).order_by(AuditEvent.id)
        with app.app_context():
            return [tuple(row) for row in db.session.execute(found)]

    return read


@pytest.fixture
def stored(app: Flask) -> Callable[[User], User | None]:
    """The user as stored now."""

    def read(user: User) -> User | None:
        with app.app_context():
            return db.session.get(User, user.id)

    return read


@pytest.fixture
def enters(browser: Callable[[], Browser]) -> Callable[..., bool]:
    """Whether an address and a password open the account."""

    def attempt(email: str, password: str = PASSWORD) -> bool:
        fields = {"email": email, "password": password}
        return browser().submit("/auth/login", fields).status_code == 303

    return attempt


@pytest.fixture
def ask(mailbox: Mailbox) -> Callable[..., str]:
    """Asks for another address, signed in as `browser` is; the path of the link mailed there."""

    def request(browser: Browser, email: str = NEW_EMAIL) -> str:
        answer = browser.submit("/account/email", {"email": email})
        assert answer.status_code == 303, answer.text
        return mailbox.link(email)

    return request


@pytest.fixture
def change(ask: Callable[..., str]) -> Callable[..., None]:
    """Changes the address, the link included."""

    def carry_out(owner: Browser, email: str = NEW_EMAIL) -> None:
        assert owner.submit(ask(owner, email)).status_code == 303

    return carry_out
