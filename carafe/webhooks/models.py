"""Endpoints of webhooks, and what is sent to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from carafe.database import Base, partial_index
from carafe.time import now

URL_LENGTH = 2000
DESCRIPTION_LENGTH = 200
EVENTS_LENGTH = 4000
TYPE_LENGTH = 100
ERROR_LENGTH = 200
EXCERPT_LENGTH = 1000

PENDING_ROWS = text("state = 'pending'")


class PauseReason(StrEnum):
    OWNER = "owner"
    FAILING = "failing"
    GONE = "gone"


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookEndpoint(Base):
    """A URL to which a user's events are sent. Its secrets are encrypted with the key ring."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    description: Mapped[str] = mapped_column(String(DESCRIPTION_LENGTH), default="")
    # Types of events, separated by spaces.
    events: Mapped[str] = mapped_column(String(EVENTS_LENGTH))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    # After a rotation, both secrets sign until receivers had time to learn the new one.
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[PauseReason | None]
    # Since the last success: when failures began, and how many there were in a row.
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    delivered_at: Mapped[datetime | None]
    # Slow endpoints have a queue of their own, so that the others don't wait for them.
    is_slow: Mapped[bool] = mapped_column(default=False)
    # Nothing is sent before: while a delivery is running, and for a while after failures.
    free_at: Mapped[datetime | None]

    @property
    def event_types(self) -> list[str]:
        return self.events.split()

    def is_free(self) -> bool:
        return self.free_at is None or self.free_at <= now()


class WebhookEvent(Base):
    """Something that happened to a user's data, as it is sent to all endpoints that subscribe."""

    __tablename__ = "webhook_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The `webhook-id`: receivers recognize by it what they already have.
    uid: Mapped[str] = mapped_column(String(40), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    type: Mapped[str] = mapped_column(String(TYPE_LENGTH))
    created_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[str] = mapped_column(Text)


class WebhookDelivery(Base):
    """An event on its way to one endpoint."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_endpoint_id_id", "endpoint_id", "id"),
        partial_index(
            "ix_webhook_delivery_due", "endpoint_id", "next_at", "id", where=PENDING_ROWS
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_event.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    # How often it was retried since the event, or since it was resent.
    retries: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime] = mapped_column(default=now)

    endpoint: Mapped[WebhookEndpoint] = relationship()
    event: Mapped[WebhookEvent] = relationship()


class WebhookAttempt(Base):
    """One request to an endpoint, and what came back."""

    __tablename__ = "webhook_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_delivery.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    milliseconds: Mapped[int]
    # None if there was no response: `error` says why.
    status: Mapped[int | None] = mapped_column(SmallInteger)
    error: Mapped[str] = mapped_column(String(ERROR_LENGTH), default="")
    excerpt: Mapped[str] = mapped_column(String(EXCERPT_LENGTH), default="")
