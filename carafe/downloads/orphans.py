"""Files of the storage that no row names: a process that ends between the two leaves them."""

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

# What is stored longer than this and belongs to nobody was not just about to.
ORPHAN_AGE = timedelta(hours=1)
# What stands for one of several files of a name: an archive has "<name>-0" and so on, a picture
# "<name>-small.webp".
PART = re.compile(r"-[^.]*")


def delete_orphans(folder: str, names: InstrumentedAttribute[str | None]) -> int:
    """Delete the files of `folder` that no row names in a column; return how many."""
    old_files = set(storage().list_older_than(now() - ORPHAN_AGE, folder))
    if not old_files:
        return 0
    with read_transaction():
        used = set(db.session.scalars(select(names).where(names.is_not(None))))
        if db.session.scalar(select(user_model().id).limit(1)) is None:
            return 0  # not the database that the store belongs to, but a new one beside it
    left_over = [key for key in old_files if PART.sub("", key.partition("/")[2]) not in used]
    for key in left_over:
        storage().delete(key)
    return len(left_over)


def purge_uploads() -> int:
    """Delete the uploaded files that are nobody's anymore; return how many."""
    return sum(delete_orphans(folder, column) for folder, column in UPLOADS)


@collect_purge_counts.connect
def _purge(app: Flask, **_: object) -> tuple[str, int]:
    return "uploads", purge_uploads()
