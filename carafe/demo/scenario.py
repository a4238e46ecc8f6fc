"""The story that the sample data tells: who takes part, and when what happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

# Prefix of the IDs of made-up requests, by which their data is found again.
REQUEST_PREFIX = "demo-"
DAYS = 90


@dataclass(frozen=True)
class Person:
    """A sample user. Those that are an account have a password that was printed."""

    id: int
    email: str
    name: str
    role: str
    joined_at: datetime
    confirmed_at: datetime | None
    suspended_at: datetime | None
    deletes_at: datetime | None
    is_account: bool

    @property
    def is_active(self) -> bool:
        return self.confirmed_at is not None and self.suspended_at is None


@dataclass
class Scenario:
    """Sample data around a moment: the same for the same moment, apart from passwords.

    `people` are in the order in which they joined. Loaders that run early add them, and `events`
    for the audit log; `size` is the number of people where only their rows are left.
    """

    at: datetime
    size: int = 0
    people: list[Person] = field(default_factory=list)
    events: list[dict[str, object]] = field(default_factory=list)

    @staticmethod
    def random(name: str) -> Random:
        """Return a separate generator for each part, so that no part changes another."""
        return Random(f"carafe {name}")  # noqa: S311  # nosec B311

    @staticmethod
    def address(email: str) -> str:
        """Return the address from which someone visits: of a network for examples (RFC 5737)."""
        random = Random(email)  # noqa: S311  # nosec B311
        network = random.choice(["192.0.2", "198.51.100", "203.0.113"])
        return f"{network}.{random.randint(1, 254)}"

    @property
    def accounts(self) -> list[Person]:
        """Return the people with accounts whose passwords are printed."""
        return [person for person in self.people if person.is_account]

    @property
    def admin(self) -> Person:
        """Return the first person: the one who set the site up."""
        return self.people[0]

    @property
    def active_people(self) -> list[Person]:
        return [person for person in self.people if person.is_active]

    def moment(self, random: Random, since: datetime | None = None) -> datetime:
        """Return a moment between then, or the beginning, and now: more often by day, and later."""
        start = since or self.at - timedelta(days=DAYS)
        seconds = (self.at - start).total_seconds()
        moment = start + timedelta(seconds=seconds * random.random() ** 0.65)
        is_early_riser = random.random() < 0.2
        if moment.hour < 6 and not is_early_riser:
            moment += timedelta(hours=8)
        return min(moment, self.at - timedelta(minutes=random.randint(1, 50)))

    def add_event(
        self,
        at: datetime,
        action: str,
        subject: str | None = None,
        actor: str | None = None,
        **details: object,
    ) -> None:
        """Add an event to the audit log, as `carafe.audit.record` does for what happens now."""
        self.events.append(
            {"at": at, "action": action, "subject": subject, "actor": actor, "details": details}
        )


def request_id(random: Random) -> str:
    return f"{REQUEST_PREFIX}{random.getrandbits(108):027x}"
