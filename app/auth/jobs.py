"""What has had its time: accounts, sessions, links and invitations."""

from app.auth import deletion
from app.auth.models import Impersonation
from app.jobs import job, scheduled


@scheduled("5 * * * *")
@job(queue="maintenance", unique=True)
def delete_accounts() -> int:
    """Have each account deleted whose 14 days are over; how many."""
    due = deletion.due()
    for id in due:  # a job each: one that fails holds up no other
        delete_account.enqueue(id)
    return len(due)


@job(queue="maintenance", unique=True)
def delete_account(id: int) -> bool:
    return deletion.delete_due(id)


@scheduled("35 * * * *")
@job(queue="maintenance", unique=True)
def purge() -> dict[str, int]:
    """Delete the sessions, links and invitations that are over; how many of each."""
    return {name: deletion.delete_expired(model) for name, model in deletion.EXPIRING.items()}


@scheduled("*/10 * * * *")
@job(queue="maintenance", unique=True)
def end_impersonations() -> int:
    """Note that those are over whose time is, although nobody came back from them; how many."""
    return Impersonation.finish_overdue()
