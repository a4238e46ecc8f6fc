"""Sending by SMTP: with what the server offers, and encrypted unless it is on this machine."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from carafe.config.url_parts import URL
from carafe.mail.errors import DeferredError, RejectedError, ServerError
from carafe.mail.login import log_in
from carafe.mail.message import Message
from carafe.mail.replies import refusal
from carafe.network import is_loopback
from carafe.observability import tracing

TIMEOUT_SECONDS = 20
# The server has accepted the email by then.
GOODBYE_SECONDS = 3
PORTS = "Usually, smtps:// is for port 465, and smtp:// for ports 587 and 25."


class SMTPTransport:
    """A mail server. TLS with a verified certificate, except on this machine."""

    def __init__(self, url: URL, client: str):
        self.host, self.implicit_tls = url.host.strip("[]"), url.scheme == "smtps"
        self.port = url.port or (465 if self.implicit_tls else 587)
        self.user, self.password = url.user, url.password
        self.is_here = is_loopback(self.host)
        self.name = f"The mail server {self.host}:{self.port}"
        # The name that this side uses in EHLO. Looking up the system's own name can take seconds.
        self.client = client

    def deliver(self, message: Message) -> None:
        """Send an email. Raise `ServerError`, `DeferredError`, or `RejectedError`."""
        try:
            message = message.with_ascii_domain()
        except ValueError as error:
            raise RejectedError(str(error)) from None
        with tracing.call("SMTP", self.host, self.port), self._session() as server:
            try:
                self._send(server, message)
            except smtplib.SMTPResponseException as error:
                raise self._refusal("DATA", error.smtp_code, error.smtp_error, message) from None
            except OSError as error:
                raise DeferredError(f"The connection ended: {error}") from None

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Connect, and encrypt and log in if necessary."""
        with self._preparing("greeting"):
            server = self._connect()
        try:
            with self._preparing("EHLO"):
                server.ehlo_or_helo_if_needed()
            if not self.implicit_tls:
                self._encrypt(server)
            if self.user:
                with self._preparing("AUTH"):
                    log_in(server, self.user, self.password)
            yield server
        finally:
            # Its reply changes nothing now: treated as a failure, the email would be sent twice.
            with suppress(OSError):
                if server.sock:
                    server.sock.settimeout(GOODBYE_SECONDS)
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        if self.implicit_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                self.host, self.port, self.client, timeout=TIMEOUT_SECONDS, context=context
            )
        return smtplib.SMTP(self.host, self.port, self.client, timeout=TIMEOUT_SECONDS)

    def _encrypt(self, server: smtplib.SMTP) -> None:
        if server.has_extn("starttls"):
            context = ssl.create_default_context()
            if self.is_here:
                # Nobody is in between, and local servers create their own certificates.
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with self._preparing("STARTTLS"):
                server.starttls(context=context)
            with self._preparing("EHLO"):
                server.ehlo_or_helo_if_needed()
        elif not self.is_here:
            raise ServerError(
                f"{self.name} doesn't offer encryption (STARTTLS), so nothing is sent.",
                "Enable STARTTLS on it, or try smtps:// with port 465 in MAIL_URL.",
            )

    def _send(self, server: smtplib.SMTP, message: Message) -> None:
        content = message.to_bytes("\r\n")
        options = self._options(server, message, len(content))
        steps: dict[str, Callable[[], tuple[int, bytes]]] = {
            "MAIL": lambda: server.mail(message.from_address, options),
            "RCPT": lambda: server.rcpt(message.to or ""),
            "DATA": lambda: server.data(content),
        }
        for command, step in steps.items():
            code, reply = step()
            if not 200 <= code < 300:
                raise self._refusal(command, code, reply, message)

    def _options(self, server: smtplib.SMTP, message: Message, size: int) -> list[str]:
        """Return the parameters of MAIL.

        Raise an error if the server doesn't support such an email.
        """
        options = []
        if not f"{message.from_address}{message.to}".isascii():
            if not server.has_extn("smtputf8"):
                text = f"{self.name} accepts only ASCII addresses (no SMTPUTF8)."
                if message.from_address.isascii():
                    raise RejectedError(text)
                raise ServerError(text, "Set MAIL_FROM to an ASCII address.")
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        if server.has_extn("size"):
            limit = server.esmtp_features["size"]
            if limit.isdecimal() and 0 < int(limit) < size:
                raise RejectedError(f"The email has {size} bytes, but the server accepts {limit}.")
            options.append(f"SIZE={size}")
        return options

    @contextmanager
    def _preparing(self, command: str) -> Iterator[None]:
        """Treat errors before the email as concerning all emails."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            raise self._refusal(command, error.smtp_code, error.smtp_error) from None
        except ssl.SSLCertVerificationError as error:
            raise ServerError(
                f"The certificate of {self.host}:{self.port} was rejected: "
                f"{error.verify_message.rstrip('.')}.",
                "Renew it, or use the hostname it was issued for in MAIL_URL. If your own "
                "authority signed it, set SSL_CERT_FILE.",
            ) from None
        except ssl.SSLError as error:
            raise ServerError(
                f"{self.name} doesn't speak TLS: {error.reason or error}.", PORTS
            ) from None
        except socket.gaierror as error:
            raise ServerError(
                f"The host {self.host} was not found: {error.strerror}.",
                "Correct the host in MAIL_URL, or this machine's DNS.",
            ) from None
        except OSError as error:
            raise ServerError(
                f"{self.name} isn't responding: {error}.",
                f"Check whether it is running, or correct the host and port in MAIL_URL. {PORTS}",
            ) from None

    def _refusal(
        self, command: str, code: int, reply: bytes | str, message: Message | None = None
    ) -> Exception:
        text = reply if isinstance(reply, str) else reply.decode("utf-8", "replace")
        return refusal(command, code, text, self.name, message.from_address if message else "")
