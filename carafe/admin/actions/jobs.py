"""Long work of the administration, and what is kept of it."""

from datetime import timedelta

from sqlalchemy import select

from carafe.admin.actions import runner
from carafe.admin.actions.models import RETENTION, Batch, BulkAction
from carafe.database.batches import delete_in_batches
from carafe.jobs import job, scheduled
from carafe.time import now


@job(timeout=timedelta(hours=24))
def carry_out(run_id: int) -> None:
    """Do what is left of an action on many rows."""
    runner.resume(run_id)


@scheduled("53 * * * *")
@job(queue="maintenance", unique=True)
def purge_runs() -> int:
    """Delete the runs that are long over, with their rows; how many."""
    old = BulkAction.created_at < now() - RETENTION
    # Chunk by chunk first: with the run, the database would delete all of them at once.
    delete_in_batches(Batch, Batch.bulk_action_id.in_(select(BulkAction.id).where(old)))
    return delete_in_batches(BulkAction, old)
