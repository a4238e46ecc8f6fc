"""The app that is tested, and the cast: who uses it."""

from collections.abc import Callable

import pytest

from app.auth.models import User
from carafe.time import now
from tests.site import create_app

pytest_plugins = ["carafe.testing"]

# Nobody calls it: tests/auth/oauth has one that answers.
ACME = {"client_id": "x", "client_secret": "y", "issuer": "https://acme.example"}


def pytest_configure() -> None:
    from carafe.testing.groups import is_missing
    from carafe.testing.suite import configure

    configure(
        create_app,
        wsgi="tests.wsgi",
        # What is off by default has routes, too, for those tests that walk all of them.
        settings={
            "MAGIC_LINK": True,
            "OAUTH_PROVIDERS": {} if is_missing("oauth") else {"acme": ACME},
        },
        groups={
            "tests/auth/oauth": "oauth",
            "tests/browser": "browser",
            "tests/observability/test_tracing.py": "otel",
        },
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--copies", action="store_true", help="only tests of changed copies")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests of changed copies of the project to `bin/ci`: they take a minute."""
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        is_copy = item.get_closest_marker("copies") is not None
        (chosen if is_copy == config.getoption("--copies") else others).append(item)
    items[:] = chosen
    config.hook.pytest_deselected(items=others)


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
