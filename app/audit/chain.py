"""The chain: each event carries a hash over itself and the one before.

So nobody changes, removes or inserts an event without computing every later hash anew
(`verification.py` looks). Two steps, because people may be taken out of an event and the chain
has to hold nevertheless (`privacy.py`):

* `digest` = SHA-256 of `salt`, 16 random bytes, and the canonical form of
  `[actor, address, details, request_id]`. Taking somebody out erases the salt, without which
  nobody can try addresses until one fits the digest;
* `hash` = SHA-256 of the hash before (32 zero bytes at first) and the canonical form of
  `[id, at, action, subject, digest]`. `id` counts up by one; `digest` is in hexadecimal.

Canonical is JSON (RFC 8259) in ASCII with sorted keys and no spaces; times are in UTC and have six
decimals: `2026-11-21T09:30:00.000000+00:00`. It is the same on all databases. Events outlive
releases, so it never changes; migration 0007 has a copy.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from app.audit import waiting
from app.audit.models import AuditEvent
from app.core.database import db, take_turns
from app.core.time import now

GENESIS = bytes(32)
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
SALT_BYTES = 16

EVENTS: Any = AuditEvent.__table__
CONTENT = "at", "action", "actor", "subject", "details", "address", "request_id"
# Made once: `docs/performance.md` says what that saves.
HEAD = select(EVENTS.c.id, EVENTS.c.hash).order_by(EVENTS.c.id.desc()).limit(1)
APPEND = insert(EVENTS)


def canonical(*values: Any) -> bytes:
    return _encode(values).encode()


def digest_of(
    salt: bytes, actor: str | None, address: str | None, details: Any, request_id: str | None
) -> bytes:
    return sha256(salt + canonical(actor, address, details, request_id)).digest()


def hash_of(
    before: bytes, id: int, at: datetime, action: str, subject: str | None, digest: bytes
) -> bytes:
    time = at.astimezone(UTC).isoformat(timespec="microseconds")
    return sha256(before + canonical(id, time, action, subject, digest.hex())).digest()


def append(events: Sequence[dict[str, Any]]) -> None:
    """Add many events, oldest first, as samples do; for one use `record`.

    Each has an `action` and whichever else of `CONTENT`. Commit next: nobody else adds any.
    """
    take_turns("audit")
    _append(events)


def _append(events: Sequence[dict[str, Any]]) -> None:
    head = db.session.execute(HEAD).first()
    last, hash = head or (0, GENESIS)
    rows = []
    for id, given in enumerate(events, last + 1):
        row: dict[str, Any] = dict.fromkeys(CONTENT) | {"at": now(), "details": {}} | given
        # As it will be read: keys are text, tuples are lists.
        details = json.loads(json.dumps(row["details"])) if row["details"] else {}
        salt = secrets.token_bytes(SALT_BYTES)
        digest = digest_of(salt, row["actor"], row["address"], details, row["request_id"])
        hash = hash_of(hash, id, row["at"], row["action"], row["subject"], digest)
        rows.append(row | {"id": id, "salt": salt, "digest": digest, "hash": hash})
    db.session.execute(APPEND, rows)


@event.listens_for(Session, "before_commit")
def _seal(session: Session) -> None:
    if session.in_nested_transaction():
        return
    # Whatever locks rows does so before the turn is taken.
    session.flush()
    entries = waiting.take(session)
    if not entries:
        return
    take_turns("audit")
    events: list[AuditEvent] = []
    for entry in entries:
        if entry.forgetting is None:
            events.append(entry.event)
            continue
        _append_all(events)
        events = list(entry.forgetting.carry_out(entry.event))
    _append_all(events)


def _append_all(events: Sequence[AuditEvent]) -> None:
    if events:
        _append([{name: getattr(event, name) for name in CONTENT} for event in events])
