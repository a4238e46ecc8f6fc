"""Other servers, simulated by a thread of this process."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

Answer = tuple[int, dict[str, str], bytes]


class Call:
    """A received request."""

    def __init__(self, method: str, target: str, headers: Message, body: bytes):
        self.method, self.headers = method, headers
        self.path, self.query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
        self.body = body
        self.form = dict(parse_qsl(body.decode(errors="replace")))

    def credentials(self) -> tuple[str, str]:
        """Return a client's credentials, from HTTP Basic or the form."""
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return self.form.get("client_id", ""), self.form.get("client_secret", "")
        name, _, secret = base64.b64decode(value).decode().partition(":")
        return unquote(name), unquote(secret)

    def bearer(self) -> str:
        return str(self.headers.get("Authorization", "")).removeprefix("Bearer ")


def document(content: object, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()


def redirection(url: str) -> Answer:
    return 302, {"Location": url}, b""


def always(answer: Answer) -> Callable[[Call], Answer]:
    """Answer every request in the same way."""
    return lambda call: answer


class Loopback:
    """A server whose `routes` answer requests by path; `calls` are those received."""

    def __init__(self) -> None:
        self.routes: dict[str, Callable[[Call], Answer]] = {}
        self.calls: list[Call] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                call = Call(self.command, self.path, self.headers, body)
                outer.calls.append(call)
                route = outer.routes.get(call.path)
                status, headers, content = route(call) if route else (404, {}, b"")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                try:
                    self.wfile.write(content)
                except OSError:  # the client closed the connection
                    self.close_connection = True

            do_POST = do_GET  # noqa: N815

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()

    @contextmanager
    def answering(self, path: str, answer: Callable[[Call], Answer]) -> Iterator[None]:
        """Temporarily answer something else at `path`."""
        before, self.routes[path] = self.routes[path], answer
        yield
        self.routes[path] = before

    def called(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]
