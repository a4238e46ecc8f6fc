"""What has had its time: accounts, sessions, links and invitations."""

from contextlib import nullcontext

from carafe.audit.models import acting_email, as_actor
from carafe.auth import deletion
from carafe.auth.models import Impersonation, UserMixin
from carafe.jobs import job, scheduled


@scheduled("5 * * * *")
@job(queue="maintenance", unique=True)
def delete_accounts() -> int:
    """Have each account deleted whose 14 days are over; how many."""
    due = deletion.due_ids()
    for id in due:  # a job each: one that fails holds up no other
        delete_account.enqueue(id)
    return len(due)


@job(queue="maintenance", unique=True)
def delete_account(id: int, actor: str | None = None) -> bool:
    with as_actor(actor) if actor else nullcontext():
        return deletion.delete_due(id)


def delete_later(user: UserMixin) -> None:
    """Close an account, and have it deleted by a job: it has much. Raises `LastAdminError`."""
    user.close()
    delete_account.enqueue(user.id, acting_email())


@scheduled("35 * * * *")
@job(queue="maintenance", unique=True)
def purge() -> dict[str, int]:
    """Delete the sessions, links and invitations that are over; how many of each."""
    return deletion.delete_all_expired()


@scheduled("*/10 * * * *", setting="IMPERSONATION")
@job(queue="maintenance", unique=True)
def end_impersonations() -> int:
    """Note that those are over whose time is, although nobody came back from them; how many."""
    return Impersonation.end_expired()
