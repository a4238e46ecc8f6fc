"""Delete accounts 14 days after their owner asked for it, and expired rows."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from carafe import mail
from carafe.audit import record
from carafe.audit.jobs import forget_in_chunks
from carafe.auth import pages
from carafe.auth.email_history import past_emails
from carafe.auth.models import Invitation, Session, Token
from carafe.auth.models.user_mixin import UserMixin
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.database.batches import delete_dependents, delete_in_batches
from carafe.jobs import Job
from carafe.jobs.models import RUNNING
from carafe.time import now

GRACE_PERIOD = timedelta(days=14)


def schedule(user: UserMixin) -> datetime:
    """Schedule the account's deletion after the grace period, unless its owner logs in before.

    Raise `LastAdminError`.
    """
    user.ensure_another_admin()
    user.deletes_at = deletes_at = now() + GRACE_PERIOD
    user.end_sessions()
    user.void_links()
    record("user.deletion_requested", user.subject, actor=user.email)
    url = pages.url("login")
    mail.send(user.email, "auth/emails/deletion_requested", user=user, login_url=url)
    return deletes_at


def cancel(user: UserMixin) -> bool:
    """Cancel a scheduled deletion; return whether there was one."""
    if user.deletes_at is None:
        return False
    user.deletes_at = None
    record("user.deletion_canceled", user.subject, actor=user.email)
    url = pages.url("reset")
    mail.send(user.email, "auth/emails/deletion_canceled", user=user, reset_url=url)
    return True


def due_ids() -> list[int]:
    """Return the IDs of the accounts that are due for deletion."""
    with read_transaction():
        model = user_model()
        return list(db.session.scalars(select(model.id).where(model.deletes_at <= now())))


def delete_due(id: int) -> bool:
    """Delete an account that is due; False if its owner logged in in the meantime."""
    if not _deactivate(id):
        return False
    forgotten = _delete_related_rows(id)
    if user := db.session.get(user_model(), id, with_for_update=True, populate_existing=True):
        user.delete(forgotten=forgotten)
    db.session.commit()
    return True


def delete_now(user: UserMixin) -> None:
    """Delete an account in separate transactions, whatever its size. Raise `LastAdminError`.

    If the process dies halfway, the account stays closed, and the hourly job continues.
    """
    user.close()
    db.session.commit()
    delete_due(user.id)


def _deactivate(id: int) -> bool:
    """Close the account for good: from here on, nobody can log in and find half of it."""
    user = db.session.get(user_model(), id, with_for_update=True, populate_existing=True)
    if user is None or user.deletes_at is None or user.deletes_at > now():
        db.session.rollback()
        return False
    user.suspended_at = user.suspended_at or now()
    db.session.commit()
    return True


def _delete_related_rows(user_id: int) -> int:
    """Delete what may be many rows, in batches; return the last audit event redacted."""
    subject = f"user:{user_id}"
    model = user_model()
    delete_dependents(model, model.id == user_id)
    delete_in_batches(Job, (Job.subject == subject) & (Job.state != RUNNING))
    with read_transaction():
        email = db.session.scalar(select(model.email).where(model.id == user_id)) or ""
        held = list(past_emails(subject, email))
    return forget_in_chunks(subject, held)


def delete_all_expired() -> dict[str, int]:
    """Delete expired sessions, links, and invitations, and return how many of each."""
    models: dict[str, type[Session | Token | Invitation]] = {"sessions": Session, "links": Token}
    if current_app.config["INVITATIONS"]:
        models["invitations"] = Invitation
    return {
        name: delete_in_batches(model, model.expires_at <= now()) for name, model in models.items()
    }
