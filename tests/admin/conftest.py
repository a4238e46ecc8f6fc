"""The users that admins change."""

import pytest

from app.auth.models import User


@pytest.fixture
def page(alice: User) -> str:
    """Return the page about Alice."""
    return f"/admin/users/{alice.id}"
