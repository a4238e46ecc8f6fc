"""The real server: what reaches the app through a socket, and what does not."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from carafe.testing.apps import PRODUCTION
from carafe.testing.clock import change_limits
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.races import locked_limits
from carafe.testing.server import BIN, Server

HOST = "Host: example.org"


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """gunicorn as in production, once for all tests here that want the same settings."""
    running = {}

    def make(proxies):
        if proxies not in running:
            environ = {
                "APP_ENV": "production",
                "SECRET_KEY": str(PRODUCTION["SECRET_KEY"]),
                "TRUSTED_HOSTS": "example.org",
                "TRUSTED_PROXIES": str(proxies),
                "MAIL_URL": "file:",
                "WEB_CONCURRENCY": "1",
            }
            running[proxies] = Server(tmp_path_factory.mktemp("server"), environ)
            running[proxies].start(str(BIN / "gunicorn"), "carafe.tests.security.echo:app")
        return running[proxies]

    yield make
    for server in running.values():
        server.stop()


def talk(server, *lines, body=b""):
    """Send a request as it is written; the status, and the whole answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        head = "\r\n".join([*lines, "Connection: close", "", ""])
        connection.sendall(head.encode("latin-1") + body)
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
    return int(answer.split(b" ", 2)[1]), answer.decode("latin-1")


def lines_of(server):
    return [json.loads(line) for line in server.log.read_text().splitlines() if line[:1] == "{"]


def test_a_chunked_body_is_refused(start):
    status, answer = talk(
        start(0), "POST /auth/login HTTP/1.1", HOST, "Transfer-Encoding: chunked",
        "Content-Type: application/x-www-form-urlencoded", body=b"5\r\nemail\r\n0\r\n\r\n",
    )  # fmt: skip
    assert status == 411
    assert "X-Request-ID: " in answer
    assert "<h1>" in answer


@pytest.mark.parametrize("path", ["/nowhere", "/", "/members", "/livez"])
def test_a_chunked_body_is_refused_wherever_it_goes(path, start):
    status, _ = talk(
        start(0), f"POST {path} HTTP/1.1", HOST, "Transfer-Encoding: chunked",
        body=b"1\r\nx\r\n0\r\n\r\n",
    )  # fmt: skip
    assert 400 <= status < 500


def test_two_lengths_are_refused(start):
    status, _ = talk(
        start(0), "POST /auth/login HTTP/1.1", HOST, "Transfer-Encoding: chunked",
        "Content-Length: 3", body=b"5\r\nemail\r\n0\r\n\r\n",
    )  # fmt: skip
    assert status in (400, 411)


def test_a_large_body_is_refused_before_it_is_sent(start):
    status, _ = talk(
        start(0), "POST /auth/login HTTP/1.1", HOST, "Content-Length: 99999999",
        "Content-Type: application/x-www-form-urlencoded",
    )  # fmt: skip
    assert status == 413


@pytest.mark.parametrize(
    "lines",
    [
        ["GET / HTTP/1.1", "Host: evil.example"],
        ["GET / HTTP/1.0"],
        ["GET / HTTP/1.1"],
        ["GET /livez HTTP/1.1"],
        ["GET / HTTP/1.1", HOST, "Host: evil.example"],
        ["GET http://evil.example/ HTTP/1.1", "Host: evil.example"],
        ["GET /\0 HTTP/1.1", HOST],
        ["GET / HTTP/1.1", HOST, "Cookie: \0"],
    ],
)
def test_a_malformed_or_forged_request_is_refused(lines, start):
    assert talk(start(0), *lines)[0] == 400


@pytest.mark.parametrize(
    "lines",
    [
        ["GET /livez HTTP/1.1", "Host: 10.0.0.7:8000"],
        ["GET /livez HTTP/1.1", "Host: evil.example"],
        ["GET /livez HTTP/1.1", "Host:"],
        ["GET /livez HTTP/1.0"],
        ["GET / HTTP/1.1", "Host: EXAMPLE.org.:443"],
    ],
)
def test_a_load_balancer_need_not_know_the_name(lines, start):
    assert talk(start(0), *lines)[0] == 200


FORGED = (
    "X-Forwarded-For: 198.51.100.7",
    "X-Forwarded-For: 203.0.113.66:4711",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Protocol: ssl",
    "X-Forwarded-Ssl: on",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Prefix: /evil",
    "Forwarded: for=203.0.113.66;proto=https",
    "Script-Name: /evil",
    "Path-Info: /livez",
    "Remote-User: carol@example.com",
    "X-Request-ID: chosen-by-the-visitor",
)


@pytest.mark.parametrize(
    ("proxies", "scheme", "client"), [(0, "http", "127.0.0.1"), (1, "https", "203.0.113.66")]
)
def test_address_and_scheme_come_from_trusted_proxies_alone(proxies, scheme, client, start):
    server = start(proxies)
    status, answer = talk(server, "GET /echo HTTP/1.1", HOST, *FORGED)
    assert status == 200
    assert json.loads(answer.split("\r\n\r\n", 1)[1]) == {
        "scheme": scheme,
        "client": client,
        "host": "example.org",
        "root": "",
        "path": "/echo",
    }
    request_id = answer.split("X-Request-ID: ")[1].split("\r\n")[0]
    assert (request_id == "chosen-by-the-visitor") is (proxies == 1)
    [line] = [entry for entry in lines_of(server) if entry.get("request_id") == request_id]
    assert line["client"] == client


@pytest.mark.parametrize("header", ["Script_Name: /evil", "Path_Info: /livez", "Remote_Addr: 1"])
def test_a_header_cannot_pass_for_what_the_server_says(header, start):
    status, answer = talk(start(0), "GET /echo HTTP/1.1", HOST, header)
    assert status == 400 or json.loads(answer.split("\r\n\r\n", 1)[1])["path"] == "/echo"


def test_limits_are_exact_across_processes(running):
    """Two workers count together: of twelve failures at once the two that are left are answered."""
    browser = LiveBrowser(running.url)
    form = browser.fill("/auth/login")

    def fail(number):
        fields = {"email": f"user{number}@example.com", "password": "a wrong one"}
        return browser.send(form, fields).status_code

    assert fail(0) == 422
    change_limits(running.folder, "UPDATE hit SET count = 18")
    with ThreadPoolExecutor(12) as threads:
        with locked_limits(running.folder):
            statuses = threads.map(fail, range(1, 13))
            # By then all who would count what they read before they could write have read it.
            sleep(0.5)
        assert sorted(statuses) == [422] * 2 + [429] * 10
