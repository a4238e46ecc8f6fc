"""What the trail keeps of a person who is gone: that things happened, not who it was."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Text, and_, case, cast, literal, or_, update

from app.audit.models import AuditEvent
from app.core.database import db

# The table, not the model: entities refuse every change, and this is the one that is owed to
# people (GDPR, article 17). Nothing is deleted: what was done, to what, and when stays.
EVENTS: Any = AuditEvent.__table__


def forget(subject: str, emails: Iterable[tuple[str, int, int | None]]) -> None:
    """Take out of the trail what tells who `subject` ("user:12") was.

    `emails` are the addresses they had, each with the ids of the first and the last event (None:
    up to now) of the time when it was theirs: before and after it may have been somebody else's.
    Where an address stood as the actor, `subject` does.
    """
    c, emails = EVENTS.c, list(emails)
    about = c.subject == subject
    acted = or_(False, *[_acted(*held) for held in emails])
    named = or_(False, *[_named(*held) for held in emails])
    # Of what an administrator did to them, who and from where stays: that is not about them.
    from_them = or_(acted, and_(about, c.actor.is_(None)))
    db.session.execute(
        update(EVENTS)
        .where(or_(about, acted, named))
        .values(
            actor=case((acted, subject), else_=c.actor),
            address=case((from_them, None), else_=c.address),
            request_id=case((from_them, None), else_=c.request_id),
            details=case((or_(about, named), literal({}, c.details.type)), else_=c.details),
        )
    )


def _acted(email: str, first: int, last: int | None) -> Any:
    # Without a subject it is an attempt with that address, whoever had it then.
    return and_(EVENTS.c.actor == email, or_(EVENTS.c.subject.is_(None), _during(first, last)))


def _named(email: str, first: int, last: int | None) -> Any:
    # As JSON writes a whole value: "ann@…" is not part of "joann@…".
    named = cast(EVENTS.c.details, Text).contains(json.dumps(email), autoescape=True)
    about_users = EVENTS.c.subject.startswith("user:")
    return and_(named, or_(about_users.is_not(True), _during(first, last)))


def _during(first: int, last: int | None) -> Any:
    ids = EVENTS.c.id
    return ids >= first if last is None else ids.between(first, last)
