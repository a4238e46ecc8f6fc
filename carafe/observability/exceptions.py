"""What is kept of an exception: its type, its place and the way there. Never its text or values."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

from carafe import call_sites

LONGEST_TRACEBACK = 20_000
HIDDEN = "(its text is not kept: it may hold what somebody typed)"


@dataclass
class Seen:
    fingerprint: str
    type: str
    place: str
    traceback: str
    count: int = 1
    endpoint: str = ""
    request_id: str = ""


def describe(error: BaseException) -> Seen:
    """An exception as it is kept. Those of one type from one place are the same."""
    kind, place = _name(error), call_sites.of(error.__traceback__)
    digest = hashlib.sha256(f"{kind} {place}".encode()).hexdigest()[:32]
    text = "\n".join(_chain(error))
    return Seen(digest, kind[:200], place[:300], text[-LONGEST_TRACEBACK:])


def _chain(error: BaseException) -> Iterator[str]:
    errors: list[BaseException] = []
    last: BaseException | None = error
    # `raise error from error` is a ring.
    while last is not None and not any(last is one for one in errors):
        errors.append(last)
        last = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
    for one in reversed(errors):
        yield "Traceback (most recent call last):"
        yield call_sites.shortened("".join(traceback.format_tb(one.__traceback__))).rstrip()
        yield f"{_name(one)} {HIDDEN}"
        if one is not error:
            yield "\nFrom which came:\n"


def _name(error: BaseException) -> str:
    kind = type(error)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"
