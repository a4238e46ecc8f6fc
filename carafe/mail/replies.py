"""The meaning of a mail server's refusal (RFC 5321, 4.2; RFC 3463), by the refused command."""

import re

from carafe.mail.errors import DeferredError, RejectedError, ServerError

REPLY_LENGTH = 300
SHUTTING_DOWN = 421
# RFC 4954, 6: the sender has to log in, in another way, or encrypted.
LOGIN_CODES = {530, 534, 535, 538}
TOO_LARGE = 552
# Refusals of the sender, which many servers send only to RCPT or after DATA. They concern all
# emails. 5.1.7 and 5.1.8 are about the sender's address; 5.7.54, 57, and 60 are Exchange's.
ABOUT_SENDER = re.compile(
    r"""
    ^5\d\d\ (5\.1\.[78]|5\.7\.(54|57|60))\b
    | relay(ing)?\ (access\ )?(denied|not\ permitted|not\ allowed|prohibited)
    | (unable|not\ permitted|not\ allowed|do\ not|cannot)(\ to)?\ relay
    | sender\ (address\ )?(rejected|refused|denied|not\ allowed|verify\ failed)
    | not\ owned\ by\ user
    | send\ as\ this\ sender
    | (sender|domain|identity|address)\ (is\ )?not\ (been\ )?verified | not\ match\ a\ verified
    | authentication\ (is\ )?required | must\ (first\ )?(authenticate|log\ ?in) | not\ authenticated
    | client\ host\ rejected
    """,
    re.I | re.X,
)


def refusal(
    command: str, code: int, reply: str, server: str, sender: str
) -> DeferredError | RejectedError | ServerError:
    """Return the error that an unexpected reply means."""
    text = f"{code} {' '.join(reply.split())}"[:REPLY_LENGTH].strip()
    if code == SHUTTING_DOWN:
        return ServerError(
            f"{server} isn't accepting email right now: {text}", "Wait, or ask its operator."
        )
    if code in LOGIN_CODES or command == "AUTH":
        return ServerError(
            f"{server} rejected the login: {text}", "Correct the user and password in MAIL_URL."
        )
    if command in ("greeting", "EHLO"):
        return ServerError(
            f"{server} doesn't accept connections from this host: {text}",
            "Ask its operator, or set another server in MAIL_URL.",
        )
    if command == "STARTTLS":
        return ServerError(
            f"{server} doesn't encrypt (STARTTLS): {text}",
            "Fix the server's TLS, or try smtps:// with port 465.",
        )
    if not 500 <= code < 600:
        return DeferredError(text)
    is_about_sender = command == "MAIL" and code != TOO_LARGE
    if is_about_sender or ABOUT_SENDER.search(text):
        return ServerError(
            f"{server} doesn't send email for {sender}: {text}",
            "Set MAIL_FROM to an address that the user in MAIL_URL is allowed to send from.",
        )
    return RejectedError(text)
