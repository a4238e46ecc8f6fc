"""A mail server that keeps what it is given, and answers as it is told."""

import ssl
import threading
from collections.abc import Sequence
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

CERTIFICATE = Path(__file__).with_name("self_signed.pem")


class Sink(ThreadingTCPServer):
    """`starttls` offers encryption, `tls` begins with it. `replies` are given to a command, by
    default to that which names the recipient, one to each attempt; after the last all is well."""

    allow_reuse_address = True
    daemon_threads = False  # closing waits for them

    def __init__(
        self,
        *,
        starttls: bool = False,
        tls: bool = False,
        replies: Sequence[str] = (),
        command: str = "RCPT",
    ):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.starttls, self.tls = starttls, tls
        self.replies, self.command = list(replies), command
        self.mails: list[str] = []
        self.commands: list[str] = []
        self.encrypted: list[bool] = []
        self.port = self.server_address[1]
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(CERTIFICATE)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,))

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
        if self.server.tls:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def handle(self) -> None:
        self.say("220 sink")
        while line := self.rfile.readline().decode().strip():
            verb, *rest = line.split(" ", 1)
            verb = verb.upper()
            self.server.commands.append(" ".join([verb, *rest]))
            if verb == self.server.command and self.server.replies:
                self.say(self.server.replies.pop(0))
            elif verb == "EHLO":
                offers = ["250-STARTTLS"] if self.server.starttls else []
                self.say("250-sink", *offers, "250-AUTH PLAIN", "250 OK")
            elif verb == "STARTTLS":
                self.say("220 go")
                self.request = self.server.context.wrap_socket(self.request, server_side=True)
                super().setup()
            elif verb == "AUTH":
                self.say("235 OK")
            elif verb == "DATA":
                self.receive()
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 OK")

    def receive(self) -> None:
        self.say("354 go")
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        self.server.mails.append("".join(lines))
        self.server.encrypted.append(isinstance(self.request, ssl.SSLSocket))
        self.say("250 OK")
