"""The request to an endpoint: what bounds it, whatever the server does."""

import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from carafe.testing.loopback import always
from carafe.testing.webhooks import PATH
from carafe.webhooks import client
from carafe.webhooks.addresses import Target, parse_url
from carafe.webhooks.client import post


@pytest.fixture(autouse=True)
def _context(app, receiver, monkeypatch):
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 1)
    with app.app_context():
        yield


@contextmanager
def raw_server(serve):
    """Run a server that does what it wants with one connection; yield the URL's parts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                with suppress(OSError):  # the client closed it
                    serve(connection)

        thread = threading.Thread(target=run)
        thread.start()
        yield Target("http", "127.0.0.1", listener.getsockname()[1], "/")
        thread.join()


def test_it_sends_body_and_headers(receiver):
    answer = post(parse_url(receiver.hook_url), b'{"a":1}', {"webhook-id": "evt_1"})
    assert (answer.status, answer.is_success, answer.error) == (204, True, "")
    [call] = receiver.calls
    assert (call.method, call.path, call.body) == ("POST", PATH, b'{"a":1}')
    assert call.headers["webhook-id"] == "evt_1"
    assert call.headers["Host"] == receiver.url.removeprefix("http://")


def test_it_ignores_proxies(receiver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(parse_url(receiver.hook_url), b"", {}).is_success


def test_it_keeps_the_beginning_of_the_response(receiver):
    receiver.answer((500, {}, b"\0\xff" + b"x" * 5_000_000))
    answer = post(parse_url(receiver.hook_url), b"", {})
    assert answer.status == 500
    assert answer.excerpt == "\ufffd" + "x" * 998
    assert not answer.is_success


def test_a_response_that_drips_ends_in_time():
    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(40):
            connection.sendall(b"x")
            time.sleep(0.1)

    with raw_server(drip) as target:
        started = time.monotonic()
        answer = post(target, b"", {})
        assert time.monotonic() - started < 2.5
    assert answer.status is None
    assert answer.error == "No response within 1 seconds."


def test_headers_without_end_are_refused():
    def flood(connection):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000)

    with raw_server(flood) as target:
        answer = post(target, b"", {})
    assert answer.error == "The response is too large."


@pytest.mark.parametrize("content", [b"", b"nonsense\r\n\r\n"])
def test_what_is_no_response_is_a_failure(content):
    with raw_server(lambda connection: connection.sendall(content)) as target:
        answer = post(target, b"", {})
    assert answer.status is None
    assert answer.error


def test_a_body_that_never_comes_is_no_failure():
    def stall(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        time.sleep(1.2)

    with raw_server(stall) as target:
        assert post(target, b"", {}).is_success


def test_it_connects_to_the_address_that_was_checked(receiver, monkeypatch):
    """A name that resolves to another address the next time gains nothing."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    asked: list[str] = []

    def resolve(host, port, *args, **options):
        if host != "rebinding.example":
            return real(host, port, *args, **options)
        asked.append(host)
        return [(2, 1, 6, "", (address, port)) for address in next(answers)]

    real = socket.getaddrinfo
    monkeypatch.setattr("socket.getaddrinfo", resolve)
    target = parse_url(receiver.hook_url.replace("127.0.0.1", "rebinding.example"))
    assert post(target, b"", {}).is_success
    assert asked == ["rebinding.example"]
    assert receiver.calls[0].headers["Host"].startswith("rebinding.example:")


def test_a_server_that_speaks_no_tls_gets_nothing(receiver):
    receiver.routes = {PATH: always((200, {}, b""))}
    target = parse_url(receiver.hook_url)._replace(scheme="https")
    answer = post(target, b"secret", {})
    assert answer.error
    assert receiver.calls == []
