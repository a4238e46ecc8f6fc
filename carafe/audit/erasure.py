"""Redaction of deleted users: what happened stays, but not who they were."""

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, Text, and_, bindparam, cast, or_, select, update

from carafe.audit.models import EVENTS, HAS_ADDRESS, append
from carafe.database import db

# The only change to the trail, which people have a right to (GDPR, article 17). Nothing is deleted:
# what was done, to what, and when stays.
ERASED, PURGED = "audit.erased", "audit.purged"
# Events in one transaction, for which other writers wait.
BATCH_SIZE = 200

# An email address, and the first and last event ID of its period.
Period = tuple[str, int, int | None]

PERSONAL = "actor", "address", "request_id", "details"
REDACT = (
    update(EVENTS)
    .where(EVENTS.c.id == bindparam("which"))
    .values({name: bindparam(name) for name in PERSONAL})
)


def append_about_the_trail(action: str, **values: object) -> None:
    """Append an event about the trail itself. It names nobody, so it never has to be redacted."""
    append([{"action": action, "actor": "the app", **values}])


def redact_some(subject: str, emails: Sequence[Period], after: int) -> int | None:
    """Redact whatever identifies `subject` ("user:12") in the next events after an ID.

    `emails` are the addresses they had, each with the IDs of the first and the last event (None:
    until now) of its period, outside which it may have been someone else's. `subject` replaces the
    address as the actor. Return the ID of the last event changed, or None if there are no more.
    """
    subject_ids = _next(after, EVENTS.c.subject == subject)
    actor_ids = _next(after, *[_acted(*period) for period in emails])
    mentioned_ids = _next(after, *[_named(*period) for period in emails])
    ids = sorted(subject_ids | actor_ids | mentioned_ids)[:BATCH_SIZE]
    rows = db.session.execute(select(EVENTS).where(EVENTS.c.id.in_(ids))).mappings()
    new = [
        {"which": row["id"], **_redacted(row, subject, subject_ids, actor_ids, mentioned_ids)}
        for row in rows
    ]
    if new:
        db.session.execute(REDACT, new)
    return ids[-1] if len(ids) == BATCH_SIZE else None


def _next(after: int, *conditions: ColumnElement[bool]) -> set[int]:
    # Individually: there is an index for each, but PostgreSQL uses none for all of them together.
    ids: set[int] = set()
    for condition in conditions:
        where = condition, EVENTS.c.id > after, EVENTS.c.action.not_in([ERASED, PURGED])
        query = select(EVENTS.c.id).where(*where).order_by(EVENTS.c.id).limit(BATCH_SIZE)
        ids.update(db.session.scalars(query))
    return ids


def _redacted(
    row: RowMapping,
    subject: str,
    subject_ids: set[int],
    actor_ids: set[int],
    mentioned_ids: set[int],
) -> dict[str, object]:
    id = row["id"]
    # If an admin did something to them, who did it and from where stays, because that is not about
    # them.
    from_them = id in actor_ids or (id in subject_ids and row["actor"] is None)
    return {
        "actor": subject if id in actor_ids else row["actor"],
        "address": None if from_them else row["address"],
        "request_id": None if from_them else row["request_id"],
        "details": {} if id in subject_ids or id in mentioned_ids else row["details"],
    }


def _acted(email: str, first: int, last: int | None) -> ColumnElement[bool]:
    # Without a subject, it is an attempt with that address, no matter who had it then.
    return and_(EVENTS.c.actor == email, or_(EVENTS.c.subject.is_(None), _during(first, last)))


def _named(email: str, first: int, last: int | None) -> ColumnElement[bool]:
    # A whole value in JSON: "ann@…" is not part of "joann@…".
    mentioned_ids = cast(EVENTS.c.details, Text).contains(json.dumps(email), autoescape=True)
    about_users = EVENTS.c.subject.startswith("user:")
    return and_(HAS_ADDRESS, mentioned_ids, or_(about_users.is_not(True), _during(first, last)))


def _during(first: int, last: int | None) -> ColumnElement[bool]:
    ids = EVENTS.c.id
    return ids >= first if last is None else ids.between(first, last)
