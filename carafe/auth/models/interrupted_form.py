"""Forms that wait until their user has logged in or proved their identity."""

from __future__ import annotations

from sqlalchemy import ForeignKey, update
from sqlalchemy.orm import Mapped, mapped_column

from carafe.auth.models.token import Token
from carafe.auth.models.user_mixin import UserMixin
from carafe.database import Base, db
from carafe.security import encryption

KEY_PURPOSE = "interrupted form"


class InterruptedForm(Base):
    """An encrypted form. Its token has the owner and the expiration."""

    __tablename__ = "interrupted_form"

    token_id: Mapped[int] = mapped_column(
        ForeignKey("token.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # The session that needs a proof of identity; None if the form waits for a login.
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    content: Mapped[bytes]
    # Whether the proof was given for this form.
    released: Mapped[bool]

    @classmethod
    def add(cls, user: UserMixin, purpose: str, content: str, *, session_id: int | None) -> str:
        """Store a form until `purpose` runs out, and return its ID."""
        token = Token.issue(user, purpose)
        if (row := Token.find(token, purpose)) is None:
            raise LookupError("The token that was just issued is missing.")
        db.session.add(
            cls(
                token_id=row.id,
                session_id=session_id,
                content=encryption.encrypt(content.encode(), KEY_PURPOSE),
                released=False,
            )
        )
        return token

    def read(self) -> str:
        """Return the stored form. Raise `ValueError` if no key of the ring decrypts it."""
        return encryption.decrypt(self.content, KEY_PURPOSE).decode()

    @classmethod
    def release(cls, token_id: int) -> None:
        """Record that the proof was given for this form."""
        db.session.execute(update(cls).where(cls.token_id == token_id).values(released=True))
