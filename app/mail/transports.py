"""Where mail goes: a server, a folder or the console, by the scheme of `MAIL_URL`."""

import secrets
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

import click
from flask import Flask

from app.core.this_machine import is_loopback
from app.observability import tracing
from settings.urls import URL, split_url

SMTP_TIMEOUT_SECONDS = 20


class Transport(Protocol):
    def deliver(self, message: EmailMessage) -> None:
        """Hand the message on, or raise."""

    def may_recover(self, error: Exception) -> bool:
        """Whether delivering the same message again may work."""


class SMTP:
    """A mail server. TLS with a checked certificate, except to this very machine."""

    def __init__(self, url: URL):
        self.host, self.implicit_tls = url.host.strip("[]"), url.scheme == "smtps"
        self.port = url.port or (465 if self.implicit_tls else 587)
        self.user, self.password = url.user, url.password
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
    app.extensions["mail_transport"] = _transport(app.config["MAIL_URL"] or "file:", app)


def _transport(url: str, app: Flask) -> Transport:
    if url == "console:":
        return Console()
    if url.startswith("file:"):
        path = unquote(url.removeprefix("file:"))
        return Folder(Path(path) if path else Path(app.instance_path) / "mail")
    return SMTP(split_url(url))
