"""The Python client, against a server that fails in the ways that networks and servers do."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from carafe.auth.models import UserMixin
from carafe.testing.api import UseApi
from carafe.testing.apps import another_app
from examples.python.client import ApiError, Client, ConflictError

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]


class UnreliableServer:
    """A server whose next requests fail as `faults` says, first one first."""

    def __init__(self) -> None:
        self.faults: list[Callable[[Wsgi, Environ, StartResponse], Iterable[bytes]]] = []
        self.keys: list[str | None] = []
        self.app: Wsgi = _not_ready
        self.server = make_server("127.0.0.1", 0, self, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self.keys.append(environ.get("HTTP_IDEMPOTENCY_KEY"))
        if self.faults:
            return self.faults.pop(0)(self.app, environ, start_response)
        return self.app(environ, start_response)


def _not_ready(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    raise AssertionError


def respond(status: str, **headers: str) -> Callable[..., Iterable[bytes]]:
    """Return a fault: a response that doesn't come from the app."""

    def fail(app: Wsgi, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        names = ((name.replace("_", "-"), value) for name, value in headers.items())
        start_response(status, [*names, ("Content-Length", "0")])
        return []

    return fail


def cut_before(app: Wsgi, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return []


def cut_after(app: Wsgi, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Let the app do its work, and close the connection before it can answer."""
    content = app(environ, lambda *arguments: lambda data: None)
    b"".join(content)
    getattr(content, "close", lambda: None)()
    return cut_before(app, environ, start_response)


@pytest.fixture(scope="module")
def unreliable(application: Flask) -> Iterator[UnreliableServer]:
    server = UnreliableServer()
    with another_app(application, PUBLIC_URL=server.url) as app:
        server.app = app.wsgi_app
        thread = Thread(target=server.server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.server.shutdown()
        thread.join()
        server.server.server_close()


@pytest.fixture
def server(app: Flask, unreliable: UnreliableServer) -> UnreliableServer:
    unreliable.faults, unreliable.keys = [], []
    return unreliable


@pytest.fixture
def delays(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record how long the client would have waited."""
    delays: list[float] = []
    monkeypatch.setattr(time, "sleep", delays.append)
    return delays


@pytest.fixture
def connect(server: UnreliableServer, use_api: UseApi) -> Callable[..., Client]:
    def connect(user: UserMixin, *scopes: str) -> Client:
        token = use_api(user, *scopes).headers["Authorization"].removeprefix("Bearer ")
        return Client(server.url, token)

    return connect


@pytest.fixture
def client(alice: UserMixin, connect: Callable[..., Client]) -> Client:
    return connect(alice)


def test_it_creates_reads_changes_and_deletes(client: Client) -> None:
    note = client.create("notes", {"title": "Roof", "body": "two offers"})
    note = client.update(note, {"title": "Attic"})
    assert client.get(f"notes/{note['id']}") == note
    assert (note["title"], note["body"]) == ("Attic", "two offers")
    client.delete(note)
    assert list(client.list("notes")) == []


def test_it_walks_through_all_pages(client: Client) -> None:
    for number in range(5):
        client.create("notes", {"title": f"Note {number}"})
    notes = client.list("notes", limit=2, sort="id", **{"title.in": "Note 0,Note 2,Note 4"})
    assert [note["title"] for note in notes] == ["Note 0", "Note 2", "Note 4"]


def test_it_names_invalid_fields(client: Client) -> None:
    with pytest.raises(ApiError) as caught:
        client.create("notes", {"title": "", "color": "red"})
    error = caught.value
    assert (error.status, error.type) == (422, "invalid-fields")
    assert {value.pointer for value in error.errors} == {"#/title", "#/color"}
    with pytest.raises(ApiError) as caught:
        list(client.list("notes", color="red"))
    assert [value.parameter for value in caught.value.errors] == ["color"]


def test_a_conflict_has_the_current_version(client: Client) -> None:
    mine = client.create("notes", {"title": "Roof"})
    client.update(mine, {"title": "Attic"})
    for change in (lambda: client.update(mine, {"title": "Cellar"}), lambda: client.delete(mine)):
        with pytest.raises(ConflictError) as caught:
            change()
        current = caught.value.current
        assert current
        assert current["title"] == "Attic"
        client.update(current, {"body": f"{current['body']}mine"})


def test_what_was_deleted_is_no_conflict(client: Client) -> None:
    note = client.create("notes", {"title": "Roof"})
    client.delete(note)
    with pytest.raises(ApiError) as caught:
        client.update(note, {"title": "Attic"})
    assert caught.value.type == "not-found"


def test_it_tries_again_with_the_same_key(
    client: Client, server: UnreliableServer, delays: list[float]
) -> None:
    server.faults = [respond("503 Unavailable", Retry_After="7"), respond("503 Unavailable")]
    client.create("notes", {"title": "Roof"})
    assert len([*client.list("notes")]) == 1
    assert len({*server.keys[:3]}) == 1
    assert server.keys[0]
    assert delays[0] == 7
    assert 0 <= delays[1] <= 2


def test_it_waits_until_a_date(
    client: Client, server: UnreliableServer, delays: list[float]
) -> None:
    server.faults = [
        respond("503 Unavailable", Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
        respond("503 Unavailable", Retry_After="soon"),
    ]
    client.get("me")
    assert 0 <= delays[0] <= 1
    assert 0 <= delays[1] <= 2


@pytest.mark.parametrize("cut", [cut_before, cut_after])
def test_a_lost_connection_has_one_effect(
    client: Client, server: UnreliableServer, delays: list[float], cut: Callable[..., Any]
) -> None:
    server.faults = [cut]
    note = client.create("notes", {"title": "Roof"})
    server.faults = [cut]
    note = client.update(note, {"title": "Attic"})
    assert [item["title"] for item in client.list("notes")] == ["Attic"]
    server.faults = [cut]
    client.delete(note)
    assert [*client.list("notes")] == []
    assert len(delays) == 3


def test_it_gives_up(client: Client, server: UnreliableServer, delays: list[float]) -> None:
    server.faults = [respond("503 Unavailable")] * 5
    with pytest.raises(ApiError, match="503"):
        client.get("me")
    server.faults = [cut_before] * 5
    with pytest.raises(ConnectionError):
        client.get("me")
    server.faults = [respond("429 Too Many Requests", Retry_After="3600")]
    with pytest.raises(ApiError, match="429"):
        client.get("me")
    assert len(delays) == 8
    assert max(delays) <= 16


def test_it_does_not_repeat_what_was_refused(
    client: Client, server: UnreliableServer, delays: list[float]
) -> None:
    with pytest.raises(ApiError):
        client.create("notes", {"title": ""})
    with pytest.raises(ApiError):
        client.get("notes/1")
    assert len(server.keys) == 2
    assert delays == []


def test_it_waits_for_an_attempt_that_still_runs(
    client: Client, server: UnreliableServer, delays: list[float]
) -> None:
    server.faults = [respond("409 Conflict", Retry_After="1")]
    client.create("notes", {"title": "Roof"})
    assert delays[0] == 1


def test_a_program_can_keep_its_key(client: Client) -> None:
    first = client.create("notes", {"title": "Roof"}, key="job-17")
    again = client.create("notes", {"title": "Roof"}, key="job-17")
    assert (again, again.etag, again.url) == (first, first.etag, first.url)
    assert len([*client.list("notes")]) == 1


def test_it_sends_the_token_nowhere_else(client: Client, server: UnreliableServer) -> None:
    with pytest.raises(ValueError, match="doesn't get the token"):
        client.get("https://example.org/api/v1/notes")
    server.faults = [respond("302 Found", Location="https://example.org/api/v1/me")]
    with pytest.raises(ApiError, match="302"):
        client.get("me")


def test_it_does_what_its_token_allows(alice: UserMixin, connect: Callable[..., Client]) -> None:
    reader = connect(alice, "notes:read")
    with pytest.raises(ApiError) as caught:
        reader.create("notes", {"title": "Roof"})
    assert (caught.value.status, caught.value.type) == (403, "insufficient-scope")
