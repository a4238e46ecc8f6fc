"""Jobs that create, announce, and delete exports of personal data, and delete orphaned uploads."""

from datetime import timedelta

from sqlalchemy import select

from carafe import downloads, mail, personal_data
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.downloads import encrypted, orphans
from carafe.downloads.models import DATA_EXPORT, LIFETIME, Export
from carafe.jobs import Job, job, progress, scheduled
from carafe.notifications import notify
from carafe.time import now
from carafe.web.urls import public_url

BATCH_SIZE = 100


@job(retries=3, backoff=timedelta(minutes=1), timeout=timedelta(minutes=30), unique=True)
def make_export(user_id: int) -> None:
    """Write a user's data into an archive, and notify them."""
    with read_transaction():  # this takes a while, and must not block writers
        archive_file = personal_data.build_archive(user_id)
    with archive_file:
        progress(message="Finishing…")
        export = downloads.store_export(user_id, DATA_EXPORT, archive_file, LIFETIME)
    if export:
        _notify(export, "Your data export is ready", "export_ready", "Download it within 7 days.")


@scheduled("*/10 * * * *")
@job(queue="maintenance", unique=True, keep=False)
def tell_of_failed_exports() -> None:
    """Notify users whose export failed. A separate job, because its worker may have died."""
    abandoned = select(Export).outerjoin(Job, Job.id == Export.job_id).where(Export.is_abandoned())
    for export in db.session.scalars(abandoned.limit(BATCH_SIZE).with_for_update(of=Export)):
        export.end(LIFETIME)
        template = "export_failed" if export.name == DATA_EXPORT else None
        _notify(export, f"{export.label} export failed", template, "Try again.")


@scheduled("50 * * * *")
@job(queue="maintenance", unique=True)
def purge_exports() -> int:
    """Delete expired and orphaned archives; return how many."""
    over = select(Export).where(Export.expires_at <= now()).limit(BATCH_SIZE)
    while exports := db.session.scalars(over.with_for_update()).all():
        for export in exports:
            encrypted.drop(export.file, export.parts)
            db.session.delete(export)
        db.session.commit()
    return orphans.delete_orphans(encrypted.FOLDER, Export.file)


@scheduled("40 3 * * *")
@job(queue="maintenance", unique=True)
def purge_uploads() -> int:
    """Delete orphaned uploads; return how many."""
    return orphans.purge_uploads()


def _notify(export: Export, title: str, template: str | None, body: str) -> None:
    notify(export.user_id, title, body, url=export.path, kind="export")
    if template and (user := db.session.get(user_model(), export.user_id)):
        context = {"user": user, "export": export, "url": public_url(export.path)}
        mail.send(user.email, f"personal_data/emails/{template}", **context)
