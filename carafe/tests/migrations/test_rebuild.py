"""On SQLite, a table that a migration rebuilds keeps all that it had."""

from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

# All that reflection does not see, and what it does.
CREATE = '''
op.execute("""
    CREATE TABLE owner (id INTEGER PRIMARY KEY, widget_count INTEGER NOT NULL DEFAULT 0) STRICT
""")
op.execute("""
    CREATE TABLE widget (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        owner_id INTEGER CONSTRAINT fk_widget_owner_id REFERENCES owner (id) ON DELETE CASCADE,
        name VARCHAR(20) COLLATE NOCASE NOT NULL,
        price VARCHAR(20) NOT NULL DEFAULT '',
        CONSTRAINT uq_widget_name UNIQUE (name),
        CONSTRAINT ck_widget_price CHECK (price <> 'autoincrement')
    )
""")
op.execute("CREATE INDEX ix_widget_lower_name ON widget (lower(name))")
op.execute("CREATE INDEX ix_widget_price ON widget (price DESC, name COLLATE RTRIM)")
op.execute("CREATE UNIQUE INDEX ix_widget_dear ON widget (price) WHERE price > '5'")
op.execute("CREATE VIEW names AS SELECT name FROM widget")
op.execute("""
    CREATE TRIGGER widget_count AFTER INSERT ON widget
    BEGIN UPDATE owner SET widget_count = widget_count + 1 WHERE id = new.owner_id; END
""")
op.execute("""
    CREATE TRIGGER owner_gone AFTER DELETE ON owner
    BEGIN DELETE FROM widget WHERE owner_id = old.id; END
""")
fulltext.create_index(op, "widget", ["name"])
'''
WIDEN = """
with op.batch_alter_table("widget") as batch_op:
    batch_op.alter_column("price", type_=sa.String(30))
"""
NARROW = WIDEN.replace("30", "20")


@pytest.fixture
def table(sqlite, migrate, run):
    migrate(CREATE)
    run("INSERT INTO owner (id) VALUES (1)")
    for name in ("Alpha", "Beta", "Gamma"):
        run("INSERT INTO widget (owner_id, name) VALUES (1, :name)", name=name)
    run("DELETE FROM widget WHERE name <> 'Alpha'")
    return run


@pytest.fixture
def definitions(table):
    """What there is beside the table itself, as SQLite has it."""

    def read() -> dict[object, object]:
        return dict(
            table(
                "SELECT name, sql FROM sqlite_master"
                " WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL"
            )
        )

    return read


def search(table: Any, word: str) -> Any:
    return table("SELECT rowid FROM widget_search WHERE widget_search MATCH :word", word=word)


def test_it_gives_no_id_twice(table, migrate):
    migrate(WIDEN, NARROW)
    table("INSERT INTO widget (name) VALUES ('Delta')")
    assert table("SELECT id FROM widget WHERE name = 'Delta'") == [(4,)]
    table("DELETE FROM widget")
    migrate.undo()
    table("INSERT INTO widget (name) VALUES ('Epsilon')")
    assert table("SELECT id FROM widget") == [(5,)]


def test_it_gives_no_id_twice_when_no_row_is_left(table, migrate):
    table("DELETE FROM widget")
    migrate(WIDEN)
    table("INSERT INTO widget (name) VALUES ('Delta')")
    assert table("SELECT id FROM widget") == [(4,)]


def test_sql_that_rebuilds_a_table_gives_no_id_twice(table, migrate):
    migrate("""
op.execute("CREATE TABLE other (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(20))")
op.execute("INSERT INTO other SELECT id, name FROM widget")
op.execute("DROP VIEW names")
op.execute("DROP TABLE widget")
op.execute("DROP TRIGGER owner_gone")
op.execute("ALTER TABLE other RENAME TO widget")
""")
    table("INSERT INTO widget (name) VALUES ('Delta')")
    assert table("SELECT id FROM widget") == [(1,), (4,)]
    assert search(table, "delta") == [(4,)]


def test_a_table_that_was_dropped_and_created_again_gives_no_id_twice(table, migrate):
    create = """
op.create_table(
    "widget", sa.Column("id", sa.Integer(), primary_key=True), sqlite_autoincrement=True
)
"""
    migrate('op.execute("DROP VIEW names")\nop.drop_table("widget")', create)
    migrate.undo()
    table("INSERT INTO widget DEFAULT VALUES")
    assert table("SELECT id FROM widget") == [(4,)]


