"""Deletes old jobs."""

from __future__ import annotations

from datetime import timedelta

from carafe.database.batches import delete_in_batches
from carafe.jobs.definition import job
from carafe.jobs.models import CANCELED, FAILED, SUCCEEDED, Job
from carafe.jobs.schedule import scheduled
from carafe.time import now

KEEP_SUCCEEDED = timedelta(days=3)
KEEP_FAILED = timedelta(days=30)


@scheduled("17 * * * *")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Delete jobs that finished long ago; return how many."""
    retention = {SUCCEEDED: KEEP_SUCCEEDED, FAILED: KEEP_FAILED, CANCELED: KEEP_FAILED}
    # One state at a time: together, they would read all rows of each.
    return sum(
        delete_in_batches(Job, (Job.state == state) & (Job.finished_at < now() - long))
        for state, long in retention.items()
    )
