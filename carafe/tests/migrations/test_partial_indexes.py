"""Partial indexes, whose condition for PostgreSQL is added only where it is needed."""

from sqlalchemy import Column, Index, Integer, MetaData, Table, make_url, text
from sqlalchemy.schema import CreateIndex

from carafe.database import partial_index
from carafe.database.indexes import complete_indexes, conditions_of


def test_a_condition_for_postgresql_is_the_same_or_its_own():
    same = partial_index("same", "a", where=text("a = 1"))
    other = partial_index("other", "a", where=text("a = 1"), where_on_postgresql=text("a"))
    metadata = MetaData()
    Table("things", metadata, Column("a", Integer), same, other)

    complete_indexes(metadata)

    assert _sql(same, "sqlite").endswith("WHERE a = 1")
    assert _sql(same, "postgresql").endswith("WHERE a = 1")
    assert _sql(other, "postgresql").endswith("WHERE a")
    assert {str(condition) for condition in conditions_of(other)} == {"a = 1", "a"}


def _sql(index: Index, dialect: str) -> str:
    loaded = make_url(f"{dialect}://").get_dialect()()
    return str(CreateIndex(index).compile(dialect=loaded))
