"""What the tests of notifications share."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth.models import User
from carafe.database import db
from carafe.notifications import Notification, notify
from carafe.testing.http import Browser


@pytest.fixture
def tell(app: Flask) -> Callable[..., None]:
    """Tells a user something, as a feature would: `tell(alice, "Ready", url="/notes/")`."""

    def carry_out(user: User, title: str, body: str = "", **options: Any) -> None:
        with app.app_context():
            notify(user.id, title, body, **options)
            db.session.commit()

    return carry_out


@pytest.fixture
def told(app: Flask) -> Callable[[User], list[str]]:
    """The titles of what a user has been told, oldest first."""

    def read(user: User) -> list[str]:
        own = select(Notification.title).where(Notification.user_id == user.id)
        with app.app_context():
            return list(db.session.scalars(own.order_by(Notification.id)))

    return read


@pytest.fixture
def ids(app: Flask) -> Callable[[], list[int]]:
    """The ids of all notifications, oldest first."""

    def read() -> list[int]:
        with app.app_context():
            return list(db.session.scalars(select(Notification.id).order_by(Notification.id)))

    return read


@pytest.fixture
def bell() -> Callable[[Browser], str]:
    """What the bell says to a screen reader, on an ordinary page."""

    def read(browser: Browser, path: str = "/members") -> str:
        page = browser.get(path).text
        after = page.partition('class="nav-entry bell"')[2]
        return after.partition('<span class="visually-hidden">')[2].partition("</span>")[0]

    return read
