"""An authenticator app, and the pages where its codes are typed."""

import re
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import pyotp
from flask import Flask
from werkzeug.test import TestResponse

from carafe.auth import totp
from carafe.auth.models import Totp, UserMixin
from carafe.auth.recovery_codes import give_first
from carafe.auth.users import user_model
from carafe.database import db
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
    """An app that has the secret of a `otpauth:` URI."""

    def __init__(self, uri: str):
        self.uri = uri
        self.secret = parse_qs(urlsplit(uri).query)["secret"][0]

    @classmethod
    def scan(cls, page: str) -> Self:
        """Return an app that scanned the page of a setup: its link is what the QR code holds."""
        link = re.search(r'"(otpauth://[^"]+)"', page)
        assert link, page
        return cls(link[1].replace("&amp;", "&"))

    def code(self, later: int = 0) -> str:
        """Return what the app shows now, or that many half minutes later."""
        return pyotp.TOTP(self.secret).generate_otp(totp.current_step() + later)


def start_setup(browser: Browser) -> AuthenticatorApp:
    """Start to set up an app, without the code that completes it."""
    answer = browser.submit(PAGE, action=f"{PAGE}/totp")
    assert (answer.status_code, answer.location) == (303, NEW), answer.text
    return AuthenticatorApp.scan(browser.get(NEW).text)


def set_up(browser: Browser) -> tuple[AuthenticatorApp, list[str]]:
    """Set up an app for the user of a browser, and return it with the recovery codes."""
    totp = start_setup(browser)
    answer = browser.submit(NEW, {"code": totp.code()})
    assert answer.status_code in (200, 303), answer.text
    return totp, recovery_codes(answer.text)


def enroll(app: Flask, user: UserMixin) -> tuple[AuthenticatorApp, list[str]]:
    """Give a user an app without the pages, and return it with the recovery codes.

    For tests that are about something else: it costs a quarter of what `set_up` does.
    """
    secret = totp.new_secret()
    with app.app_context():
        row = db.session.get_one(user_model(), user.id)
        Totp.enroll(row, secret, totp.current_step())
        codes = give_first(row)
        db.session.commit()
        return AuthenticatorApp(totp.uri(secret, user.email)), codes


def recovery_codes(page: str) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", page)


def submit_code(browser: Browser, code: str, **options: Any) -> TestResponse:
    return browser.submit("/auth/second-factor", {"code": code}, **options)


def is_logged_in(browser: Browser) -> bool:
    """Tell whether the login page leads on, as it does for users."""
    return browser.get("/auth/login").status_code == 303
