"""Counts of events that leave no rows, such as sent emails.

Only sums per 15 minutes, because days start at a multiple of that in every time zone. Users aren't
stored, so that nothing has to be redacted.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column

from carafe.database.base import Base, db
from carafe.database.hooks import before_commit
from carafe.database.inserts import dialect_insert
from carafe.time import now

BUCKET_SECONDS = 900


class CounterBucket(Base):
    __tablename__ = "counter_bucket"
    __table_args__ = {"sqlite_with_rowid": False}

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


def increment(name: str, at: datetime | None = None) -> None:
    """Count one event, now or at another time, in the caller's transaction."""
    # Just before the commit, because on PostgreSQL others who count the same wait until then.
    before_commit(partial(_increment, name, at or now()))


def add(name: str, counts: Mapping[datetime, int]) -> None:
    """Add to counts at several times, each the start of a bucket, or subtract."""
    rows = [{"name": name, "at": at, "count": count} for at, count in counts.items()]
    new = dialect_insert(CounterBucket, db.engine.dialect)
    more = {"count": CounterBucket.count + new.excluded.count}
    db.session.execute(new.on_conflict_do_update(index_elements=["name", "at"], set_=more), rows)
    empty = CounterBucket.name == name, CounterBucket.count <= 0
    db.session.execute(delete(CounterBucket).where(*empty))


def _increment(name: str, at: datetime) -> None:
    seconds = at.timestamp() // BUCKET_SECONDS * BUCKET_SECONDS
    row = {"name": name, "at": datetime.fromtimestamp(seconds, at.tzinfo), "count": 1}
    new = dialect_insert(CounterBucket, db.engine.dialect).values(**row)
    more = {"count": CounterBucket.count + 1}
    db.session.execute(new.on_conflict_do_update(index_elements=["name", "at"], set_=more))
