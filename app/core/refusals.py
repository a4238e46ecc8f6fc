"""Why a request is refused. The answer tells a person; this tells those who run the site.

`observability.security_events` writes it into the log, once it is known who was refused.
"""

from typing import NamedTuple, NoReturn

from flask import abort, g


class Refusal(NamedTuple):
    """A kind of security event, and what caused it: constants, never what a visitor sent."""

    event: str
    reason: str


def note_refusal(event: str, reason: str) -> None:
    """Say why the answer that follows is an error."""
    g.refusal = Refusal(event, reason)


def refuse(status: int, event: str, reason: str, message: str | None = None) -> NoReturn:
    """Answer with an error, and say why. `message` is for the page."""
    note_refusal(event, reason)
    abort(status, message)
