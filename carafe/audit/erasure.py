"""What the trail keeps of a deleted person: that things happened, not who it was."""

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, Text, and_, bindparam, cast, or_, select, update

from carafe.audit.models import EVENTS, HAS_ADDRESS, append
from carafe.database import db

# The one change that is owed to people (GDPR, article 17). Nothing is deleted: what was done, to
# what, and when stays.
ERASED, PURGED = "audit.erased", "audit.purged"
# Events in one transaction: others who write wait as long.
BATCH_SIZE = 200

# An address, and the ids of the first and the last event of its time.
Period = tuple[str, int, int | None]

PERSONAL = "actor", "address", "request_id", "details"
REDACT = (
    update(EVENTS)
    .where(EVENTS.c.id == bindparam("which"))
    .values({name: bindparam(name) for name in PERSONAL})
)


def append_about_the_trail(action: str, **values: object) -> None:
    """Add an event about the trail itself: it names nobody, so it never has to be forgotten."""
    append([{"action": action, "actor": "the app", **values}])


def redact_some(subject: str, emails: Sequence[Period], after: int) -> int | None:
    """Take out of the next events behind an id what tells who `subject` ("user:12") was.

    `emails` are the addresses they had, each with the ids of the first and the last event (None:
    up to now) of the time when it was theirs: before and after it may have been someone else's.
    Where an address stood as the actor, `subject` does. Returns the id of the last event that was
    changed, or None if these were all.
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
    # One by one: for each there is an index, for all of them at once PostgreSQL takes none.
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
    # Of what an administrator did to them, who and from where stays: that is not about them.
    from_them = id in actor_ids or (id in subject_ids and row["actor"] is None)
    return {
        "actor": subject if id in actor_ids else row["actor"],
        "address": None if from_them else row["address"],
        "request_id": None if from_them else row["request_id"],
        "details": {} if id in subject_ids or id in mentioned_ids else row["details"],
    }


def _acted(email: str, first: int, last: int | None) -> ColumnElement[bool]:
    # Without a subject it is an attempt with that address, no matter who had it then.
    return and_(EVENTS.c.actor == email, or_(EVENTS.c.subject.is_(None), _during(first, last)))


def _named(email: str, first: int, last: int | None) -> ColumnElement[bool]:
    # As JSON writes a whole value: "ann@…" is not part of "joann@…".
    mentioned_ids = cast(EVENTS.c.details, Text).contains(json.dumps(email), autoescape=True)
    about_users = EVENTS.c.subject.startswith("user:")
    return and_(HAS_ADDRESS, mentioned_ids, or_(about_users.is_not(True), _during(first, last)))


def _during(first: int, last: int | None) -> ColumnElement[bool]:
    ids = EVENTS.c.id
    return ids >= first if last is None else ids.between(first, last)
