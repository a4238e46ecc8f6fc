"""A user's notifications, stored and as the bell counts them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from carafe.auth.models import UserMixin
from carafe.database import db
from carafe.notifications import Notification, notify
from carafe.testing.http import Browser


@pytest.fixture
def notify_user(app: Flask) -> Callable[..., None]:
    """Notify a user as a feature would: `notify_user(alice, "Ready", url="/notes/")`."""

    def write(user: UserMixin, title: str, body: str = "", **options: Any) -> None:
        with app.app_context():
            notify(user.id, title, body, **options)
            db.session.commit()

    return write


@pytest.fixture
def notification_titles(app: Flask) -> Callable[[UserMixin], list[str]]:
    """Return the titles of a user's notifications, oldest first."""

    def read(user: UserMixin) -> list[str]:
        query = select(Notification.title).where(Notification.user_id == user.id)
        with app.app_context():
            return list(db.session.scalars(query.order_by(Notification.id)))

    return read


@pytest.fixture
def notification_ids(app: Flask) -> Callable[[], list[int]]:
    """Return the IDs of all notifications, oldest first."""

    def read() -> list[int]:
        with app.app_context():
            return list(db.session.scalars(select(Notification.id).order_by(Notification.id)))

    return read


@pytest.fixture
def bell() -> Callable[[Browser], str]:
    """Return the text of the bell for screen readers, on an ordinary page."""

    def read(browser: Browser, path: str = "/members") -> str:
        page = browser.get(path).text
        after = page.partition('class="nav-entry bell"')[2]
        return after.partition('<span class="visually-hidden">')[2].partition("</span>")[0]

    return read
