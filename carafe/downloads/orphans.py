"""Stored files that no row names, left by processes that ended in between."""

import re
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from carafe.auth.signals import collect_purge_counts
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.storage.current import UPLOADS, storage
from carafe.time import now

# Unnamed files older than this are not about to be named.
ORPHAN_AGE = timedelta(hours=1)
# Patterns for one of several files with a name: an archive has "<name>-0" and so on, a picture
# "<name>-small.webp".
PART = re.compile(r"-[^.]*")


def delete_orphans(folder: str, names: InstrumentedAttribute[str | None]) -> int:
    """Delete the files in `folder` that no row names in a column; return how many."""
    old_files = set(storage().list_older_than(now() - ORPHAN_AGE, folder))
    if not old_files:
        return 0
    with read_transaction():
        used = set(db.session.scalars(select(names).where(names.is_not(None))))
        if db.session.scalar(select(user_model().id).limit(1)) is None:
            return 0  # a new database beside the storage, not the one it belongs to
    left_over = [key for key in old_files if PART.sub("", key.partition("/")[2]) not in used]
    for key in left_over:
        storage().delete(key)
    return len(left_over)


def purge_uploads() -> int:
    """Delete orphaned uploads; return how many."""
    return sum(delete_orphans(folder, column) for folder, column in UPLOADS)


@collect_purge_counts.connect
def _purge(app: Flask, **_: object) -> tuple[str, int]:
    return "uploads", purge_uploads()
