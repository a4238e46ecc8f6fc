"""Invitations: send one to a guest, and find the account that it creates."""

from collections.abc import Callable

import pytest
from flask import Flask

from carafe.auth.models import UserMixin
from carafe.auth.users import user_model
from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox

GUEST = "guest@example.com"
PATH = "/admin/invitations/"


@pytest.fixture
def invite(
    carol: UserMixin, sign_in: Callable[[UserMixin], Browser], mailbox: Mailbox
) -> Callable[..., str]:
    """Send an invitation as Carol; return the path of its link."""

    def send(email: str = GUEST, role: str = "user") -> str:
        answer = sign_in(carol).submit(PATH, {"email": email, "role": role})
        assert answer.status_code == 303, answer.text
        return str(mailbox.link(email))

    return send


@pytest.fixture
def guest(app: Flask) -> Callable[[], UserMixin | None]:
    """Return the account of the invited address, or None."""

    def find() -> UserMixin | None:
        with app.app_context():
            return user_model().by_email(GUEST)

    return find
