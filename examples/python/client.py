"""A client for the API: pages, retries, and edit conflicts. Copy this file; it needs Python 3.11.

client = Client("https://example.com", token)
note = client.create("notes", {"title": "Roof"})
note = client.update(note, {"body": "Two offers so far."})
for note in client.list("notes", sort="-updated_at"):
    print(note["title"])
client.delete(note)
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from itertools import count
from random import SystemRandom
from typing import Any
from urllib.parse import urlencode

TIMEOUT = 30  # seconds
# The longest wait before another attempt, in seconds. If the server asks for more, the caller gets
# the error.
MAX_DELAY = 60
# Statuses of a server that may answer the next attempt.
TEMPORARY = {429, 502, 503, 504}


@dataclass(frozen=True)
class Response:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Resource(dict[str, Any]):
    """The members of a resource, with the URL and version (ETag) that a change of it needs."""

    def __init__(self, response: Response, url: str):
        super().__init__(response.json)
        self.url, self.etag = url, response.headers["ETag"]


@dataclass(frozen=True)
class InvalidValue:
    """What is wrong with a value: of the body, by JSON pointer, or of the query string."""

    detail: str
    pointer: str = ""
    parameter: str = ""


class ApiError(Exception):
    """An error response, from its problem details (RFC 9457)."""

    def __init__(self, response: Response):
        try:
            problem = response.json
        except ValueError:  # not from the API, but from a proxy in front of it
            problem = {}
        self.status, self.headers = response.status, response.headers
        # The last part of the problem's URL, such as "invalid-fields".
        self.type = problem.get("type", "").rpartition("/")[2]
        self.request_id = problem.get("request_id")
        self.errors = [
            InvalidValue(error["detail"], error.get("pointer", ""), error.get("parameter", ""))
            for error in problem.get("errors", [])
        ]
        super().__init__(problem.get("detail") or problem.get("title") or f"HTTP {self.status}")


class ConflictError(ApiError):
    """Someone else changed the resource first. `current` is what it is now; None if deleted."""

    def __init__(self, response: Response, current: Resource | None):
        super().__init__(response)
        self.current = current


class Client:
    def __init__(self, url: str, token: str, *, attempts: int = 5):
        self.url = f"{url.rstrip('/')}/api/v1/"
        self.attempts = attempts
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        # A redirect could send the token to another site.
        self._opener = urllib.request.build_opener(_NoRedirects)

    def list(self, path: str, **parameters: object) -> Iterator[dict[str, Any]]:
        """Yield all items of a list: `list("notes", q="roof", **{"created_at.gte": "2026-01-01"})`.

        The next page is fetched when its first item is asked for.
        """
        url: str | None = f"{path}?{urlencode(parameters)}"
        while url:
            page = self.request("GET", url).json
            yield from page["items"]
            url = page["next"]

    def get(self, path: str) -> Resource:
        """Return a resource: `get("notes/5")`."""
        url = self._absolute(path)
        return Resource(self.request("GET", url), url)

    def create(self, path: str, values: Mapping[str, Any], *, key: str | None = None) -> Resource:
        """Create a resource. Store a `key` of your own to repeat this after a crash, or never."""
        response = self.request("POST", path, values, key=key)
        return Resource(response, response.headers["Location"])

    def update(self, resource: Resource, values: Mapping[str, Any]) -> Resource:
        """Change some members, unless someone else changed any since (`ConflictError`)."""
        response = self.request("PATCH", resource.url, values, etag=resource.etag)
        return Resource(response, resource.url)

    def delete(self, resource: Resource) -> None:
        """Delete a resource, unless someone else changed it since (`ConflictError`)."""
        self.request("DELETE", resource.url, etag=resource.etag)

    def request(
        self,
        method: str,
        path: str,
        values: Mapping[str, Any] | None = None,
        *,
        etag: str | None = None,
        key: str | None = None,
    ) -> Response:
        """Send a request, and again as long as the server or the connection fails temporarily.

        All attempts have the same `Idempotency-Key`, so whatever it changes is changed once. Raises
        `ApiError`, or `OSError` if there was no response.
        """
        headers = dict(self._headers)
        if method != "GET":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        if etag is not None:
            headers["If-Match"] = etag
        data = None
        if values is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(values).encode()
        url = self._absolute(path)
        request = urllib.request.Request(url, data, headers, method=method)
        response = self._send_until_answered(request)
        if response.status == 412:
            raise ConflictError(response, self._current(url))
        if response.status >= 300:
            raise ApiError(response)
        return response

    def _send_until_answered(self, request: urllib.request.Request) -> Response:
        for attempt in count(1):
            delay = SystemRandom().uniform(0, 2**attempt / 2)
            try:
                response = self._send(request)
            except (OSError, HTTPException) as error:
                if attempt >= self.attempts:
                    raise ConnectionError(f"No response from {request.full_url}.") from error
            else:
                delay = max(delay, _retry_after(response))
                if not _is_temporary(response) or attempt >= self.attempts or delay > MAX_DELAY:
                    return response
            time.sleep(delay)
        raise AssertionError

    def _send(self, request: urllib.request.Request) -> Response:
        try:
            answer = self._opener.open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Response(answer.status, answer.headers, answer.read())

    def _current(self, url: str) -> Resource | None:
        try:
            return self.get(url)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def _absolute(self, path: str) -> str:
        url = path if "://" in path else self.url + path
        if not url.startswith(self.url):
            raise ValueError(f"{url} isn't below {self.url}, so it doesn't get the token.")
        return url


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: object) -> None:
        return None


def _is_temporary(response: Response) -> bool:
    # Another attempt may still be running: 409 with Retry-After.
    is_running = response.status == 409 and "Retry-After" in response.headers
    return response.status in TEMPORARY or is_running


def _retry_after(response: Response) -> float:
    """Return for how many seconds the server asks to wait, which it says in one of two forms."""
    text = response.headers.get("Retry-After", "0")
    if text.isdecimal():
        return float(text)
    try:
        return (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):  # no date, or one without a time zone
        return 0
