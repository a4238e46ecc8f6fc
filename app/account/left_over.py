"""Files of the storage that no row names: a process that ends between the two leaves them."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.auth.models import User
from app.core.database import db, reading
from app.core.storage import storage
from app.core.time import now

# What is stored longer than this and belongs to nobody was not just about to.
LEFT_OVER_AFTER = timedelta(hours=1)


def purge(folder: str, names: Any) -> int:
    """Delete the files of `folder` whose names do not begin with one of a column; how many."""
    kept = set(storage().older_than(now() - LEFT_OVER_AFTER, folder))
    if not kept:
        return 0
    with reading():
        used = set(db.session.scalars(select(names).where(names.is_not(None))))
        if db.session.scalar(select(User.id).limit(1)) is None:
            return 0  # not the database that the store belongs to, but a new one beside it
    # An archive has several, "<name>-0" and so on.
    left_over = [key for key in kept if key.partition("/")[2].partition("-")[0] not in used]
    for key in left_over:
        storage().delete(key)
    return len(left_over)
