"""Jobs that run bulk actions and delete old ones."""

from datetime import timedelta

from sqlalchemy import select

from carafe.admin.actions import runner
from carafe.admin.actions.models import RETENTION, Batch, BulkAction
from carafe.database.batches import delete_in_batches
from carafe.jobs import job, scheduled
from carafe.time import now


@job(timeout=timedelta(hours=24))
def run_bulk_action(run_id: int) -> None:
    """Process the remaining rows of a bulk action."""
    runner.resume(run_id)


@scheduled("53 * * * *")
@job(queue="maintenance", unique=True)
def purge_bulk_actions() -> int:
    """Delete old bulk actions and their batches; return how many actions."""
    old = BulkAction.created_at < now() - RETENTION
    # Their batches first: the cascade would delete all of them in one transaction.
    delete_in_batches(Batch, Batch.bulk_action_id.in_(select(BulkAction.id).where(old)))
    return delete_in_batches(BulkAction, old)
