"""A trail from before there was a chain is sealed when the database is upgraded."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app.audit import record
from app.audit.verification import Verification
from app.core.database import db
from tests.apps import another_app
from tests.database import empty_database


@pytest.fixture
def empty(app, tmp_path):
    with (
        empty_database(tmp_path) as url,
        another_app(app, DATABASE_URL=url) as made,
        made.app_context(),
    ):
        yield made


def insert(id: int) -> None:
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_event (id, at, action, actor, details) VALUES"
                " (:id, '2026-01-02 03:04:05.678901', 'x.done', 'é@example.com', '{\"b\": 1.5}')"
            ),
            {"id": id},
        )


def test_it_is_sealed_and_goes_on(empty):
    upgrade(revision="0006")
    for id in (3, 4, 9):
        insert(id)
    upgrade()
    record("y.done")
    db.session.commit()
    found = Verification()
    assert list(found.problems()) == []
    assert (found.count, found.last.id) == (4, 10)


def test_ids_go_on_after_a_downgrade(empty):
    upgrade()
    record("y.done")
    db.session.commit()
    downgrade(revision="0006")
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_event (at, action, details)"
                " VALUES ('2026-01-02 03:04:05', 'x.done', '{}')"
            )
        )
    upgrade()
    assert list(Verification().problems()) == []
