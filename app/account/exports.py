"""Asking for a copy of one's data."""

from typing import Any

from app.account import archive
from app.account.jobs import make_export
from app.account.models import Export
from app.audit import record
from app.auth.models import User
from app.auth.signals import user_deleted
from app.core.database import db


def request(user: User) -> bool:
    """Have one made, in the place of the one before; False while one is being made already.

    `user` is locked, as `current_user.user` is: of two clicks at once the second finds the first.
    """
    export, job = Export.of(user.id)
    if export and export.is_being_made(job):
        return False
    job_id = make_export.with_(subject=user.subject).enqueue(user.id)
    if export:
        archive.drop(export.file, export.parts)
        export.begin_anew(job_id)
    else:
        db.session.add(Export(user_id=user.id, job_id=job_id))
    record("data.exported", user.subject)
    return True


def forget(lost: Export) -> None:
    """Give up an archive that cannot be read, unless another has taken its place."""
    export = db.session.get(Export, lost.user_id, with_for_update=True)
    if export and export.file == lost.file:
        archive.drop(export.file, export.parts)
        db.session.delete(export)


@user_deleted.connect
def _drop(user: User, **_: Any) -> None:
    if export := db.session.get(Export, user.id):
        archive.drop(export.file, export.parts)
