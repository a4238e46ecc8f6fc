"""Whether the trail is as it was written: finds what was changed, inserted or taken away."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import String, Text, cast, select, type_coerce

from app.audit.chain import EVENTS, GENESIS, digest_of, hash_of
from app.audit.privacy import FORGOTTEN, PURGED
from app.core.database import db

AT_ONCE = 5_000
# None of ours has it. Somebody else's may come before the first.
LOWEST_ID = -(2**63)

# What somebody wrote past the app need not be a time or JSON: so both as they are.
AT = type_coerce(EVENTS.c.at, String).label("at")
DETAILS = cast(EVENTS.c.details, Text).label("details")
COLUMNS = [c for c in EVENTS.c if c.name not in ("at", "details")] + [AT, DETAILS]


class Place(NamedTuple):
    """A place in the chain. The hash is None where it cannot be known."""

    id: int
    hash: bytes | None


class Verification:
    """Read the trail from the event `since` on, in memory that does not grow.

    But for the ids of events of which somebody was taken out, until the event comes that says so.
    `expected` is a place that was written down earlier: without one, nobody can tell whether the
    newest events were cut off, or all were written anew.
    """

    def __init__(self, since: int = 1, expected: Place | None = None):
        self.since, self.expected = since, expected
        self.count = 0
        self.last = Place(0, GENESIS)
        self._purged = self.last
        self._unnamed: set[int] = set()
        # The event that follows from nothing, what is before it, and what is wrong.
        self._suspect: tuple[int, Place, str] | None = None

    def problems(self) -> Iterator[str]:
        """What is wrong, as it is found."""
        for event in self._events():
            if not self.count:
                self.last = self._before(event.id)
            self.count += 1
            yield from self._check_chain(event)
            yield from self._check_content(event)
            if self.expected and event.id == self.expected.id:
                yield from self._compare(event, self.expected, "what was expected")
                self.expected = None
        if self._suspect:
            yield self._suspect[2]
        for id in sorted(self._unnamed):
            yield f"{id}: somebody was taken out of it, and no {FORGOTTEN} says so"
        if self.expected:
            yield f"{self.expected.id}: {self._why_not_seen(self.expected)}"

    def _events(self) -> Iterator[Any]:
        id = self.since - 1 if self.since > 1 else LOWEST_ID
        while True:
            following = select(*COLUMNS).where(EVENTS.c.id > id).order_by(EVENTS.c.id)
            events = db.session.execute(following.limit(AT_ONCE)).all()
            db.session.rollback()  # a snapshot held for long would let SQLite's log grow
            if not events:
                return
            yield from events
            id = events[-1].id

    def _before(self, first: int) -> Place:
        before = select(EVENTS.c.id, EVENTS.c.hash).where(EVENTS.c.id < first)
        row = db.session.execute(before.order_by(EVENTS.c.id.desc()).limit(1)).first()
        self._purged = _purged()
        if row:
            return Place(*row)
        # Of what was to be purged something is left: the app was ended meanwhile.
        return Place(first - 1, None) if 0 < first <= self._purged.id else self._purged

    def _check_chain(self, event: Any) -> Iterator[str]:
        before, self.last = self.last, Place(event.id, event.hash)
        if self._suspect:
            id, good, problem = self._suspect
            self._suspect = None
            if _follows(event, good):
                yield f"{id}: it was inserted, since the next one follows from the one before it"
                return
            yield problem
        if not _follows(event, before):
            self._suspect = self._break(event, before)
        elif event.id == self._purged.id:
            yield from self._compare(event, self._purged, f"{PURGED} says")

    def _break(self, event: Any, before: Place) -> tuple[int, Place, str] | None:
        problem = (
            "it does not follow from the one before: time, action, subject or hash of one of them "
            "were changed, or it is another one"
        )
        if event.id > before.id + 1:
            self._purged = _purged()
            if self._purged.id > before.id and _follows(event, self._purged):
                return None  # purged while it was read
            problem = f"{_missing(before.id + 1, event.id - 1)} before it, or it was changed"
        return event.id, before, f"{event.id}: {problem}"

    def _check_content(self, event: Any) -> Iterator[str]:
        if event.salt is None and event.action not in (FORGOTTEN, PURGED):
            self._unnamed.add(event.id)
            return
        try:
            details = json.loads(event.details)
            content = event.actor, event.address, details, event.request_id
            if digest_of(event.salt, *content) != event.digest:
                raise ValueError
            if event.action == FORGOTTEN:
                self._name(details["events"])
        except (TypeError, ValueError, LookupError):
            yield f"{event.id}: actor, address, details or request were changed"

    def _name(self, runs: list[tuple[int, int]]) -> None:
        for first, last in runs:
            if last - first < len(self._unnamed):
                self._unnamed.difference_update(range(first, last + 1))
            else:
                self._unnamed = {id for id in self._unnamed if not first <= id <= last}

    def _compare(self, event: Any, other: Place, source: str) -> Iterator[str]:
        if event.hash != other.hash:
            yield f"{event.id}: its hash is not {source}: what is up to it was written anew"

    def _why_not_seen(self, expected: Place) -> str:
        if self.last.id < expected.id:
            return f"{_missing(self.last.id + 1, expected.id)} at the end"
        if expected.id < self.since or expected.id <= self._purged.id:
            return "it is before what was read, so nothing can be compared with it"
        return "it is missing"


def _follows(event: Any, before: Place) -> bool:
    if before.hash is None:
        return True
    try:
        at = datetime.fromisoformat(event.at) if isinstance(event.at, str) else event.at
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        identity = event.id, at, event.action, event.subject, event.digest
        return bool(hash_of(before.hash, *identity) == event.hash)
    except (AttributeError, TypeError, ValueError):
        return False


def _purged() -> Place:
    """The last event that was purged, as the trail says."""
    told = select(DETAILS).where(EVENTS.c.action == PURGED).order_by(EVENTS.c.id.desc())
    try:
        details = json.loads(db.session.scalar(told.limit(1)) or "{}")
        return Place(int(details["through"]), bytes.fromhex(details["hash"]))
    except (TypeError, ValueError, LookupError):
        return Place(0, GENESIS)


def _missing(first: int, last: int) -> str:
    return f"{first} is missing" if first == last else f"{first} to {last} are missing"
