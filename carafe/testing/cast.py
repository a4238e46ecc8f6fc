"""The cast: users that tests request by name.

Pages call them by it, too, if the app's `User` has a column `name`.
"""

from collections.abc import Callable

import pytest

from carafe.auth.models import UserMixin
from carafe.auth.users import user_model
from carafe.time import now

MakeUser = Callable[..., UserMixin]


def _named(name: str) -> dict[str, str]:
    return {"name": name} if hasattr(user_model(), "name") else {}


@pytest.fixture
def alice(make_user: MakeUser) -> UserMixin:
    return make_user("alice@example.com", **_named("Alice"))


@pytest.fixture
def bob(make_user: MakeUser) -> UserMixin:
    """Create a user who must not see anything of Alice's."""
    return make_user("bob@example.com", **_named("Bob"))


@pytest.fixture
def carol(make_user: MakeUser) -> UserMixin:
    """Create an admin."""
    return make_user("carol@example.com", role="admin", **_named("Carol"))


@pytest.fixture
def dave(make_user: MakeUser) -> UserMixin:
    """Create a suspended user."""
    return make_user("dave@example.com", suspended_at=now(), **_named("Dave"))


@pytest.fixture
def erin(make_user: MakeUser) -> UserMixin:
    """Create a user with an unconfirmed address."""
    return make_user("erin@example.com", confirmed_at=None, **_named("Erin"))


@pytest.fixture
def sam(make_user: MakeUser) -> UserMixin:
    """Create a staff member, if the app has that role."""
    return make_user("sam@example.com", role="staff", **_named("Sam"))
