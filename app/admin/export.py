"""A list as CSV, a chunk at a time: the memory is the same for ten rows and for a million."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement

from app.admin.declaration import Admin
from app.admin.listing import rows_of
from app.core.csv_lines import csv_lines
from app.core.database import db

CHUNK = 1000


def lines(admin: Admin, where: list[ColumnElement[bool]]) -> Iterator[str]:
    """The rows that meet the conditions, by their ids, with what their columns are made of."""
    yield csv_lines([[admin.key.name, *admin.attributes]])
    statement = rows_of(admin).add_columns(admin.key).where(*where).order_by(admin.key)
    last = None
    while True:
        following = statement if last is None else statement.where(admin.key > last)
        chunk = db.session.execute(following.limit(CHUNK)).all()
        # Not one transaction for as long as somebody's line is slow: SQLite's log would grow.
        db.session.rollback()
        yield csv_lines([row[-1], *row[:-1]] for row in chunk)
        if len(chunk) < CHUNK:
            return
        last = chunk[-1][-1]
