"""The request to an endpoint: limited in time and size, without redirects, proxies, or cookies."""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from time import monotonic

from carafe.jobs.run import strip_invalid_text
from carafe.webhooks.addresses import PORTS, ForbiddenAddressError, Target, resolve
from carafe.webhooks.models import ERROR_LENGTH, EXCERPT_LENGTH

# For everything from the connection to the last byte that is read.
TIMEOUT_SECONDS = 10
MAX_RESPONSE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Response:
    """What came back: a status and the beginning of the body, or the reason why nothing did."""

    status: int | None = None
    excerpt: str = ""
    error: str = ""
    milliseconds: int = 0

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class ResponseTooLargeError(OSError):
    """A response whose headers never end."""


class BoundedSocket:
    """A socket that gives up at a time, or after that many bytes, whatever arrives in between.

    It has what `http.client` uses of a socket, whose own timeout begins anew with each byte.
    """

    def __init__(self, connection: socket.socket, deadline: float):
        self.connection, self.deadline = connection, deadline
        self.bytes_left = MAX_RESPONSE_BYTES

    def sendall(self, data: bytes) -> None:
        self.connection.settimeout(self._seconds_left())
        self.connection.sendall(data)

    def receive(self, buffer: bytearray | memoryview) -> int:
        if self.bytes_left <= 0:
            raise ResponseTooLargeError("The response is too large.")
        self.connection.settimeout(self._seconds_left())
        count = self.connection.recv_into(buffer)
        self.bytes_left -= count
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(BoundedReader(self))

    def close(self) -> None:
        """Leave it open: `http.client` calls this once it has the headers, and then reads on."""

    def _seconds_left(self) -> float:
        if (seconds := self.deadline - monotonic()) <= 0:
            raise TimeoutError
        return seconds


class BoundedReader(io.RawIOBase):
    def __init__(self, connection: BoundedSocket):
        self.connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        return self.connection.receive(buffer)


class Connection(HTTPConnection):
    """A connection to an address of the target that was checked just before."""

    def __init__(self, target: Target, deadline: float):
        self.default_port = PORTS[target.scheme]
        super().__init__(target.host, target.port)
        self.target, self.deadline = target, deadline
        self.connected: socket.socket | None = None

    def connect(self) -> None:
        connection = _connect(resolve(self.target), self.target.port, self.deadline)
        try:
            if self.target.scheme == "https":
                connection.settimeout(max(0.1, self.deadline - monotonic()))
                connection = _tls().wrap_socket(connection, server_hostname=self.target.host)
        except BaseException:
            connection.close()
            raise
        self.sock = BoundedSocket(connection, self.deadline)
        self.connected = connection

    def disconnect(self) -> None:
        if self.connected:
            self.connected.close()


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> Response:
    """Send a body to a URL and return what came back. Raise nothing."""
    started = monotonic()
    connection = Connection(target, started + TIMEOUT_SECONDS)
    status, excerpt, error = None, "", ""
    try:
        connection.request("POST", target.path, body, dict(headers))
        with connection.getresponse() as response:
            status = response.status
            excerpt = response.read(EXCERPT_LENGTH).decode("utf-8", "replace")
    except (OSError, HTTPException, ValueError) as problem:
        error = "" if status else describe(problem)[:ERROR_LENGTH]
    finally:
        connection.disconnect()
    milliseconds = round((monotonic() - started) * 1000)
    return Response(status, strip_invalid_text(excerpt), error, milliseconds)


def describe(error: Exception) -> str:
    """Return what went wrong, for the owner. It must not reveal anything about our network."""
    if isinstance(error, TimeoutError):
        return f"No response within {TIMEOUT_SECONDS} seconds."
    if isinstance(error, (ForbiddenAddressError, ResponseTooLargeError)):
        return str(error)
    if isinstance(error, socket.gaierror):
        return "The host's name has no address."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate isn't valid: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return "No encrypted connection could be made."
    if isinstance(error, ConnectionRefusedError):
        return "The connection was refused."
    if isinstance(error, ConnectionError):
        return "The connection was closed before a response arrived."
    return "The response wasn't HTTP." if isinstance(error, HTTPException) else "No connection."


def _connect(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """Return a connection to the first address that accepts one. Raise the last one's error."""
    last_error: OSError = TimeoutError()
    for place, address in enumerate(addresses):
        # Each of the others gets its share of the time.
        seconds = (deadline - monotonic()) / (len(addresses) - place)
        if seconds <= 0:
            break
        try:
            return socket.create_connection((address, port), seconds)
        except OSError as error:
            last_error = error
    raise last_error


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
