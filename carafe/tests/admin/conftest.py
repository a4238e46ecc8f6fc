"""Whom admins change."""

import pytest

from carafe.tests.site.models import User


@pytest.fixture
def page(alice: User) -> str:
    """The page about Alice."""
    return f"/admin/users/{alice.id}"
