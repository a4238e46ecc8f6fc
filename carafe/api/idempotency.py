"""Requests that are sent again: `Idempotency-Key` makes the second one get the first's response.

After draft-ietf-httpapi-idempotency-key-header. The key is stored in a transaction of its own
before the work begins, and the response in that of the work: whatever was committed can be
answered again, even if the process was killed before it could answer. Only successes are stored. A
request that failed changed nothing and can be repeated as if it were new.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import NamedTuple, TypeVar

from flask import Response, current_app, request
from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import BadRequest, Conflict, UnprocessableEntity

from carafe.auth import current_user
from carafe.auth.access import enforce_policy
from carafe.database import Base, db, dialect_insert
from carafe.time import now
from carafe.web.routing import current_policy

View = TypeVar("View", bound=Callable[..., Response])

HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 255
# Printable ASCII, quoted or not.
KEY_PATTERN = r'^("[ -~]+"|[!#-~][ -~]*)$'
LIFETIME = timedelta(hours=24)
# How long a request may take. After that, its process is taken for dead, and the next one runs.
LEASE = timedelta(minutes=2)
RETRY_SECONDS = 1
STORED_HEADERS = "Content-Type", "ETag", "Location"


class IdempotencyKey(Base):
    """A key of a user, the request it was sent with, and the response once there is one."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("user_id", "key_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    # The response; without a status, the request is still running.
    status: Mapped[int | None] = mapped_column()
    headers: Mapped[str] = mapped_column(String(2000), default="{}")
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")

    def has_ended(self, at: datetime) -> bool:
        """Tell whether another request may take the key: it's a day old, or its process is dead."""
        return self.created_at <= at - (LEASE if self.status is None else LIFETIME)


class Claim(NamedTuple):
    """A request's hold on a key. `created_at` tells it from one that takes over later."""

    key_hash: bytes
    fingerprint: bytes
    created_at: datetime


class InvalidKeyError(BadRequest):
    problem = "invalid-idempotency-key"
    description = f"{HEADER} must be 1 to {MAX_KEY_LENGTH} printable ASCII characters."


class InProgressError(Conflict):
    problem = "request-in-progress"
    description = "A request with this Idempotency-Key is still running."

    def get_headers(self, *args: object, **kwargs: object) -> list[tuple[str, str]]:
        return [*super().get_headers(), ("Retry-After", str(RETRY_SECONDS))]


class KeyReusedError(UnprocessableEntity):
    problem = "key-reused"
    description = "This Idempotency-Key was used for another request."


def idempotent(view: View) -> View:
    """Decorate a view that changes something and leaves the commit to this decorator.

    What it returns and what it wrote are committed together. Without the header, it just runs.
    """

    @wraps(view)
    def wrapper(*args: object, **kwargs: object) -> Response:
        text = request.headers.get(HEADER)
        if text is None:
            return _commit(view(*args, **kwargs))
        claim = Claim(_hash(_parse(text)), _fingerprint(), now())
        # The key has a transaction of its own. What was checked and recorded in this one is
        # repeated afterwards, in that of the work.
        db.session.rollback()
        if stored := _claim(claim):
            return stored
        try:
            if answer := enforce_policy(current_policy()):  # the impersonation just ended
                _release(claim)
                return current_app.make_response(answer)
            response = view(*args, **kwargs)
            _store(claim, response)
            return _commit(response)
        except BaseException:
            db.session.rollback()
            _release(claim)
            raise

    return wrapper  # type: ignore[return-value]


def _commit(response: Response) -> Response:
    db.session.commit()
    return response


def _parse(text: str) -> str:
    """Return the key in a header: a quoted string as in the draft, or bare as many clients do."""
    key = text.strip()
    if len(key) > MAX_KEY_LENGTH or not re.fullmatch(KEY_PATTERN, key):
        raise InvalidKeyError
    if key[0] == '"':
        key = key[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return key


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _fingerprint() -> bytes:
    parts = request.method.encode(), request.full_path.encode(), request.get_data()
    return hashlib.sha256(b"\0".join(parts)).digest()


def _claim(claim: Claim) -> Response | None:
    """Take the key for this request, or return the response of the one that had it.

    Raises `InProgressError` (409) while that runs, and `KeyReusedError` (422) if it was another.
    """
    values = {**claim._asdict(), "user_id": current_user.id, "headers": "{}", "body": b""}
    insert = dialect_insert(IdempotencyKey, db.engine.dialect).values(values)
    insert = insert.on_conflict_do_nothing().returning(IdempotencyKey.id)
    if db.session.scalar(insert) is not None:
        db.session.commit()
        return None
    query = select(IdempotencyKey).where(*_matches(claim)).with_for_update()
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise InProgressError  # it was released at this moment
    if row.has_ended(claim.created_at):
        row.fingerprint, row.created_at, row.status = claim.fingerprint, claim.created_at, None
        db.session.commit()
        return None
    if row.fingerprint != claim.fingerprint:
        raise KeyReusedError
    if row.status is None:
        raise InProgressError
    response = current_app.response_class(row.body, row.status, json.loads(row.headers))
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _matches(claim: Claim) -> list[ColumnElement[bool]]:
    return [IdempotencyKey.user_id == current_user.id, IdempotencyKey.key_hash == claim.key_hash]


def _is_ours(claim: Claim) -> list[ColumnElement[bool]]:
    is_running = IdempotencyKey.status.is_(None)
    return [*_matches(claim), is_running, IdempotencyKey.created_at == claim.created_at]


def _store(claim: Claim, response: Response) -> None:
    headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
    values = {
        "status": response.status_code,
        "headers": json.dumps(headers),
        "body": response.get_data(),
    }
    stored = db.session.execute(update(IdempotencyKey).where(*_is_ours(claim)).values(values))
    if not stored.rowcount:  # type: ignore[attr-defined]
        raise InProgressError  # this took longer than the lease, and another request took over


def _release(claim: Claim) -> None:
    """Forget a key whose request failed."""
    db.session.execute(delete(IdempotencyKey).where(*_is_ours(claim)))
    db.session.commit()


def delete_expired() -> None:
    """Delete keys that are older than a day. Call it in a job; it commits."""
    old = delete(IdempotencyKey).where(IdempotencyKey.created_at <= now() - LIFETIME)
    db.session.execute(old)
    db.session.commit()
