"""What is stored about an exception: type, location, and traceback. Never its message or values."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

from carafe import call_sites

MAX_TRACEBACK = 20_000
REDACTED_MESSAGE = "(message removed: it may contain user input)"


@dataclass
class ExceptionRecord:
    fingerprint: str
    type: str
    place: str
    traceback: str
    count: int = 1
    endpoint: str = ""
    request_id: str = ""
    path: str = ""


def build_record(error: BaseException) -> ExceptionRecord:
    """Return an exception's record. Those with the same type and location are the same."""
    kind, place = _name(error), call_sites.traceback_site(error.__traceback__)
    digest = hashlib.sha256(f"{kind} {place}".encode()).hexdigest()[:32]
    text = "\n".join(_chain(error))
    return ExceptionRecord(digest, kind[:200], place[:300], text[-MAX_TRACEBACK:])


def _chain(error: BaseException) -> Iterator[str]:
    errors: list[BaseException] = []
    last: BaseException | None = error
    # `raise error from error` is a cycle.
    while last is not None and not any(last is earlier for earlier in errors):
        errors.append(last)
        last = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
    for cause in reversed(errors):
        yield "Traceback (most recent call last):"
        yield call_sites.relative_path("".join(traceback.format_tb(cause.__traceback__))).rstrip()
        yield f"{_name(cause)} {REDACTED_MESSAGE}"
        if cause is not error:
            yield "\nThis caused:\n"


def _name(error: BaseException) -> str:
    kind = type(error)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"
