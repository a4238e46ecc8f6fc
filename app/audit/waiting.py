"""What is to be kept with the transaction, and is written right before its commit.

Not earlier: to append to the chain one must hold off all others who do, and on PostgreSQL who
then waits for a row may wait for somebody who waits for the chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app.core.database import db, is_within

if TYPE_CHECKING:
    from app.audit.models import AuditEvent
    from app.audit.privacy import Forgetting

# Of `session.info`.
WAITING = "audit"


class Entry(NamedTuple):
    event: AuditEvent
    # The savepoint in which it was noted, with which it goes.
    savepoint: SessionTransaction | None
    # What is to be done when the event's turn comes, and told in it.
    forgetting: Forgetting | None


def add(entry: AuditEvent, forgetting: Forgetting | None = None) -> None:
    session = db.session()
    if not session.in_transaction():
        session.begin()
    savepoint = session.get_nested_transaction()
    session.info.setdefault(WAITING, []).append(Entry(entry, savepoint, forgetting))


def take(session: Session) -> list[Entry]:
    return session.info.pop(WAITING, [])  # type: ignore[no-any-return]


@event.listens_for(Session, "after_soft_rollback")
def _undo(session: Session, ended: SessionTransaction) -> None:
    if ended.nested and WAITING in session.info:
        entries = session.info[WAITING]
        session.info[WAITING] = [
            entry for entry in entries if not is_within(entry.savepoint, ended)
        ]


@event.listens_for(Session, "after_transaction_end")
def _drop(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(WAITING, None)
