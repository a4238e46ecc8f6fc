"""What the tests of mail share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app import mail
from app.mail import outbox
from tests.apps import another_app


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
    monkeypatch.setattr(outbox, "RETRY_AFTER_SECONDS", [0, 0, 0])
    with ExitStack() as stack:

        def make(url: str, **settings: Any) -> Flask:
            made = another_app(app, **{"MAIL_URL": url, "LOG_LEVEL": "CRITICAL"} | settings)
            return stack.enter_context(made)

        yield make
