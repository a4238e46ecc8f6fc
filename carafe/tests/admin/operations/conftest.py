"""What the recorder has kept, made up or by requests."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select

from carafe.auth.identity import is_logged_in
from carafe.database import db
from carafe.observability import store
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.tests.site.models import User
from carafe.web.routing import public

FINGERPRINT = "0123456789abcdef0123456789abcdef"
DEFAULTS: dict[str, Any] = {
    "fingerprint": FINGERPRINT, "endpoint": "account.index",
    "call_site": "site/account.py:14 index",
    "request_id": "a1b2c3d4e5f6", "method": "GET", "path": "/", "status": 200, "sql": "SELECT 1",
    "resolution": 60, "type": "ValueError", "place": "site/account.py:14 index",
    "traceback": "Traceback …",
}  # fmt: skip

shop = MetaData()
widget = Table(
    "widget",
    shop,
    Column("id", Integer, primary_key=True),
    Column("maker_id", Integer),
    Column("kind", String(20)),
    Column("weight", Integer),
)


@pytest.fixture
def keep(app: Flask) -> Callable[..., None]:
    """Keeps a row, of which a test says what it is about: `keep("statement", sql="SELECT 1")`."""
    with app.app_context():
        engine = store.get_store().engine
    with engine.begin() as connection:
        for table in store.metadata.sorted_tables:
            if table.name != "version":
                connection.execute(table.delete())

    def add(name: str, **values: Any) -> None:
        table, now = store.metadata.tables[name], int(time.time())
        times = {"starts_at": now // 60 * 60, "first_at": now, "last_at": now, "at": now}
        row = dict.fromkeys((c.name for c in table.c if not c.nullable and c.name != "id"), 0)
        row |= {key: value for key, value in (DEFAULTS | times).items() if key in row}
        with engine.begin() as connection:
            connection.execute(insert(table).values({**row, **values}))

    return add


@pytest.fixture
def carols(carol: User, sign_in: Callable[..., Browser]) -> Browser:
    """The browser of Carol, who looks."""
    return sign_in(carol)


@pytest.fixture
def stocked(app: Flask) -> Iterator[Callable[[int], None]]:
    """Stocks a table that has no index with this many rows."""

    def stock(rows: int) -> None:
        with app.app_context(), db.engine.begin() as connection:
            shop.create_all(connection)
            connection.execute(
                insert(widget),
                [
                    {"id": n, "maker_id": n % 300, "kind": f"k{n % 50}", "weight": n % 97}
                    for n in range(1, rows + 1)
                ],
            )

    yield stock
    with app.app_context(), db.engine.begin() as connection:
        shop.drop_all(connection)


@pytest.fixture
def recording(
    app: Flask, keep: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """An app that records everything, with pages written carelessly."""
    monkeypatch.setitem(app.config, "SLOW_QUERY_MS", 0)
    settings = {"RECORDER_SAMPLE_RATE": 1.0, "SLOW_QUERY_MS": 0, "PROPAGATE_EXCEPTIONS": False}
    with another_app(app, **settings) as made:

        @made.get("/shop")
        @public
        def shop_page() -> str:
            query = select(widget.c.id).where(widget.c.kind == "k3").order_by(widget.c.weight)
            for id in db.session.scalars(query.limit(6)).all():
                db.session.scalar(select(func.max(widget.c.id)).where(widget.c.maker_id == id))
            return "shop"

        # Only places in the app's own code are kept.
        place = str(Path(made.root_path) / "shop" / "views.py")
        shop_page.__code__ = shop_page.__code__.replace(co_filename=place)

        @made.get("/broken")
        @public
        def broken() -> str:
            is_logged_in()  # as most pages ask
            raise ValueError("as a bug would")

        # No thread that writes now and then: tests say when.
        made.extensions["recorder"].process = os.getpid()
        yield made
        with made.app_context():
            store.get_store().engine.dispose()
