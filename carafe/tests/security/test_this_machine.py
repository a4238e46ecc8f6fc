"""What is for a browser on this machine, and not for visitors whom a tunnel brings here."""

from typing import Any

import pytest

from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.server import BIN, Server

pytestmark = pytest.mark.any_database

# As ngrok, cloudflared, Codespaces, and the like send them, with `Host` rewritten to localhost.
HEADERS = [
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Server",
    "X-Forwarded",
    "X-Real-IP",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "X-Original-Host",
    "X-Original-Forwarded-For",
    "X-Original-URL",
    "True-Client-IP",
    "Fastly-Client-IP",
    "CF-Connecting-IP",
    "CF-Ray",
    "CDN-Loop",
    "X-Envoy-External-Address",
    "X-Amzn-Trace-Id",
    "X-Azure-ClientIP",
    "Tailscale-User-Login",
    "Via",
]
PAGES = ["/dev/mail", "/dev/previews", "/metrics"]


@pytest.fixture(scope="module")
def development(application):
    with another_app(application, APP_ENV="development", LOG_LEVEL="CRITICAL") as made:
        yield Browser(made.test_client())


@pytest.mark.parametrize("host", ["localhost:5000", "127.0.0.1:5000"])
def test_a_browser_here_has_them(host, app, development):
    for page in PAGES:
        assert development.get(page, headers={"Host": host}).status_code == 200
    page = development.get("/", headers={"Host": host}).text
    assert 'id="flDebug"' in page
    assert "/dev/mail" in page


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("value", ["203.0.113.7", "127.0.0.1", ""])
def test_a_tunnel_that_calls_itself_localhost_has_not(header, value, app, development):
    headers = {"Host": "localhost:5000", header: value}
    for page in PAGES:
        assert development.get(page, headers=headers).status_code in (403, 404)
    page = development.get("/", headers=headers).text
    assert 'id="flDebug"' not in page
    assert "/dev/mail" not in page


@pytest.mark.parametrize("header", ["User-Agent", "X-Requested-With", "HX-Request", "Origin"])
def test_what_browsers_send_does_no_harm(header, app, development):
    assert development.get("/dev/mail", headers={header: "x"}).status_code == 200


@pytest.fixture
def flask_run(tmp_path):
    """The server of `flask run`, as `bin/dev` starts it."""
    running = Server(tmp_path, {"APP_ENV": "development"})
    running.start(str(BIN / "flask"), "run", "--debug", "--no-reload", "--port", str(running.port))
    yield LiveBrowser(running.url)
    running.stop()


def test_neither_has_it_the_console_of_the_debugger(flask_run):
    def console(**headers: str) -> Any:
        return flask_run.get("/console", headers=headers)

    assert "Interactive Console" in console(Host="localhost").text
    for header in ("X-Forwarded-For", "CF-Ray", "Via"):
        answer = console(**{"Host": "localhost", header: "203.0.113.7"})
        assert answer.status_code == 404
        assert "Interactive Console" not in answer.text
    assert console(Host="evil.example").status_code == 400
