"""Invitations: links that create an account with a given role."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe import mail
from carafe.audit import record
from carafe.auth import pages
from carafe.auth.models.secret import TokenHashMixin, digest, generate_token
from carafe.auth.permissions import ADMIN, can_grant, permissions
from carafe.auth.signals import links_voided, user_deleted
from carafe.auth.users import user_model
from carafe.database import Base, advisory_lock, db
from carafe.time import now

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin

INVITATION_LIFETIME = timedelta(days=7)
INVITE_PERMISSION = "users.invite"


class Invitation(TokenHashMixin, Base):
    """A one-time link emailed to an address. Only its hash is stored."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    # Deleted with its sender, so that a thief of an admin's account leaves no way back in.
    inviter_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]

    @classmethod
    def send(cls, email: str, role: str, inviter: UserMixin) -> None:
        """Invite an address, which voids earlier invitations to it."""
        db.session.execute(delete(cls).where(cls.email == email))
        token = generate_token()
        invitation = cls(
            token_hash=digest(token),
            email=email,
            role=role,
            inviter_id=inviter.id,
            expires_at=now() + INVITATION_LIFETIME,
        )
        db.session.add(invitation)
        db.session.flush()
        record("invitation.sent", invitation.subject, email=email, role=role)
        mail.send(
            email,
            "auth/emails/invitation",
            url=pages.url("invitation", token=token),
        )

    @classmethod
    def pending(cls, email: str) -> Invitation | None:
        """Return the pending invitation of an address, locked."""
        query = select(cls).where(cls.email == email, cls.expires_at > now())
        return db.session.scalar(query.with_for_update())

    @classmethod
    def by_token(cls, token: str) -> Invitation | None:
        """Return the invitation of a link, if its sender could still send it."""
        return cls._valid(cls.token_hash == digest(token))

    @classmethod
    def _valid(cls, condition: ColumnElement[bool]) -> Invitation | None:
        inviter = user_model()
        row = db.session.execute(
            select(cls, inviter.effective_role.label("role"))
            .join(inviter, inviter.id == cls.inviter_id)
            .where(condition, cls.expires_at > now())
            .where(inviter.suspended_at.is_(None), inviter.deletes_at.is_(None))
        ).first()
        if row is None or INVITE_PERMISSION not in permissions(row.role):
            return None
        if not can_grant(row.Invitation.role, row.role):
            return None
        return row.Invitation  # type: ignore[no-any-return]

    @classmethod
    def accept(cls, token: str, password_hash: str, **fields: object) -> UserMixin | None:
        """Create the account, once: of several requests at the same time, the others get None.

        This deletes an unconfirmed account with the address. Raise `EmailTakenError` if it has a
        confirmed one, and `IntegrityError` if someone registers with it right now.
        """
        advisory_lock(ADMIN)  # its sender may be losing the permission right now
        invitation = cls.by_token(token)
        return invitation._use(password_hash, **fields) if invitation else None

    @classmethod
    def accept_without_link(cls, email: str, **fields: object) -> UserMixin | None:
        """Create the account of an invited address that a provider has verified, or return None.

        Not if the invitation grants permissions: a provider may be wrong about an address, and only
        the reader of its email has the link.
        """
        advisory_lock(ADMIN)
        invitation = cls._valid(cls.email == email)
        if invitation is None or permissions(invitation.role):
            return None
        return invitation._use("", **fields)

    def _use(self, password_hash: str, **fields: object) -> UserMixin | None:
        used = delete(Invitation).where(Invitation.id == self.id).returning(Invitation.id)
        if db.session.scalar(used) is None:
            return None
        user = user_model().claim(self.email, password_hash, self.role, **fields)
        record("invitation.accepted", user.subject, actor=user.email, role=user.role)
        return user

    @property
    def subject(self) -> str:
        return f"invitation:{self.id}"

    def revoke(self) -> None:
        record("invitation.revoked", self.subject, email=self.email)
        db.session.delete(self)


@user_deleted.connect
def _delete_for_user(user: UserMixin, **_: object) -> None:
    """Keep links in old emails from restoring what the owner has deleted."""
    if user.confirmed_at:  # otherwise it may not have been the owner
        db.session.execute(delete(Invitation).where(Invitation.email == user.email))


@links_voided.connect
def _revoke(inviter: UserMixin, **_: object) -> None:
    """Revoke invitations that grant permissions, which a thief may have sent in the user's name."""
    for invitation in db.session.scalars(
        select(Invitation).where(Invitation.inviter_id == inviter.id)
    ):
        if permissions(invitation.role):
            invitation.revoke()
