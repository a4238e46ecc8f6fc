"""Checks of this package for `flask check`."""

from email.utils import parseaddr
from urllib.parse import urlsplit

from flask import Flask, current_app

from carafe import checks

SERVERS = {"smtp", "smtps"}
# Encrypted from the start (RFC 8314), or with STARTTLS.
WRONG_PORTS = {("smtp", 465), ("smtps", 587), ("smtps", 25)}


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "mail.url",
        not_delivered,
        level="warning",
        remedy="Set MAIL_URL=smtp://user:password@host:587 or smtps://user:password@host:465",
    )
    checks.add(
        app,
        "mail.port",
        wrong_port,
        level="warning",
        remedy="Port 465 is for smtps://, ports 587 and 25 are for smtp://",
    )
    checks.add(
        app,
        "mail.sender",
        unroutable_sender,
        level="warning",
        remedy="Set MAIL_FROM to an address your mail server can send from.",
    )


def not_delivered() -> str | None:
    scheme = urlsplit(current_app.config["MAIL_URL"] or "file:").scheme
    if scheme in SERVERS:
        return None
    place = "the log" if scheme == "console" else "a folder"
    return f"Emails aren't sent but written to {place} in plain text, with working links."


def wrong_port() -> str | None:
    url = urlsplit(current_app.config["MAIL_URL"] or "")
    if (url.scheme, url.port) not in WRONG_PORTS:
        return None
    return f"MAIL_URL is {url.scheme}:// with port {url.port}, so the connection will hang."


def unroutable_sender() -> str | None:
    sender = current_app.config["MAIL_FROM"]
    host = parseaddr(sender)[1].partition("@")[2]
    if "." in host:
        return None
    return f"Emails are sent from {sender}, which other mail servers reject."
