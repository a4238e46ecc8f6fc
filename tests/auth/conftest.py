"""Shared by the tests of signing up and logging in."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.auth.models import User
from carafe.testing.http import Browser
from carafe.testing.two_factor import Clock, enroll


@pytest.fixture
def owner(app: Flask, alice: User, sign_in: Callable[..., Browser], clock: Clock) -> Any:
    """Return Alice's browser, her app `totp` with an unused next code, and recovery `codes`."""
    opened: Any = sign_in(alice)
    opened.totp, opened.codes = enroll(app, alice)
    clock.step += 1
    return opened
