"""Security events in the log: what was refused, why, for which account, and to which client.

One line each, by the logger `carafe.security`. docs/observability.md lists them. None contains user
input, because people type their password into the email field.
"""

import logging

from flask import g, request
from werkzeug.exceptions import SecurityError

from carafe.observability import logs
from carafe.observability.paths import loggable_path
from carafe.security.refusals import Refusal

log = logging.getLogger("carafe.security")

# For errors without a recorded refusal.
BY_STATUS = {
    401: Refusal("access.denied", "not_logged_in"),
    403: Refusal("access.denied", "forbidden"),
    411: Refusal("request.refused", "no_length"),
    413: Refusal("request.refused", "too_large"),
    429: Refusal("limit.reached", "too_many"),
    431: Refusal("request.refused", "header_too_large"),
}
UNTRUSTED_HOST = Refusal("host.refused", "untrusted_host")


def report(event: str, reason: str, account: str | None = None) -> None:
    """Log an event. `account` is the one concerned ("user:12"), by default the current user's."""
    if account is None and (user_id := logs.context().get("user_id")):
        account = f"user:{user_id}"
    extra = {
        "reason": reason,
        **({"account": account} if account else {}),
        "client": request.remote_addr,
        "method": request.method,
        "path": loggable_path(),
    }
    log.warning(event, extra=extra)


def refusal(status: int) -> Refusal | None:
    """Return why this request got that status, if that is a security event."""
    if not 400 <= status < 500:
        return None
    if isinstance(request.routing_exception, SecurityError):
        return UNTRUSTED_HOST
    return g.get("refusal") or BY_STATUS.get(status)
