"""PostgreSQL's enum types come and go with the columns that have them."""

from typing import Any

import pytest
from sqlalchemy import text

from carafe.database import db

TABLE = 'op.create_table("widget", sa.Column("id", sa.Integer(), primary_key=True){})'
COLOR = 'sa.Column("{}", sa.Enum("red", "green", name="color"))'


def types() -> set[Any]:
    if db.engine.dialect.name == "sqlite":
        return set()
    query = "SELECT typname FROM pg_type WHERE typtype = 'e' AND pg_type_is_visible(oid)"
    with db.engine.connect() as connection:
        return set(connection.scalars(text(query)))


@pytest.fixture
def color(database):
    """What there is while a column is colored."""
    return {"color"} if db.engine.dialect.name == "postgresql" else set()


def test_one_is_dropped_with_its_table(database, migrate, run, color):
    migrate(TABLE.format(", " + COLOR.format("color")), 'op.drop_table("widget")')
    run("INSERT INTO widget (color) VALUES ('red')")
    assert types() == color
    migrate('op.drop_table("widget")', TABLE.format(", " + COLOR.format("color")))
    assert types() == set()
    migrate.undo()
    run("INSERT INTO widget (color) VALUES ('green')")


def test_one_is_created_with_a_column_and_dropped_with_the_last(database, migrate, run, color):
    migrate(TABLE.format(""))
    drop = 'op.drop_column("widget", "{}")'
    migrate(f'op.add_column("widget", {COLOR.format("color")})', drop.format("color"))
    migrate(f'op.add_column("widget", {COLOR.format("second")})', drop.format("second"))
    run("INSERT INTO widget (color, second) VALUES ('red', 'green')")
    migrate.undo()
    assert types() == color
    migrate.undo()
    assert types() == set()
