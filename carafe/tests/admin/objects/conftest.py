"""An app in which some models have pages for admins by a few lines alone."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from carafe import admin
from carafe.admin.actions.models import BulkAction
from carafe.auth.models import LinkedAccount
from carafe.database import db
from carafe.notifications.models.notification import Notification
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.tests.site.models import User


def declare(app: Flask) -> None:
    admin.add(
        app,
        LinkedAccount,
        name="links",
        columns=["provider", "user.email"],
        title="label",
        form=["user_id", "provider", "subject", "label"],
        private=["label"],
        filters=["user_id"],
    )
    admin.add(
        app,
        User,
        name="people",
        columns=["email"],
        title="email",
        form=["name", "time_zone", "deletes_at"],
        operations=["read", "edit"],
        denial_reason=lambda user, by: "Hands off." if user.name == "Untouchable" else None,
        inlines=[
            admin.Inline(LinkedAccount, ["provider"], form=["provider", "subject", "label"]),
            admin.Inline(Notification, ["title", "created_at"]),
        ],
    )
    admin.add(
        app,
        BulkAction,
        name="done",
        columns=["action"],
        title="action",
        operations=["read", "delete"],
    )


@pytest.fixture(scope="module")
def made(application: Flask) -> Iterator[Flask]:
    with another_app(application) as app:
        declare(app)
        yield app


@pytest.fixture
def admins(made: Flask, carol: User, make_user: Callable[..., User]) -> SimpleNamespace:
    """Two admins, Carol and Oscar, each in a separate browser."""
    people = {"carol": carol, "oscar": make_user("oscar@example.com", name="Oscar", role="admin")}
    for name, user in people.items():
        browser = people[name] = Browser(made.test_client())  # type: ignore[assignment]
        browser.submit("/auth/login", {"email": user.email, "password": PASSWORD})
    return SimpleNamespace(**people)


@pytest.fixture
def stored(app: Flask) -> Callable[..., list[Any]]:
    """The values of columns, of all rows."""

    def read(*columns: Any) -> list[Any]:
        with app.app_context():
            rows = db.session.execute(select(*columns).order_by(columns[0].class_.id)).all()
            return [row[0] if len(columns) == 1 else tuple(row) for row in rows]

    return read


@pytest.fixture
def link(app: Flask) -> Callable[..., int]:
    """Links an account at a provider; its number."""

    def make(user: User, provider: str, label: str = "x") -> int:
        with app.app_context():
            row = LinkedAccount(user_id=user.id, provider=provider, subject=provider, label=label)
            db.session.add(row)
            db.session.commit()
            return row.id

    return make
