"""Sessions: the browsers in which a user is logged in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKey,
    String,
    and_,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from carafe.audit import record
from carafe.auth.models.impersonation import Impersonation
from carafe.auth.models.secret import TokenHashMixin, digest, generate_token
from carafe.auth.user_agents import device_label
from carafe.database import Base, db
from carafe.time import now

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin

SESSION_LIFETIME = timedelta(hours=12)
REMEMBERED_SESSION_LIFETIME = timedelta(days=30)
# However often it is used, so that a copy of the cookie doesn't work forever.
MAX_SESSION_LIFETIME = timedelta(days=90)
# As many as their owner can look through; more would go unnoticed.
SESSIONS_PER_USER = 100
LAST_SEEN_PRECISION = timedelta(minutes=1)
FRESH_LOGIN_LIFETIME = timedelta(minutes=10)


class Session(TokenHashMixin, Base):
    """A logged-in browser.

    The cookie has the token, this row its hash; without the row, it is void.
    """

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    # When the user last proved their identity.
    authenticated_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    remembered: Mapped[bool]
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(300), default="")

    @classmethod
    def start(cls, user: UserMixin, *, remembered: bool, address: str, agent: str) -> str:
        """Start a session and return its token, which is stored nowhere.

        If there are too many, the least recently used ones end. The user's row must be locked.
        """
        token = generate_token()
        current_time, connection = now(), db.session.connection()
        connection.execute(_DELETE_EXPIRED, {"user": user.id, "now": current_time})
        values = {"user": user.id, "offset": SESSIONS_PER_USER - 1}
        for id in connection.scalars(_LEAST_RECENT, values).all():
            db.session.get_one(cls, id).end()
        db.session.add(
            cls(
                token_hash=digest(token),
                user_id=user.id,
                remembered=remembered,
                expires_at=now() + cls.lifetime(remembered),
                address=address[:45],
                agent=agent[:300],
            )
        )
        record("session.started", user.subject, actor=user.email, device=device_label(agent))
        return token

    @classmethod
    def works_for(cls, user_id: object) -> ColumnElement[bool]:
        """Return the condition for the sessions in which a user is logged in.

        A statement with it can be built once, because it reads the time when it runs.
        """
        current_time: BindParameter[datetime] = bindparam("now", unique=True, callable_=now)
        oldest: BindParameter[datetime] = bindparam("oldest", unique=True, callable_=_oldest)
        in_time = cls.expires_at > current_time, cls.created_at > oldest
        return and_(cls.user_id == user_id, *in_time)

    @staticmethod
    def lifetime(remembered: bool) -> timedelta:
        """Return how long a session lasts after it was last seen."""
        return REMEMBERED_SESSION_LIFETIME if remembered else SESSION_LIFETIME

    @classmethod
    def touch(cls, id: int, remembered: bool) -> None:
        current_time = now()
        db.session.execute(
            update(cls)
            .where(cls.id == id)
            .values(last_seen_at=current_time, expires_at=current_time + cls.lifetime(remembered))
        )

    def mark_fresh(self, method: str) -> str:
        """Record that the user proved their identity just now by `method`.

        Return the session's new token: someone with a copy of the old one proved nothing.
        """
        self.authenticated_at = now()
        record("session.reauthenticated", f"user:{self.user_id}", method=method)
        return self.rotate_token()

    def rotate_token(self) -> str:
        """Give the session a new token, and return it. Copies of the old one become invalid."""
        token = generate_token()
        self.token_hash = digest(token)
        return token

    def end(self) -> None:
        Impersonation.end_matching(Impersonation.session_id == self.id, "session")
        record("session.ended", f"user:{self.user_id}")
        db.session.delete(self)


def _oldest() -> datetime:
    return now() - MAX_SESSION_LIFETIME


# Built once: to build a statement takes longer than to run it.
_DELETE_EXPIRED = delete(Session).where(
    Session.user_id == bindparam("user"), Session.expires_at <= bindparam("now")
)
_LEAST_RECENT = (
    select(Session.id)
    .where(Session.works_for(bindparam("user")))
    .order_by(Session.last_seen_at.desc(), Session.id.desc())
    .offset(bindparam("offset"))
)
