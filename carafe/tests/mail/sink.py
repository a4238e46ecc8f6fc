"""A mail server that offers what it is told, answers as it is told, and keeps what it is given.

It is strict: letters beyond ASCII, long lines, and line breaks that are none are refused as the
oldest servers do, unless it offers otherwise.
"""

import hmac
import ssl
import threading
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

CERTIFICATE = Path(__file__).with_name("self_signed.pem")
LINE_BYTES = 1000  # RFC 5321, 4.5.3.1.6

# Replies that are none: say nothing more, or hang up.
HANG, DROP = "hang", "drop"
# Not a command, but when there are replies, too: to a new connection, and to the end of an email.
GREETING, END = "greeting", "."


class Sink(ThreadingTCPServer):
    """`starttls` offers encryption, `tls` begins with it. `replies` are given to `command`, one to
    each attempt; after the last all is well. `offers` are further lines of EHLO's reply."""

    allow_reuse_address = True
    daemon_threads = False  # closing waits for them

    def __init__(
        self,
        *,
        starttls: bool = False,
        tls: bool = False,
        certificate: Path = CERTIFICATE,
        replies: Sequence[str] = (),
        command: str = "RCPT",
        offers: Sequence[str] = (),
        auth: str = "PLAIN",
        auth_needs_tls: bool = False,
        login: tuple[str, str] | None = None,
        knows_ehlo: bool = True,
        port: int = 0,
    ):
        super().__init__(("127.0.0.1", port), Conversation)
        self.starttls, self.tls = starttls, tls
        self.replies, self.command = list(replies), command
        self.offers, self.auth, self.auth_needs_tls = list(offers), auth, auth_needs_tls
        self.login, self.knows_ehlo = login, knows_ehlo
        self.raw: list[bytes] = []
        self.commands: list[str] = []
        self.encrypted: list[bool] = []
        self.connections = 0
        self.port = self.server_address[1]
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    @property
    def mails(self) -> list[str]:
        """What was taken, line breaks as Python has them."""
        return [mail.decode().replace("\r\n", "\n") for mail in self.raw]

    def count(self, command: str) -> int:
        return len([line for line in self.commands if line.split()[0] == command])

    def __enter__(self) -> "Sink":
        self.thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()

    def handle_error(self, *request: Any) -> None:
        """A client that does not like the certificate hangs up; that is no news."""


class Conversation(StreamRequestHandler):
    server: Sink

    def setup(self) -> None:
        self.server.connections += 1
        if self.server.tls:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def ask(self, line: str) -> str:
        self.say(line)
        return self.rfile.readline().decode().strip()

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self.request, ssl.SSLSocket)

    def handle(self) -> None:
        try:
            if not self.as_told(GREETING):
                self.say("220-sink", "220 ready")
            while line := self.rfile.readline().decode().strip():
                verb, *words = line.split(" ", 1)
                self.server.commands.append(" ".join([verb.upper(), *words]))
                if not self.as_told(verb.upper()):
                    self.answer(verb.upper(), "".join(words))
        except EOFError:
            pass

    def as_told(self, command: str) -> bool:
        """Give the next of the replies to this command, if there is one."""
        if command != self.server.command or not self.server.replies:
            return False
        reply = self.server.replies.pop(0)
        if reply == HANG:
            self.rfile.read()
        if reply in (HANG, DROP):
            raise EOFError
        self.say(*reply.split("\n"))
        if reply.startswith("421"):
            raise EOFError
        return True

    def answer(self, verb: str, argument: str) -> None:
        if not argument.isascii() and "SMTPUTF8" not in self.server.offers:
            self.say("553 letters beyond ASCII")
        elif verb == "EHLO" and self.server.knows_ehlo:
            self.say("250-sink", *(f"250-{line}" for line in self.extensions()), "250 OK")
        elif verb == "EHLO":
            self.say("502 what is that")
        elif verb == "STARTTLS":
            self.say("220 go")
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
            super().setup()
        elif verb == "AUTH":
            self.say("235 OK" if self.logs_in(argument) else "535 5.7.8 wrong user or password")
        elif verb == "DATA":
            self.receive()
        elif verb == "QUIT":
            self.say("221 bye")
            raise EOFError
        else:
            self.say("250 OK")

    def extensions(self) -> list[str]:
        lines = list(self.server.offers)
        if self.server.starttls and not self.is_encrypted:
            lines.append("STARTTLS")
        if self.server.auth and (self.is_encrypted or not self.server.auth_needs_tls):
            lines.append(f"AUTH {self.server.auth}")
        return lines

    def logs_in(self, argument: str) -> bool:
        mechanism, _, first = argument.partition(" ")
        if mechanism == "PLAIN":
            _, *credentials = b64decode(first or self.ask("334 ")).decode().split("\0")
        elif mechanism == "LOGIN":
            asked = [self.ask(f"334 {b64encode(text).decode()}") for text in (b"User:", b"Pass:")]
            credentials = [b64decode(line).decode() for line in asked]
        else:
            challenge = b"<1.2@sink>"
            reply = b64decode(self.ask(f"334 {b64encode(challenge).decode()}")).decode()
            user, _, digest = reply.rpartition(" ")
            password = (self.server.login or ("", ""))[1]
            right = hmac.new(password.encode(), challenge, "md5").hexdigest()
            credentials = [user, password if digest == right else "wrong"]
        return self.server.login is None or tuple(credentials) == self.server.login

    def receive(self) -> None:
        self.say("354 go")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if not line or self.as_told(END):
            return
        if problem := self.problem(lines):
            self.say(f"554 {problem}")
            return
        self.server.raw.append(b"".join(lines))
        self.server.encrypted.append(self.is_encrypted)
        self.say("250 OK")

    def problem(self, lines: list[bytes]) -> str:
        """What an old server does not take in an email."""
        knows_8_bit = {"8BITMIME", "SMTPUTF8"} & set(self.server.offers)
        if not knows_8_bit and not b"".join(lines).isascii():
            return "8-bit data"
        if any(len(line) > LINE_BYTES for line in lines):
            return "line too long"
        if any(line[-2:] != b"\r\n" or b"\r" in line[:-2] or b"\0" in line for line in lines):
            return "bare line breaks"
        return ""
