"""What lets a user in, and what ends that: password, links, sessions, role, suspension."""

from __future__ import annotations

from sqlalchemy import delete, select

from carafe import mail
from carafe.audit import record
from carafe.auth import pages
from carafe.auth.models.api_token import ApiToken
from carafe.auth.models.impersonation import Impersonation
from carafe.auth.models.session import Session
from carafe.auth.models.token import CONFIRM, LOGIN_CHALLENGE, MAGIC_LINK, Token
from carafe.auth.models.user_columns import UserColumns
from carafe.auth.permissions import ADMIN, LastAdminError
from carafe.auth.signals import links_voided
from carafe.database import advisory_lock, db
from carafe.time import now


class UserAccess(UserColumns):
    """Methods of `UserMixin` that grant or end access."""

    def change_password(self, password_hash: str, *, keep: int | None = None) -> None:
        """Set the password. This ends sessions except `keep`, API tokens, and mailed links."""
        self.password_hash = password_hash
        ApiToken.revoke_all(self.id)
        self.end_sessions(keep=keep)
        self.void_links()
        record("user.password_changed", self.subject, actor=self.email)
        mail.send(
            self.email, "auth/emails/password_changed", user=self, reset_url=pages.url("reset")
        )

    def confirm(self) -> None:
        if self.confirmed_at is None:
            self.confirmed_at = now()
            Token.revoke(self.id, CONFIRM)
            record("user.confirmed", self.subject, actor=self.email)

    def change_role(self, role: str) -> None:
        """Change the role. Raise `LastAdminError`."""
        if role != self.role:
            self.ensure_another_admin()
            record("user.role_changed", self.subject, before=self.role, after=role)
            self.role = role

    def suspend(self) -> None:
        """Suspend the user, end their sessions, and revoke their tokens. Raise `LastAdminError`."""
        if self.suspended_at is None:
            self.ensure_another_admin()
            self.suspended_at = now()
            self.end_sessions()
            ApiToken.revoke_all(self.id)
            self.void_links()
            record("user.suspended", self.subject)

    def reinstate(self) -> None:
        if self.suspended_at is not None:
            self.suspended_at = None
            record("user.reinstated", self.subject)

    def end_sessions(self, *, keep: int | None = None) -> None:
        """End the user's sessions, including copied cookies, except the one with the ID `keep`."""
        ending = Session.user_id == self.id
        if keep:
            ending &= Session.id != keep
        begun_there = Impersonation.session_id.in_(select(Session.id).where(ending))
        Impersonation.end_matching(begun_there, "session")
        db.session.execute(delete(Session).where(ending))
        Token.revoke(self.id, LOGIN_CHALLENGE)  # a login that waits for the second factor

    def void_links(self) -> None:
        """Void every link emailed to this user, and their invitations that grant permissions."""
        Token.revoke(self.id)
        links_voided.send(self)

    def log_out_everywhere(self, *, keep: int | None = None) -> None:
        """End all sessions except the one with the ID `keep`, because someone asked for it."""
        self.end_sessions(keep=keep)
        Token.revoke(self.id, MAGIC_LINK)
        record("user.sessions_ended", self.subject)

    def ensure_another_admin(self) -> None:
        """Raise `LastAdminError` if this user is the last admin, before they stop being one."""
        if self.effective_role != ADMIN or self.suspended_at or self.deletes_at:
            return
        advisory_lock(ADMIN)
        model = type(self)
        others = select(model.id).where(
            model.id != self.id,
            model.effective_role == ADMIN,
            model.suspended_at.is_(None),
            model.deletes_at.is_(None),
        )
        if db.session.scalar(others.limit(1)) is None:
            raise LastAdminError
