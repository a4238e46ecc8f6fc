"""An admin who imports things."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from carafe.database import db
from carafe.testing.http import Browser
from carafe.testing.imports import Importer
from carafe.tests.site.models import Thing, User


@pytest.fixture
def importer(app: Flask, carol: User, sign_in: Callable[[User], Browser]) -> Importer:
    return Importer(app, sign_in(carol), "/admin/things/")


@pytest.fixture
def titles(app: Flask) -> Callable[[], list[str]]:
    """Return the titles of all things."""

    def read() -> list[str]:
        with app.app_context():
            return list(db.session.scalars(select(Thing.title).order_by(Thing.id)))

    return read
