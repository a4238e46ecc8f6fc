"""What jobs leave behind, and how long it is kept."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_

from app.core.chunks import delete_in_chunks
from app.core.time import now
from app.jobs.definition import job
from app.jobs.models import CANCELLED, FAILED, SUCCEEDED, Job
from app.jobs.schedule import scheduled

KEEP_SUCCEEDED = timedelta(days=3)
KEEP_FAILED = timedelta(days=30)


@scheduled("17 * * * *")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Delete jobs that are long over; how many."""
    succeeded = (Job.state == SUCCEEDED) & (Job.finished_at < now() - KEEP_SUCCEEDED)
    others = Job.state.in_([FAILED, CANCELLED]) & (Job.finished_at < now() - KEEP_FAILED)
    return delete_in_chunks(Job, or_(succeeded, others))
