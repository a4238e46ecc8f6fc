"""A phone with an authenticator app, and the time that it shows."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp

from carafe.auth import totp
from carafe.testing.http import Browser

PAGE = "/account/second-factors"
NEW = f"{PAGE}/totp/new"


class Clock:
    """The half minute that the server thinks it is; a test moves it on."""

    def __init__(self) -> None:
        self.step = totp.current_step()

    def __call__(self) -> int:
        return self.step


class Phone:
    def __init__(self, page: str):
        """Scans what a page shows: the link in it is what the QR code holds."""
        match = re.search(r'"(otpauth://[^"]+)"', page)
        assert match, page
        self.uri = match[1].replace("&amp;", "&")
        self.secret = parse_qs(urlsplit(self.uri).query)["secret"][0]

    def code(self, later: int = 0) -> str:
        """What the app shows now, or so many half minutes later."""
        return pyotp.TOTP(self.secret).generate_otp(totp.current_step() + later)


def begin(browser: Browser) -> Phone:
    answer = browser.submit(PAGE, action=f"{PAGE}/totp")
    assert (answer.status_code, answer.location) == (303, NEW), answer.text
    return Phone(browser.get(NEW).text)


def set_up(browser: Browser) -> tuple[Phone, list[str]]:
    """Set up an app for the account that a browser is signed in to; the app, recovery codes."""
    phone = begin(browser)
    answer = browser.submit(NEW, {"code": phone.code()})
    assert answer.status_code in (200, 303), answer.text
    return phone, recovery_codes(answer.text)


def recovery_codes(page: str) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", page)


def answer_with(browser: Browser, code: str, **options: Any) -> Any:
    return browser.submit("/auth/second-factor", {"code": code}, **options)


def is_in(browser: Browser) -> bool:
    return browser.get("/account/profile").status_code == 200
