"""A browser that opens a server through a socket."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode

from carafe.testing.http import Browser

TIMEOUT_SECONDS = 30


@dataclass
class Answer:
    status_code: int
    headers: Message
    text: str

    @property
    def location(self) -> str | None:
        return self.headers["Location"]


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


class LiveBrowser(Browser):
    def __init__(self, url: str):
        self.url = url
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.jar),
            NoRedirects,
        )

    def get(self, path: str, **options: Any) -> Any:
        return self._open(path, None, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> Any:
        body = data if isinstance(data, bytes) else urlencode(data or {}).encode()
        return self._open(path, body, **options)

    def cookies(self) -> list[tuple[str, str]]:
        return [(cookie.name, cookie.value or "") for cookie in self.jar]

    def copy_cookies_to(self, other: Browser) -> None:
        assert isinstance(other, LiveBrowser)
        for cookie in self.jar:
            other.jar.set_cookie(cookie)

    def _open(
        self, path: str, body: bytes | None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        request = urllib.request.Request(self.url + path, body, headers or {})
        try:
            response = self.opener.open(request, timeout=TIMEOUT_SECONDS)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            text = response.read().decode()
            return Answer(response.status, response.headers, text)
