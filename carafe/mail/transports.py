"""Where emails go: a server, a folder, or the console, by the scheme of `MAIL_URL`."""

import secrets
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import click
from flask import Flask

from carafe.config.url_parts import split_url
from carafe.mail.errors import ServerError
from carafe.mail.message import Message
from carafe.mail.smtp import SMTPTransport


class Transport(Protocol):
    def deliver(self, message: Message) -> None:
        """Deliver the message. Raise one of `carafe.mail.errors`."""


class FileTransport:
    """One `.eml` file per message, named by time. Development shows them at `/dev/mail`."""

    def __init__(self, path: Path):
        self.path = path

    def deliver(self, message: Message) -> None:
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        partial = self.path / f".{name}"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial.write_bytes(message.to_bytes())
            partial.rename(self.path / f"{name}.eml")
        except OSError as error:
            raise ServerError(
                f"Can't write email to {self.path}: {error.strerror}.",
                "Free up space, or make the folder writable for the app's user.",
            ) from None


class ConsoleTransport:
    """Standard output."""

    def deliver(self, message: Message) -> None:
        click.echo(message.to_bytes().decode())


def init_app(app: Flask) -> None:
    app.extensions["mail_transport"] = _transport(app.config["MAIL_URL"] or "file:", app)


def _transport(url: str, app: Flask) -> Transport:
    if url == "console:":
        return ConsoleTransport()
    if url.startswith("file:"):
        path = unquote(url.removeprefix("file:"))
        return FileTransport(Path(path) if path else Path(app.instance_path) / "mail")
    return SMTPTransport(split_url(url), _client_name(urlsplit(app.config["PUBLIC_URL"]).hostname))


def _client_name(host: str | None) -> str:
    """Return this site's host in the form for EHLO (RFC 5321, 4.1.3)."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return host or "localhost"
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
