"""Why a request is refused. The response tells the visitor; this tells the operators.

`observability.security_events` logs it once it is known who was refused.
"""

from typing import NamedTuple, NoReturn

from flask import abort, g


class Refusal(NamedTuple):
    """A kind of security event and its cause: constants, never something a visitor sent."""

    event: str
    reason: str


def note_refusal(event: str, reason: str) -> None:
    """Record why the response to this request is an error."""
    g.refusal = Refusal(event, reason)


def refuse(status: int, event: str, reason: str, message: str | None = None) -> NoReturn:
    """Abort with an error and record why. `message` is shown on the page."""
    note_refusal(event, reason)
    abort(status, message)
