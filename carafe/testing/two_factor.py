"""An authenticator app, and the pages where its codes are typed."""

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


class AuthenticatorApp:
    """An app that has scanned the page of a setup: its link is what the QR code holds."""

    def __init__(self, page: str):
        link = re.search(r'"(otpauth://[^"]+)"', page)
        assert link, page
        self.uri = link[1].replace("&amp;", "&")
        self.secret = parse_qs(urlsplit(self.uri).query)["secret"][0]

    def code(self, later: int = 0) -> str:
        """Return what the app shows now, or so many half minutes later."""
        return pyotp.TOTP(self.secret).generate_otp(totp.current_step() + later)


def start_setup(browser: Browser) -> AuthenticatorApp:
    """Start to set up an app, without the code that completes it."""
    answer = browser.submit(PAGE, action=f"{PAGE}/totp")
    assert (answer.status_code, answer.location) == (303, NEW), answer.text
    return AuthenticatorApp(browser.get(NEW).text)


def set_up(browser: Browser) -> tuple[AuthenticatorApp, list[str]]:
    """Set up an app for the user of a browser, and return it with the recovery codes."""
    totp = start_setup(browser)
    answer = browser.submit(NEW, {"code": totp.code()})
    assert answer.status_code in (200, 303), answer.text
    return totp, recovery_codes(answer.text)


def recovery_codes(page: str) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", page)


def submit_code(browser: Browser, code: str, **options: Any) -> Any:
    return browser.submit("/auth/second-factor", {"code": code}, **options)


def is_logged_in(browser: Browser) -> bool:
    """Tell whether the login page leads on, as it does for users."""
    return browser.get("/auth/login").status_code == 303
