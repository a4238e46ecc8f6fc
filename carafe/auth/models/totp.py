"""The authenticator app of a user."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, LargeBinary, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from carafe import mail
from carafe.audit import record
from carafe.auth import pages, totp
from carafe.database import Base, db
from carafe.security import encryption
from carafe.security.rate_limits import RateLimit
from carafe.time import now

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin

log = logging.getLogger(__name__)

PURPOSE = "totp"

# Whoever learns that a guess is another minute's code must not submit it again in that minute.
STEP_REUSE_LIMIT = RateLimit(
    "totp:step", 1, timedelta(seconds=4 * totp.MAX_EXPLAINED_STEPS * totp.STEP_SECONDS)
)

CODE_USED_MESSAGE = "That code has already been used. Wait for the next one."


class InvalidCodeError(Exception):
    """A refused code. The text is for the user."""


class Totp(Base):
    """A user's authenticator app. The secret is encrypted with a key from the key ring."""

    __tablename__ = "totp"
    __table_args__ = {"info": {"plural": "authenticator apps"}}

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    # The time step of the last accepted code: it and earlier ones are refused (RFC 6238, 5.2).
    counter: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)

    @classmethod
    def for_user(cls, user_id: int) -> Totp | None:
        query = select(cls).where(cls.user_id == user_id)
        # Reload: rows read before the user's row was locked may have changed.
        return db.session.scalar(query.execution_options(populate_existing=True))

    @classmethod
    def enroll(cls, user: UserMixin, secret: str, step: int) -> None:
        """Start requiring codes of this secret; `step` is that of the code that proved it."""
        before = db.session.execute(delete(cls).where(cls.user_id == user.id)).rowcount  # type: ignore[attr-defined]
        sealed = encryption.encrypt(secret.encode(), PURPOSE)
        db.session.add(cls(user_id=user.id, secret=sealed, counter=step))
        record("totp.replaced" if before else "totp.added", user.subject)
        _tell(user, "totp_added")

    def verify(self, code: str) -> None:
        """Use up a code.

        Of several requests at the same time, one succeeds. Raise `InvalidCodeError`.
        """
        try:
            secret = encryption.decrypt(self.secret, PURPOSE)
        except ValueError as error:
            log.error("%s for user %s: run `flask user renew-secrets`", error, self.user_id)
            raise InvalidCodeError(
                "We can't check codes from your app right now. Use a recovery code and contact "
                "support."
            ) from None
        step = totp.match(secret.decode(), code)
        if step is None:
            raise InvalidCodeError("That code isn't right. Enter the one your app shows now.")
        is_new = self._is_first_use_of_step(step)
        if not totp.is_in_time(step):
            raise InvalidCodeError(totp.rejection_reason(step))
        if not is_new or not self._advance_counter(step):
            raise InvalidCodeError(CODE_USED_MESSAGE)

    def _is_first_use_of_step(self, step: int) -> bool:
        return STEP_REUSE_LIMIT.take(f"{self.user_id}:{self.created_at.timestamp()}:{step}")

    def _advance_counter(self, step: int) -> bool:
        """Refuse codes up to that step from now on; return False if another request was faster."""
        accepted = (
            update(Totp)
            .where(Totp.user_id == self.user_id, Totp.counter < step)
            # With the newest key, so that older ones can be removed from the ring.
            .values(counter=step, secret=encryption.rotate(self.secret, PURPOSE))
        )
        return bool(db.session.execute(accepted).rowcount)  # type: ignore[attr-defined]

    @classmethod
    def renew_secrets(cls, after: int, most: int) -> tuple[list[int], list[int]]:
        """Encrypt the next secrets with the newest key; return user IDs, and those that failed."""
        page = select(cls).where(cls.user_id > after).order_by(cls.user_id).limit(most)
        renewed, failed_ids = [], []
        for app in db.session.scalars(page.with_for_update()):
            try:
                app.secret = encryption.rotate(app.secret, PURPOSE)
                renewed.append(app.user_id)
            except ValueError:
                failed_ids.append(app.user_id)
        return renewed, failed_ids

    def remove(self, user: UserMixin) -> None:
        record("totp.removed", user.subject)
        _tell(user, "totp_removed")
        db.session.delete(self)


def _tell(user: UserMixin, what: str) -> None:
    url = pages.url("reset")
    mail.send(user.email, f"auth/emails/{what}", user=user, url=url)
