"""Jobs that delete due accounts and expired sessions, links, and invitations."""

from contextlib import nullcontext

from carafe.audit.models import acting_email, as_actor
from carafe.auth import deletion
from carafe.auth.models import Impersonation, UserMixin
from carafe.jobs import job, scheduled


@scheduled("5 * * * *")
@job(queue="maintenance", unique=True)
def delete_accounts() -> int:
    """Delete each account whose 14 days are over; return how many."""
    due = deletion.due_ids()
    for id in due:  # one job each, so that a failure doesn't hold up the others
        delete_account.enqueue(id)
    return len(due)


@job(queue="maintenance", unique=True)
def delete_account(id: int, actor: str | None = None) -> bool:
    with as_actor(actor) if actor else nullcontext():
        return deletion.delete_due(id)


def delete_later(user: UserMixin) -> None:
    """Close an account and delete it in a job, because it has many rows. Raise `LastAdminError`."""
    user.close()
    delete_account.enqueue(user.id, acting_email())


@scheduled("35 * * * *")
@job(queue="maintenance", unique=True)
def purge() -> dict[str, int]:
    """Delete expired sessions, links, and invitations; return how many of each."""
    return deletion.delete_all_expired()


@scheduled("*/10 * * * *", setting="IMPERSONATION")
@job(queue="maintenance", unique=True)
def end_impersonations() -> int:
    """End expired impersonations that nobody returned from; return how many."""
    return Impersonation.end_expired()
