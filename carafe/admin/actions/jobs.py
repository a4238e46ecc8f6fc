"""Long work of the administration, and what is kept of it."""

from datetime import timedelta

from sqlalchemy import select

from carafe.admin.actions import runner
from carafe.admin.actions.models import KEPT, Chunk, Run
from carafe.database.batches import delete_in_chunks
from carafe.jobs import job, scheduled
from carafe.time import now


@job(timeout=timedelta(hours=24))
def carry_out(run_id: int) -> None:
    """Do what is left of an action on many rows."""
    runner.go_on(run_id)


@scheduled("53 * * * *")
@job(queue="maintenance", unique=True)
def purge_runs() -> int:
    """Delete the runs that are long over, with their rows; how many."""
    old = Run.created_at < now() - KEPT
    # Chunk by chunk first: with the run, the database would delete all of them at once.
    delete_in_chunks(Chunk, Chunk.bulk_action_id.in_(select(Run.id).where(old)))
    return delete_in_chunks(Run, old)
