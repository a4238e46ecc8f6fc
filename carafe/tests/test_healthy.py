"""`bin/healthy`, which tells a container engine whether the server is ready."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from runpy import run_path
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


def settings(port: int, **environ: str) -> dict[str, str]:
    return {"PORT": str(port), "TRUSTED_HOSTS": "example.org,www.example.org", **environ}


def healthy(environ: dict[str, str]) -> str | int | None:
    """Run it in this process, and return what it exits with."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOST", "PORT", "TRUSTED_HOSTS", *PROXIES, "no_proxy"):
            patch.delenv(name, raising=False)
        for name, value in environ.items():
            patch.setenv(name, value)
        try:
            run_path(str(ROOT / "bin/healthy"))
        except SystemExit as end:
            return end.code
    return 0


def test_it_tells_by_its_exit_code(port):
    command = [sys.executable, str(ROOT / "bin/healthy")]
    subprocess.run(command, env=settings(port), check=True, timeout=30)
    ran = subprocess.run(
        command, env=settings(port, PORT="x"), check=False, capture_output=True, timeout=30
    )
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 1
    assert b"/readyz" in ran.stderr


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
    assert healthy(settings(port, **environ)) == 0


@pytest.mark.parametrize(
    "environ", [{"TRUSTED_HOSTS": "evil.example"}, {"PORT": "1"}, {"PORT": "x"}, {"HOST": "::1"}]
)
def test_it_fails_with_one_line(environ, port):
    message = str(healthy(settings(port, **environ)))
    assert len(message.splitlines()) == 1
    assert "/readyz" in message
