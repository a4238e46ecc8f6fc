"""Enumerations that models have without a type of their own."""

import enum

import pytest
from sqlalchemy import MetaData, create_engine, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Mapped, mapped_column

from carafe.database import Base


class Format(enum.Enum):
    HARDCOVER = "hard cover"
    VOLUMES = 2


class Edition(Base):
    __module__ = "scratch"  # no model of the engine, whose tables must have migrations
    __tablename__ = "scratch_edition"
    metadata = MetaData()

    id: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[Format]


@pytest.fixture
def connection():
    with create_engine("sqlite://").connect() as connection:
        Edition.metadata.create_all(connection)
        yield connection


@pytest.mark.parametrize(
    ("member", "stored"), [(Format.HARDCOVER, "hard cover"), (Format.VOLUMES, "2")]
)
def test_they_are_stored_by_value(connection, member, stored):
    connection.execute(insert(Edition).values(format=member))
    assert connection.scalar(text("SELECT format FROM scratch_edition")) == stored
    assert connection.scalar(select(Edition.format)) is member


def test_what_is_no_member_is_refused(connection):
    with pytest.raises(StatementError, match="LookupError"):
        connection.execute(insert(Edition).values(format=3))
