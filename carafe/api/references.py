"""References in what programs write: the rows must exist, and a user's must be their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import literal, select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import Conflict

from carafe.admin.schema import table_column
from carafe.api.fields import ResourceField
from carafe.api.problems import InvalidFieldsError, InvalidValue
from carafe.auth import current_user
from carafe.database import db
from carafe.database.aliases import AnyColumn


class ConflictError(Conflict):
    description = (
        "This contradicts other rows: a value must be unique, or something still refers to this."
    )


def check_references(
    members: Sequence[ResourceField], values: Mapping[str, object], *, own: bool
) -> None:
    """Raise `InvalidFieldsError` (422) for IDs of rows that don't exist.

    With `own`, rows that belong to another user don't exist either.
    """
    invalid = [
        InvalidValue("There is no such row.", f"/{member.name}")
        for member in members
        if (value := values.get(member.name)) is not None
        for target in _targets(member)
        if not _exists(target, value, own=own)
    ]
    if invalid:
        raise InvalidFieldsError(invalid)


@contextmanager
def conflicts() -> Iterator[None]:
    """Turn the database's refusal of what is written here into `ConflictError` (409)."""
    try:
        yield
        db.session.flush()
    except IntegrityError:
        raise ConflictError from None


def _targets(member: ResourceField) -> list[AnyColumn]:
    return [key.column for key in table_column(member.attribute).foreign_keys]


def _exists(target: AnyColumn, value: object, *, own: bool) -> bool:
    query = select(literal(1)).where(target == value)
    owner = target.table.c.get("user_id")
    if own and owner is not None:
        query = query.where(owner == current_user.id)
    return db.session.scalar(query) is not None