def test_it_has_its_indexes_triggers_and_views(table, definitions, migrate):
    before = definitions()
    assert len(before) == 9
    migrate(WIDEN)
    assert definitions() == before
    table("INSERT INTO widget (owner_id, name) VALUES (1, 'Delta')")
    assert table("SELECT widget_count FROM owner") == [(4,)]
    table("DELETE FROM owner")
    assert table("SELECT * FROM names") == []


def test_it_has_its_collations_and_constraints(table, migrate):
    migrate(WIDEN)
    assert table("SELECT id FROM widget WHERE name = 'ALPHA'") == [(1,)]
    for statement in (
        "INSERT INTO widget (name) VALUES ('alpha')",
        "INSERT INTO widget (name, price) VALUES ('Delta', 'autoincrement')",
        "INSERT INTO widget (name, owner_id) VALUES ('Delta', 7)",
    ):
        with pytest.raises(SQLAlchemyError, match="constraint failed"):
            table(statement)


def test_it_is_as_strict_as_before(table, migrate):
    migrate("""
with op.batch_alter_table("owner") as batch_op:
    batch_op.alter_column("widget_count", server_default="1")
""")
    with pytest.raises(SQLAlchemyError, match="cannot store TEXT"):
        table("UPDATE owner SET widget_count = 'many'")


def test_it_is_searched(table, migrate):
    migrate(WIDEN + "op.execute(\"UPDATE widget SET name = 'Walrus'\")")
    assert (search(table, "walrus"), search(table, "alpha")) == ([(1,)], [])


def test_what_is_dropped_on_purpose_does_not_come_back(table, definitions, migrate):
    before = definitions()
    migrate("""
with op.batch_alter_table("widget", table_kwargs={"sqlite_autoincrement": False}) as batch_op:
    batch_op.alter_column("price", type_=sa.String(30))
    batch_op.drop_index("ix_widget_dear")
""")
    assert definitions().keys() == before.keys() - {"ix_widget_dear"}
    table("INSERT INTO widget (name) VALUES ('Delta')")
    assert table("SELECT id FROM widget WHERE name = 'Delta'") == [(2,)]


def test_a_renamed_column_is_renamed_everywhere(table, definitions, migrate):
    before = definitions()
    migrate(
        """
with op.batch_alter_table("widget") as batch_op:
    batch_op.alter_column("name", new_column_name="title")
    batch_op.alter_column("owner_id", new_column_name="person_id")
op.execute("DROP VIEW names")
"""
    )
    after = definitions()
    assert after.keys() == before.keys() - {"names"}
    assert 'lower("title")' in after["ix_widget_lower_name"]
    assert 'new."person_id"' in after["widget_count"]
    table("INSERT INTO widget (person_id, title) VALUES (1, 'Delta')")
    assert (search(table, "delta"), search(table, "alpha")) == ([(4,)], [(1,)])
    assert table("SELECT widget_count FROM owner") == [(4,)]


@pytest.mark.parametrize(
    ("column", "remedy"),
    [("name", "ix_widget_"), ("owner_id", "owner_id")],
)
def test_what_needs_a_dropped_column_stops_the_migration(
    table, definitions, migrate, column, remedy, caplog
):
    before = definitions()
    with pytest.raises((SystemExit, SQLAlchemyError)) as error:
        migrate(f"""
with op.batch_alter_table("widget") as batch_op:
    batch_op.drop_column("{column}")
""")
    assert remedy in f"{error.value} {caplog.text}"
    assert definitions() == before
    assert table("SELECT name FROM widget") == [("Alpha",)]


def test_a_renamed_table_keeps_all_of_it(table, migrate):
    migrate('op.rename_table("widget", "item")', 'op.rename_table("item", "widget")')
    migrate(WIDEN.replace("widget", "item"), NARROW.replace("widget", "item"))
    table("INSERT INTO item (owner_id, name) VALUES (1, 'Delta')")
    assert table("SELECT id FROM item WHERE lower(name) = 'delta'") == [(4,)]
    assert table("SELECT rowid FROM item_search WHERE item_search MATCH 'delta'") == [(4,)]
    assert table("SELECT widget_count FROM owner") == [(4,)]
    assert table("SELECT name FROM sqlite_master WHERE name LIKE 'widget_search%'") == []
    migrate.undo()
    migrate.undo()
    assert search(table, "delta") == [(4,)]
    table("DELETE FROM widget WHERE id = 4")
    assert search(table, "delta") == []


def test_a_migration_that_fails_after_the_rebuild_has_not_happened(table, definitions, migrate):
    before = definitions()
    with pytest.raises(ZeroDivisionError):
        migrate(WIDEN + "1 / 0")
    assert definitions() == before
    table("INSERT INTO widget (name) VALUES ('Delta')")
    assert search(table, "delta") == [(4,)]
