"""Login to a mail server (RFC 4954) in UTF-8, where smtplib supports only ASCII."""

import binascii
import hmac
import smtplib
from base64 import b64decode, b64encode
from collections.abc import Callable

from carafe.mail.errors import ServerError

CHALLENGE, LOGGED_IN, UNKNOWN_MECHANISM = 334, 235, 504

Reply = tuple[int, bytes]


def log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """Log in. Raise `SMTPAuthenticationError` with the server's reply, or `ServerError`."""
    advertised = server.esmtp_features.get("auth", "").upper().split()
    mechanisms = [name for name in MECHANISMS if name in advertised]
    if not mechanisms:
        raise ServerError(
            f"The mail server offers no supported login method: {' '.join(advertised) or 'none'}.",
            f"Enable {' or '.join(MECHANISMS)} there, or remove the login from MAIL_URL.",
        )
    for name in mechanisms:
        code, reply = MECHANISMS[name](server, user, password)
        if code == LOGGED_IN:
            return
        # Try another mechanism only if it isn't about the password: servers lock out repeated
        # failures.
        if code != UNKNOWN_MECHANISM:
            break
    # some servers quote what they received
    for secret in (f"\0{user}\0{password}", password, user):
        for text in (secret, _encoded(secret)):
            reply = reply.replace(text.encode(), b"***")
    raise smtplib.SMTPAuthenticationError(code, reply)


def plain(server: smtplib.SMTP, user: str, password: str) -> Reply:
    """RFC 4616."""
    response = _encoded(f"\0{user}\0{password}")
    code, reply = server.docmd("AUTH", f"PLAIN {response}")
    return server.docmd(response) if code == CHALLENGE else (code, reply)


def login(server: smtplib.SMTP, user: str, password: str) -> Reply:
    """Not a standard, but all that some servers offer: asks for the user, then the password."""
    code, reply = server.docmd("AUTH", "LOGIN")
    for text in (user, password):
        if code == CHALLENGE:
            code, reply = server.docmd(_encoded(text))
    return code, reply


def cram_md5(server: smtplib.SMTP, user: str, password: str) -> Reply:
    """RFC 2195."""
    code, reply = server.docmd("AUTH", "CRAM-MD5")
    if code != CHALLENGE:
        return code, reply
    try:
        digest = hmac.new(password.encode(), b64decode(reply), "md5").hexdigest()
    except (binascii.Error, ValueError):  # invalid base64, or no MD5 in this Python
        return UNKNOWN_MECHANISM, b"CRAM-MD5 cannot be done"
    return server.docmd(_encoded(f"{user} {digest}"))


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


# In order of preference. The session is encrypted, or with this machine.
MECHANISMS: dict[str, Callable[[smtplib.SMTP, str, str], Reply]] = {
    "PLAIN": plain,
    "LOGIN": login,
    "CRAM-MD5": cram_md5,
}
