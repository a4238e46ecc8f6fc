"""What the tests of signing up and in share."""

from collections.abc import Callable
from typing import Any

import pytest

from app.auth.models import User
from carafe.testing.http import Browser
from carafe.testing.two_factor import Clock, set_up


@pytest.fixture
def owner(alice: User, sign_in: Callable[..., Browser], clock: Clock) -> Any:
    """Alice's browser. She has an app, `totp`, whose next code is to come; and `codes`."""
    opened: Any = sign_in(alice)
    opened.totp, opened.codes = set_up(opened)
    clock.step += 1
    return opened
