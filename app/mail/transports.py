"""Where mail goes: a server, a folder or the console, by the scheme of `MAIL_URL`."""

import secrets
import smtplib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import click
from flask import Flask

from app.core.urls import is_loopback
from app.observability import tracing
from config import ConfigError

SMTP_TIMEOUT_SECONDS = 20


class Transport(Protocol):
    def deliver(self, message: EmailMessage) -> None:
        """Hand the message on, or raise."""

    def may_recover(self, error: Exception) -> bool:
        """Whether delivering the same message again may work."""


class SMTP:
    """A mail server. TLS with a checked certificate, except to this very machine."""

    def __init__(self, url: SplitResult):
        self.host, self.implicit_tls = url.hostname or "localhost", url.scheme == "smtps"
        self.port = url.port or (465 if self.implicit_tls else 587)
        self.user, self.password = unquote(url.username or ""), unquote(url.password or "")
        self.encrypted = self.implicit_tls or not is_loopback(self.host)

    def deliver(self, message: EmailMessage) -> None:
        with tracing.call("SMTP", self.host, self.port), self._connect() as server:
            if self.encrypted and not self.implicit_tls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)

    def may_recover(self, error: Exception) -> bool:
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return False
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            return all(code < 500 for code, _ in error.recipients.values())
        if isinstance(error, smtplib.SMTPResponseException):
            return error.smtp_code < 500
        return isinstance(error, OSError)

    def _connect(self) -> smtplib.SMTP:
        if self.implicit_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=SMTP_TIMEOUT_SECONDS, context=context
            )
        return smtplib.SMTP(self.host, self.port, timeout=SMTP_TIMEOUT_SECONDS)


class Folder:
    """One `.eml` file a message, named by time. Development shows them at `/dev/mail`."""

    def __init__(self, path: Path):
        self.path = path

    def deliver(self, message: EmailMessage) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        partial = self.path / f".{name}"
        partial.write_bytes(message.as_bytes())
        partial.rename(self.path / f"{name}.eml")

    def may_recover(self, error: Exception) -> bool:
        return False


class Console:
    """Standard output."""

    def deliver(self, message: EmailMessage) -> None:
        click.echo(message.as_string())

    def may_recover(self, error: Exception) -> bool:
        return False


def init_app(app: Flask) -> None:
    folder = Path(app.instance_path) / "mail"
    given = app.config["MAIL_URL"]
    transports: dict[str, Callable[[SplitResult], Transport]] = {
        "smtp": SMTP,
        "smtps": SMTP,
        "file": lambda url: Folder(Path(url.path) if url.path else folder),
        "console": lambda url: Console(),
    }
    try:
        url = urlsplit(given or "file:")
        if url.scheme == "file" and (url.netloc or url.path[:1] not in ("", "/")):
            raise ValueError("a folder relative to nobody knows where")
        app.extensions["mail_transport"] = transports[url.scheme](url)
    except (KeyError, ValueError):  # not shown: it may hold a password
        raise ConfigError(
            "MAIL_URL is not accepted.",
            "Give smtp://user:password@host:587, smtps://…, file:, file:/path or console:. In a "
            "user or password, write special characters as %2F and so on.",
        ) from None
