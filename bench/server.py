"""gunicorn with this app or another, logged-in clients, and what the workers have used."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 30
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

WORKERS, THREADS = 2, 4

# One request: method, path, headers, body.
Request = tuple[str, str, dict[str, str], str | bytes | None]


def environment(folder: str, **more: str) -> dict[str, str]:
    """The settings of production, with all local state in `folder`."""
    inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "LOG_LEVEL")}
    return inherited | {
        "APP_ENV": "production",
        "SECRET_KEY": "a key for measuring only, of no use to anybody",
        "TRUSTED_HOSTS": "localhost",
        "MAIL_URL": "console:",
        "INSTANCE_PATH": folder,
        "WEB_CONCURRENCY": str(WORKERS),
        "WEB_THREADS": str(THREADS),
        **more,
    }


def flask(environ: dict[str, str], *arguments: str) -> str:
    """Run a `flask` command with these settings; its output."""
    command = [str(BIN / "flask"), *arguments]
    ran = subprocess.run(
        command, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    return ran.stdout


def sample_data(environ: dict[str, str]) -> dict[str, str]:
    """A database as `flask demo` makes it; the password of each address."""
    flask(environ, "db", "upgrade")
    output = flask(environ | {"APP_ENV": "development"}, "demo")
    return dict(re.findall(r"(\S+@\S+)\s+password (\S+)", output))


class Server:
    """gunicorn as in production on a free port, serving `application` ("module:callable")."""

    def __init__(self, application: str, environ: dict[str, str]):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        log = Path(environ["INSTANCE_PATH"]) / f"{application.partition(':')[0]}.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(BIN / "gunicorn"), application], cwd=ROOT, stdout=output, stderr=output,
                env=environ | {"PORT": str(self.port)}, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise SystemExit(f"{application} did not start:\n{log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(PATIENCE_SECONDS)

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def processor_seconds(self) -> float:
        """User and system time of the workers: that of /proc/<pid>/stat, in ns instead of ticks."""
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in self.workers())

    def memory(self, kind: str) -> list[int]:
        """Bytes per worker: "Rss", or "Pss", which shares out what several processes share."""
        files = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.workers()]
        return [int(re.search(rf"^{kind}:\s+(\d+)", text, re.M)[1]) * 1024 for text in files]

    def _ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return len(self.workers()) == WORKERS
        except OSError:
            return False


class Client:
    """One keep-alive connection that remembers cookies only when told to."""

    def __init__(self, port: int):
        self.port = port
        self.cookies: dict[str, str] = {}
        self.connection = http.client.HTTPConnection("localhost", port, timeout=PATIENCE_SECONDS)

    def ask(self, request: Request) -> tuple[http.client.HTTPResponse, bytes]:
        method, path, headers, body = request
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            if method != "GET":
                raise
            self.connection.close()  # the server may end an idle connection at any time
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        return response, response.read()

    def get(self, path: str) -> str:
        response, body = self.ask(("GET", path, self.headers(), None))
        self.keep_cookies(response)
        return body.decode()

    def token(self, path: str) -> str:
        """The CSRF token of the form at `path`."""
        return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.get(path))[1]

    def sign_in(self, email: str, password: str) -> None:
        fields = {"csrf_token": self.token("/auth/login"), "email": email, "password": password}
        response, _ = self.ask(form_request("/auth/login", self.headers(), fields))
        if response.status not in (302, 303):
            raise SystemExit(f"login answers {response.status}")
        self.keep_cookies(response)

    def headers(self) -> dict[str, str]:
        pairs = [f"{name}={value}" for name, value in self.cookies.items()]
        return {"Cookie": "; ".join(pairs)} if pairs else {}

    def keep_cookies(self, response: http.client.HTTPResponse) -> None:
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value


def form_request(path: str, headers: dict[str, str], fields: dict[str, Any]) -> Request:
    return "POST", path, headers | FORM, urlencode(fields)


def load(port: int, requests: Iterable[Request], clients: int) -> list[tuple[int, float]]:
    """Send the requests from several clients at once; status and seconds of each."""
    lock, source = threading.Lock(), iter(requests)

    def next_one() -> Iterator[Request]:
        while True:
            with lock:
                request = next(source, None)
            if request is None:
                return
            yield request

    def run_client(_: int) -> list[tuple[int, float]]:
        client, seen = Client(port), []
        for request in next_one():
            start = time.perf_counter()
            response, _body = client.ask(request)
            seen.append((response.status, time.perf_counter() - start))
        client.connection.close()
        return seen

    with ThreadPoolExecutor(clients) as pool:
        return [timing for seen in pool.map(run_client, range(clients)) for timing in seen]


def repeat(make: Callable[[], Request], times: int) -> Iterator[Request]:
    return islice(iter(make, None), times)
