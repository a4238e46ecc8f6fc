"""Copies of messages to everyone, created when a user looks."""

import logging
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from carafe.auth.users import user_model
from carafe.database import db, dialect_insert, write_transaction
from carafe.database.sqlite import BUSY_TIMEOUT_SECONDS
from carafe.notifications.models import Inbox, Message, notify
from carafe.notifications.models.notification import MAX_PER_USER

log = logging.getLogger(__name__)

# Readers don't wait long for writers: up to this long, or until the next time.
LOCK_TIMEOUT_MS = 100


def deliver(user_id: int) -> None:
    """Create a user's copies of new messages.

    If that fails, they see what exists: neither a locked database nor a full disk is a reason to
    show nothing.
    """
    model = user_model()
    undelivered = select(Message).join(model, Message.is_undelivered()).where(model.id == user_id)
    if db.session.scalar(undelivered.limit(1)) is None:
        return
    try:
        with write_transaction(in_turn=False):
            inbox = _lock(user_id)
            newest = undelivered.order_by(Message.id.desc()).limit(MAX_PER_USER)
            messages = db.session.scalars(newest).all()
            for message in reversed(messages):
                key, at = message.subject, message.created_at
                notify(user_id, message.title, message.body, kind="message", key=key, at=at)
            if messages:  # of two pages opened at once, the second finds nothing to do
                inbox.message_id = messages[0].id
            db.session.commit()
    except SQLAlchemyError as error:
        log.warning("message delivery failed: %s", error)


def _lock(user_id: int) -> Inbox:
    """Return the inbox, locked in this transaction. Raise an error if it can't be locked soon."""
    connection = db.session.connection()
    first = dialect_insert(Inbox, connection.dialect).values(user_id=user_id, message_id=0)
    # The first statement: SQLite waits for the lock only if nothing has been read before.
    lock_stmt = first.on_conflict_do_update(index_elements=["user_id"], set_={"user_id": user_id})
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
        db.session.execute(lock_stmt)
    else:
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT_MS}")
        try:
            db.session.execute(lock_stmt)
        finally:
            driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
    return db.session.get_one(Inbox, user_id)
