"""What the tests of mail share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app import mail
from app.jobs import execution
from tests.apps import another_app
from tests.http import Browser


@pytest.fixture
def post() -> Callable[..., None]:
    """Sends a mail that some feature has, greeting by `name`."""

    def send(to: str = "ann@example.com", name: str = "Ann") -> None:
        user = SimpleNamespace(display_name=name)
        mail.send(to, "auth/emails/registered", user=user, reset_url="http://localhost/x")

    return send


@pytest.fixture
def mailing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Flask]]:
    """An app that mails to a URL, and does not wait before it tries again."""
    monkeypatch.setattr(execution, "_wait", lambda *_: timedelta())
    with ExitStack() as stack:

        def make(url: str, **settings: Any) -> Flask:
            made = another_app(app, **{"MAIL_URL": url, "LOG_LEVEL": "CRITICAL"} | settings)
            return stack.enter_context(made)

        yield make


@pytest.fixture(scope="module")
def development(application: Flask) -> Iterator[Flask]:
    """The app as a developer runs it, shared by the tests of a module."""
    with another_app(application, APP_ENV="development", LOG_LEVEL="ERROR") as made:
        yield made


@pytest.fixture
def developer(app: Flask, development: Flask) -> Browser:
    return Browser(development.test_client())
