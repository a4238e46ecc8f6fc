"""The current time."""

import time
from datetime import UTC, datetime

_frozen_at: datetime | None = None


def now() -> datetime:
    return _frozen_at or datetime.now(UTC)


def unix_time() -> float:
    """Return the seconds since 1970."""
    return _frozen_at.timestamp() if _frozen_at else time.time()


def freeze(at: datetime) -> None:
    """Stop the clock of this process, so that screenshots are the same whenever they are taken.

    Rate limits and what browsers send back within minutes, such as a challenge, still expire.
    """
    global _frozen_at
    _frozen_at = at
