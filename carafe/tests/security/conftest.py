"""What the tests of the edges share."""

from collections.abc import Iterator

import pytest
from flask import Flask

from carafe.testing.apps import PRODUCTION, SecureBrowser, another_app


@pytest.fixture(scope="module")
def production(application: Flask) -> Iterator[Flask]:
    """The app as it runs in production, on the same database."""
    with another_app(application, **PRODUCTION) as made:
        yield made


@pytest.fixture
def secure(app: Flask, production: Flask) -> SecureBrowser:
    return SecureBrowser(production.test_client())
