"""The full-text search of a table follows it through migrations, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from carafe.database import db

CREATE = """
op.create_table(
    "widget",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(20), nullable=False),
    sa.Column("place", sa.String(20), nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
fulltext.create_index(op, "widget", ["name", "place"])
"""
ON_SQLITE = "SELECT rowid FROM {0}_search WHERE {0}_search MATCH '{1}'"
ON_POSTGRESQL = "SELECT id FROM {0}_search WHERE words @@ to_tsquery('simple', '{1}')"


@pytest.fixture
def widgets(database, migrate, run):
    migrate(CREATE)
    run("INSERT INTO widget (name, place) VALUES ('Alpha', 'Paris'), ('Beta', 'Rome')")
    return run


@pytest.fixture
def search(run) -> Callable[..., list[int]]:
    def find(word: str, table: str = "widget") -> list[int]:
        template = ON_SQLITE if db.engine.dialect.name == "sqlite" else ON_POSTGRESQL
        return [row[0] for row in run(template.format(table, word))]

    return find


def left_over() -> set[str]:
    """Everything in the database that has to do with the search."""
    query = "SELECT name FROM sqlite_master WHERE name LIKE '%search%'"
    if db.engine.dialect.name == "postgresql":
        query = (
            "SELECT relname FROM pg_class WHERE relname LIKE '%%_search%%'"
            " AND relnamespace = current_schema()::regnamespace"
            " UNION SELECT tgname FROM pg_trigger WHERE tgname LIKE '%%_search'"
            " AND tgrelid::regclass::text NOT LIKE '%%.%%'"
            " UNION SELECT proname FROM pg_proc WHERE proname LIKE '%%_search'"
            " AND pronamespace = current_schema()::regnamespace"
        )
    with db.engine.connect() as connection:
        return set(connection.exec_driver_sql(query).scalars())


def test_it_goes_with_a_table_that_is_dropped_and_comes_back_with_it(widgets, migrate, search):
    migrate('op.drop_table("widget")', CREATE)
    assert left_over() == set()
    assert not inspect(db.engine).has_table("widget")
    migrate.undo()
    widgets("INSERT INTO widget (name) VALUES ('Gamma')")
    assert [(id,) for id in search("gamma")] == widgets("SELECT id FROM widget") != []


def test_a_table_that_was_only_called_like_it_stays(widgets, migrate, run):
    migrate('op.create_table("job_search", sa.Column("id", sa.Integer(), primary_key=True))')
    migrate('op.create_table("job", sa.Column("id", sa.Integer(), primary_key=True))')
    migrate('op.drop_table("job")')
    assert inspect(db.engine).has_table("job_search")


def test_it_goes_with_a_table_that_sql_dropped(widgets, migrate):
    cascade = " CASCADE" if db.engine.dialect.name == "postgresql" else ""
    migrate(f'op.execute("DROP TABLE widget{cascade}")')
    assert left_over() == set()


def test_it_follows_a_table_that_is_renamed(widgets, migrate, search):
    migrate('op.rename_table("widget", "item")', 'op.rename_table("item", "widget")')
    widgets("INSERT INTO item (name) VALUES ('Gamma')")
    assert (search("alpha", "item"), search("gamma", "item")) == ([1], [3])
    assert not any(name.startswith("widget") for name in left_over())
    migrate.undo()
    widgets("DELETE FROM widget WHERE id = 3")
    assert (search("paris"), search("gamma")) == ([1], [])


@pytest.mark.parametrize(
    "rename",
    [
        'op.alter_column("widget", "place", new_column_name="town")',
        """
with op.batch_alter_table("widget") as batch_op:
    batch_op.alter_column("place", new_column_name="town")
""",
    ],
    ids=["in place", "in a batch"],
)
def test_it_follows_a_column_that_is_renamed(widgets, migrate, search, rename):
    migrate(rename)
    widgets("INSERT INTO widget (name, town) VALUES ('Gamma', 'Oslo')")
    widgets("UPDATE widget SET town = 'Bern' WHERE id = 1")
    assert [search(word) for word in ("oslo", "bern", "paris", "rome")] == [[3], [1], [], [2]]


@pytest.mark.parametrize(
    "drop",
    [
        'op.drop_column("widget", "place")',
        """
with op.batch_alter_table("widget") as batch_op:
    batch_op.drop_column("place")
""",
    ],
    ids=["in place", "in a batch"],
)
def test_it_keeps_its_columns_until_it_is_removed(widgets, migrate, search, drop, caplog):
    with pytest.raises((SystemExit, SQLAlchemyError)):
        migrate(drop)
    assert 'fulltext.drop_index(op, "widget")' in caplog.text
    assert search("paris") == [1]
    migrate.discard()
    migrate(f'fulltext.drop_index(op, "widget"){drop if drop[0] == chr(10) else chr(10) + drop}')
    assert left_over() == set()
    migrate('fulltext.create_index(op, "widget", ["name"])', 'fulltext.drop_index(op, "widget")')
    assert search("beta") == [2]


def test_a_name_with_a_suffix_in_common_is_not_taken_for_it(widgets, migrate: Any, search):
    migrate("""
op.create_table("widge", sa.Column("id", sa.Integer(), primary_key=True))
op.drop_table("widge")
""")
    assert search("alpha") == [1]
