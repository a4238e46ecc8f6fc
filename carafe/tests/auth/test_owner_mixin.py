"""What a model with an owner has without saying so."""

from sqlalchemy import Index, Table, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from carafe.auth import OwnerMixin


class Local(DeclarativeBase):
    """Models that the app does not know."""


class Plain(OwnerMixin, Local):
    __tablename__ = "plain"

    id: Mapped[int] = mapped_column(primary_key=True)


class Other(OwnerMixin, Local):
    __tablename__ = "other"
    __table_args__ = (UniqueConstraint("submission"), Index("ix_other_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)


def table_of(model: type[Local]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def unique_columns(table: Table) -> list[list[str]]:
    rules = [rule for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    return [[*rule.columns.keys()] for rule in rules]


def test_a_submission_of_an_owner_is_unique_and_no_id_is_used_again():
    table = table_of(Plain)
    assert unique_columns(table) == [["user_id", "submission"]]
    assert table.dialect_options["sqlite"]["autoincrement"] is True


def test_a_model_may_say_otherwise():
    table = table_of(Other)
    assert unique_columns(table) == [["submission"]]
    assert not table.dialect_options["sqlite"]["autoincrement"]
