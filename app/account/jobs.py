"""Copies of people's data: made, told of, and deleted; pictures that are left over."""

from datetime import timedelta

from sqlalchemy import select

from app import mail
from app.account import archive, avatars, left_over, personal_data
from app.account.models import LIFETIME, Export
from app.auth.models import User
from app.core.database import db, reading
from app.core.time import now
from app.core.urls import path_of, public_url
from app.jobs import Job, job, progress, scheduled
from app.notifications import notify

AT_ONCE = 100


# Its parts may lie around for an hour before somebody's row names them: see `left_over`.
@job(retries=3, backoff=timedelta(minutes=1), timeout=timedelta(minutes=30), unique=True)
def make_export(user_id: int) -> None:
    """Pack a user's data into an archive, and tell them where it is."""
    with reading():  # packing takes its time, and must hold up nobody who writes
        packed = personal_data.pack(user_id)
    with packed:
        progress(message="Almost there")
        file, parts, size = archive.store(packed)
    export = db.session.get(Export, user_id, with_for_update=True)
    if export is None or export.file:  # they are gone; or it was tried again beside a newer one
        archive.drop(file, parts)
        return
    export.finish(file=file, parts=parts, size=size)
    _tell(export, "Your data is ready", "export_ready", "Download it within seven days.")


@scheduled("*/10 * * * *")
@job(queue="maintenance", unique=True, keep=False)
def tell_of_failed_exports() -> None:
    """Tell those who wait for what will not be made. Here, since its worker may have died."""
    abandoned = select(Export).outerjoin(Job, Job.id == Export.job_id).where(Export.abandoned())
    for export in db.session.scalars(abandoned.limit(AT_ONCE).with_for_update(of=Export)):
        export.ended_at = now()
        _tell(export, "Your data could not be packed", "export_failed", "Please try again.")


@scheduled("50 * * * *")
@job(queue="maintenance", unique=True)
def purge_exports() -> int:
    """Delete the archives that had their days, and files that are nobody's; how many of these."""
    over = select(Export).where(Export.ended_at <= now() - LIFETIME).limit(AT_ONCE)
    while exports := db.session.scalars(over.with_for_update()).all():
        for export in exports:
            archive.drop(export.file, export.parts)
            db.session.delete(export)
        db.session.commit()
    return left_over.purge(archive.FOLDER, Export.file)


@scheduled("40 3 * * *")
@job(queue="maintenance", unique=True)
def purge_pictures() -> int:
    """Delete the pictures that are nobody's; how many."""
    return avatars.purge()


def _tell(export: Export, title: str, template: str, body: str) -> None:
    path = path_of("account.export")
    notify(export.user_id, title, body, url=path, kind="export")
    if user := db.session.get(User, export.user_id):
        context = {"user": user, "export": export, "url": public_url(path)}
        mail.send(user.email, f"account/emails/{template}", **context)
