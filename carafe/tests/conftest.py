"""The sample app that is tested, and the cast: who uses it."""

from collections.abc import Callable

import pytest

from carafe.tests.site import create_app
from carafe.tests.site.models import User
from carafe.time import now

pytest_plugins = ["carafe.testing"]


def pytest_configure() -> None:
    from carafe.testing.suite import configure

    configure(
        create_app,
        wsgi="carafe.tests.site.wsgi",
        settings={"MAGIC_LINK": True},
        groups={
            "carafe/tests/auth/oauth/*": "oauth",
            "carafe/tests/observability/test_tracing.py": "otel",
        },
    )


@pytest.fixture
def alice(make_user: Callable[..., User]) -> User:
    return make_user("alice@example.com", name="Alice")


@pytest.fixture
def bob(make_user: Callable[..., User]) -> User:
    """Somebody else, who must see nothing of Alice's."""
    return make_user("bob@example.com", name="Bob")


@pytest.fixture
def carol(make_user: Callable[..., User]) -> User:
    return make_user("carol@example.com", name="Carol", role="admin")


@pytest.fixture
def dave(make_user: Callable[..., User]) -> User:
    return make_user("dave@example.com", name="Dave", suspended_at=now())


@pytest.fixture
def erin(make_user: Callable[..., User]) -> User:
    """Registered, and has not confirmed her address."""
    return make_user("erin@example.com", name="Erin", confirmed_at=None)


@pytest.fixture
def sam(make_user: Callable[..., User]) -> User:
    return make_user("sam@example.com", name="Sam", role="staff")
