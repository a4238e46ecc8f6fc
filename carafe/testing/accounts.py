"""Users, and browsers in which they are logged in."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from argon2 import PasswordHasher
from flask import Flask

from carafe.auth import passwords
from carafe.auth.models import UserMixin
from carafe.auth.users import user_model
from carafe.database import db
from carafe.mail import outbox
from carafe.testing.http import Browser
from carafe.testing.sessions import open_session
from carafe.testing.two_factor import Clock
from carafe.time import now

PASSWORD = "carafe under the apple tree"
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
REAL_HASHER = passwords._hasher


@pytest.fixture(scope="session", autouse=True)
def _fast_password_hashes() -> Iterator[None]:
    """Make password hashes fast.

    24 ms are too long for hundreds of logins. `real_hashes` undoes it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", CHEAP_HASHER)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_mail_delay() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "ENQUEUE_DELAY", timedelta())
        yield


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", REAL_HASHER)


@pytest.fixture(scope="session")
def password_hash(_fast_password_hashes: None) -> str:
    return passwords.hash(PASSWORD)


@pytest.fixture
def make_user(app: Flask, password_hash: str) -> Callable[..., UserMixin]:
    """Create a user with a confirmed address and the password `PASSWORD`."""

    def make(email: str, **fields: object) -> UserMixin:
        with app.app_context():
            fields = {"confirmed_at": now()} | fields
            user = user_model().register(email, password_hash, **fields)
            db.session.commit()
            return user

    return make


@pytest.fixture
def log_in(browser: Callable[[], Browser]) -> Callable[..., Browser]:
    """Log a user in through the form, in a separate browser."""

    def submit(user: UserMixin, **fields: object) -> Browser:
        opened = browser()
        response = opened.submit(
            "/auth/login", {"email": user.email, "password": PASSWORD} | fields
        )
        assert response.status_code == 303, response.text
        return opened

    return submit


@pytest.fixture
def can_log_in(browser: Callable[[], Browser]) -> Callable[..., bool]:
    """Return whether an address and a password open an account."""

    def attempt(email: str, password: str = PASSWORD) -> bool:
        fields = {"email": email, "password": password}
        return browser().submit("/auth/login", fields).status_code == 303

    return attempt


@pytest.fixture
def sign_in(app: Flask) -> Callable[[UserMixin], Browser]:
    """Open a session for a user in a separate browser, without the form.

    For tests about something else: it costs a quarter of what `log_in` does, and asks for no second
    factor.
    """
    return partial(open_session, app)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Freeze the time for which codes of authenticator apps are generated and checked."""
    made = Clock()
    monkeypatch.setattr("carafe.auth.totp.current_step", made)
    return made


@pytest.fixture
def challenge(browser: Callable[[], Browser]) -> Callable[..., Browser]:
    """Return a browser that is asked for the second factor after a user's password."""

    def enter(user: UserMixin, path: str = "/auth/login", **fields: object) -> Browser:
        opened = browser()
        answer = opened.submit(path, {"email": user.email, "password": PASSWORD} | fields)
        assert answer.location.startswith("/auth/second-factor"), answer.text
        return opened

    return enter
