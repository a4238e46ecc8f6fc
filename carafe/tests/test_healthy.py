"""`bin/healthy`, which tells a container engine whether the server is ready."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from carafe.config import ROOT

# Nothing listens there.
PROXY = "http://127.0.0.1:9"
PROXIES = {"http_proxy": PROXY, "HTTP_PROXY": PROXY, "all_proxy": PROXY}


class Ready(BaseHTTPRequestHandler):
    """Ready for `example.org` only, as the app is for TRUSTED_HOSTS."""

    def do_GET(self) -> None:
        is_known = self.headers["Host"] in ("example.org", "[2001:db8::1]")
        self.send_response(200 if (self.path, is_known) == ("/readyz", True) else 400)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Ready)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def healthy(port: int, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, ROOT / "bin/healthy"],
        env={"PORT": str(port), "TRUSTED_HOSTS": "example.org,www.example.org", **environ},
        check=False, capture_output=True, text=True, timeout=30,
    )  # fmt: skip


@pytest.mark.parametrize(
    "environ",
    [
        {},
        PROXIES,
        PROXIES | {"no_proxy": "example.org"},
        {"HOST": "127.0.0.1"},
        {"HOST": "0.0.0.0"},
        {"HOST": " localhost "},
        {"TRUSTED_HOSTS": ".example.org"},
        {"TRUSTED_HOSTS": " example.org "},
        {"TRUSTED_HOSTS": "2001:db8::1"},
    ],
)
def test_it_asks_the_server_itself(environ, port):
    done = healthy(port, **environ)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "environ", [{"TRUSTED_HOSTS": "evil.example"}, {"PORT": "1"}, {"PORT": "x"}, {"HOST": "::1"}]
)
def test_it_fails_with_one_line(environ, port):
    done = healthy(port, **environ)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "/readyz" in done.stderr
