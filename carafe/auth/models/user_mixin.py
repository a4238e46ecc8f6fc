"""Users, as far as the engine knows them: methods that concern the whole account."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Self

from sqlalchemy import or_, update

from carafe import mail
from carafe.audit import record
from carafe.audit.jobs import forget
from carafe.auth import pages
from carafe.auth.email_history import past_emails
from carafe.auth.models.impersonation import Impersonation
from carafe.auth.models.token import MAGIC_LINK, RESET, Token
from carafe.auth.models.user_access import UserAccess
from carafe.auth.permissions import can_grant
from carafe.auth.signals import user_deleted
from carafe.database import counters, db
from carafe.jobs import Job
from carafe.time import now

# The counter of active users per day.
ACTIVE_USERS = "users.active"


class EmailTakenError(Exception):
    """Another account already has this address."""


class UserMixin(UserAccess):
    """Base of the app's `User`: `class User(UserMixin, Base)`. See `users.register_model`.

    The app can override `display_name`, `greeting`, and `delete`.
    """

    @classmethod
    def register(cls, email: str, password_hash: str, **fields: object) -> Self:
        """Add a user. `fields` are columns, including the app's own."""
        user = cls(email=email, password_hash=password_hash, **fields)  # type: ignore[call-arg]
        db.session.add(user)
        db.session.flush()
        record("user.signed_up", user.subject, actor=user.email)
        return user

    @classmethod
    def claim(cls, email: str, password_hash: str, role: str, **fields: object) -> Self:
        """Create and return the account of an address for its owner.

        This deletes an unconfirmed account with the address. Raise `EmailTakenError` if it has a
        confirmed one, and `IntegrityError` if someone registers with it right now.
        """
        holder = cls.by_email(email, lock=True)
        if holder is None:
            return cls.register(email, password_hash, role=role, confirmed_at=now(), **fields)
        if holder.confirmed_at or holder.suspended_at:
            raise EmailTakenError
        user = holder.replace_unconfirmed(password_hash=password_hash, **fields)
        # A role that was already granted to the address stays if it has more permissions.
        if can_grant(user.role, role):
            user.role = role
        return user

    def replace_unconfirmed(self, *, password_hash: str = "", **fields: object) -> Self:
        """Replace this account, whose address nobody has confirmed, by an empty one.

        For anyone who proves that they own the address. Name, picture, password, passkeys, linked
        accounts, and sessions may belong to someone who signed up with it first, to share the
        account later ("pre-hijacking"). Deleting the row deletes all of them.
        """
        self._remove()  # what was granted to the address stays, such as the last admin's role
        db.session.flush()
        user = self.register(
            self.email, password_hash, role=self.role, confirmed_at=now(),
            second_factor_required_at=self.second_factor_required_at, **fields,
        )  # fmt: skip
        record("user.recreated", user.subject, actor=user.email, before=self.subject)
        return user

    def set_time_zone(self, zone: str) -> None:
        if zone != self.time_zone:
            record("user.time_zone_changed", self.subject, before=self.time_zone, after=zone)
            self.time_zone = zone

    @classmethod
    def record_activity(cls, id: int) -> None:
        """Count the user among those active today, once however often they come.

        Only their last day is stored, not each one.
        """
        today = now().date()
        first = or_(cls.last_active_on.is_(None), cls.last_active_on < today)
        noted = (
            update(cls).where(cls.id == id, first).values(last_active_on=today).returning(cls.id)
        )
        if db.session.scalar(noted) is not None:
            # At noon, when it is the same day nearly everywhere.
            counters.increment(ACTIVE_USERS, datetime.combine(today, time(12), UTC))

    def close(self) -> None:
        """Lock everyone out of an account that is about to be deleted. Raise `LastAdminError`."""
        self.ensure_another_admin()
        current_time = now()
        self.suspended_at, self.deletes_at = self.suspended_at or current_time, current_time
        self.end_sessions()
        self.void_links()

    def delete(self, *, forgotten: int = 0) -> None:
        """Delete the user and all their data, and redact them in the audit trail.

        Events up to the ID `forgotten` are already redacted. Other writers wait as long as this
        takes: see `deletion.delete_due` for users with many rows. Raise `LastAdminError`.
        """
        self.ensure_another_admin()
        self._remove(forgotten)

    def _remove(self, forgotten: int = 0) -> None:
        self.end_sessions()
        Impersonation.end_matching(Impersonation.user_id == self.id, "deletion")
        forget(self.subject, past_emails(self.subject, self.email), after=forgotten)
        record("user.deleted", self.subject)
        Job.delete_for_subject(self.subject)
        user_deleted.send(self)
        db.session.delete(self)

    def send_reset(self) -> None:
        url = pages.url("reset_link", token=Token.issue(self, RESET))
        mail.send(self.email, "auth/emails/reset", user=self, url=url)
        record("user.reset_requested", self.subject, actor=self.email)

    def send_magic_link(self) -> None:
        url = pages.url("magic_link", token=Token.issue(self, MAGIC_LINK))
        mail.send(self.email, "auth/emails/magic_link", user=self, url=url)
        record("user.magic_link_requested", self.subject, actor=self.email)

    def send_already_registered(self) -> None:
        mail.send(self.email, "auth/emails/registered", user=self, reset_url=pages.url("reset"))
        record("user.reset_suggested", self.subject, actor=self.email)
