"""What the trail keeps of a person who is gone: that things happened, not who it was."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, bindparam, cast, or_, select, update

from app.audit import waiting
from app.audit.models import HAS_ADDRESS, AuditEvent
from app.core.database import db
from app.core.time import now

# The table, not the model: entities refuse every change, and this is the one that is owed to
# people (GDPR, article 17). Nothing is deleted: what was done, to what, and when stays.
EVENTS: Any = AuditEvent.__table__
FORGOTTEN, PURGED = "audit.forgotten", "audit.purged"
AT_ONCE = 500

PERSONAL = "actor", "address", "request_id", "details"
REDACT = (
    update(EVENTS)
    .where(EVENTS.c.id == bindparam("which"))
    .values({name: bindparam(name) for name in PERSONAL} | {"salt": None})
)


def forget(subject: str, emails: Iterable[tuple[str, int, int | None]]) -> None:
    """Take out of the trail what tells who `subject` ("user:12") was, when this is committed.

    `emails` are the addresses they had, each with the ids of the first and the last event (None:
    up to now) of the time when it was theirs: before and after it may have been somebody else's.
    Where an address stood as the actor, `subject` does.
    """
    told = of_the_trail(FORGOTTEN, subject=subject)
    waiting.add(told, Forgetting(subject, list(emails)))


def of_the_trail(action: str, **values: Any) -> AuditEvent:
    """An event about the trail itself: it names nobody, so that it never has to be forgotten."""
    return AuditEvent(**{"at": now(), "action": action, "actor": "the app", "details": {}} | values)


class Forgetting(NamedTuple):
    subject: str
    emails: list[tuple[str, int, int | None]]

    def carry_out(self, told: AuditEvent) -> Iterator[AuditEvent]:
        """Forget; the events which tell, as `told`, of which ones that holds.

        What is not whole without one of them saying so was not changed by us.
        """
        about = self._find(EVENTS.c.subject == self.subject)
        acted = self._find(*[_acted(*held) for held in self.emails])
        named = self._find(*[_named(*held) for held in self.emails])
        changed: list[int] = []
        for ids in _slices(sorted(about | acted | named)):
            rows = db.session.execute(select(EVENTS).where(EVENTS.c.id.in_(ids))).mappings()
            new = [
                {"which": row["id"], **values}
                for row in rows
                if (values := self._redacted(row, about, acted, named))
                != {name: row[name] for name in PERSONAL}
            ]
            if new:
                db.session.execute(REDACT, new)
            changed += [row["which"] for row in new]
        for ids in _slices(changed):
            yield of_the_trail(
                FORGOTTEN, at=told.at, subject=self.subject, details={"events": _runs(ids)}
            )

    def _find(self, *conditions: Any) -> set[int]:
        # One by one: for each there is an index, for all of them at once PostgreSQL takes none.
        found: set[int] = set()
        for condition in conditions:
            ids = select(EVENTS.c.id).where(condition, EVENTS.c.action.not_in([FORGOTTEN, PURGED]))
            found.update(db.session.scalars(ids))
        return found

    def _redacted(
        self, row: Any, about: set[int], acted: set[int], named: set[int]
    ) -> dict[str, Any]:
        id = row["id"]
        # Of what an administrator did to them, who and from where stays: that is not about them.
        from_them = id in acted or (id in about and row["actor"] is None)
        return {
            "actor": self.subject if id in acted else row["actor"],
            "address": None if from_them else row["address"],
            "request_id": None if from_them else row["request_id"],
            "details": {} if id in about or id in named else row["details"],
        }


def _acted(email: str, first: int, last: int | None) -> Any:
    # Without a subject it is an attempt with that address, whoever had it then.
    return and_(EVENTS.c.actor == email, or_(EVENTS.c.subject.is_(None), _during(first, last)))


def _named(email: str, first: int, last: int | None) -> Any:
    # As JSON writes a whole value: "ann@…" is not part of "joann@…".
    named = cast(EVENTS.c.details, Text).contains(json.dumps(email), autoescape=True)
    about_users = EVENTS.c.subject.startswith("user:")
    return and_(HAS_ADDRESS, named, or_(about_users.is_not(True), _during(first, last)))


def _during(first: int, last: int | None) -> Any:
    ids = EVENTS.c.id
    return ids >= first if last is None else ids.between(first, last)


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[n : n + AT_ONCE] for n in range(0, len(ids), AT_ONCE))


def _runs(ids: Sequence[int]) -> list[list[int]]:
    """Ascending ids as pairs of first and last of those that follow one another."""
    runs: list[list[int]] = []
    for id in ids:
        if runs and id == runs[-1][1] + 1:
            runs[-1][1] = id
        else:
            runs.append([id, id])
    return runs
