"""How profile pictures are uploaded, and which files there are."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from carafe.images import pictures, rendering
from carafe.testing.http import Browser
from carafe.testing.images import multipart


@pytest.fixture(autouse=True)
def _quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests draw in this process: another takes longer to start than to draw."""
    if "process" not in request.fixturenames:
        monkeypatch.setattr(
            pictures, "draw", lambda content, sizes: rendering.render(content, sizes)
        )


@pytest.fixture
def process() -> None:
    """Pictures are drawn by a process of their own, as in the app."""


@pytest.fixture
def files(app: Flask) -> Callable[[], list[str]]:
    """The names of the pictures in the folder."""
    folder = Path(app.instance_path) / "avatars"
    shutil.rmtree(folder, ignore_errors=True)
    return lambda: sorted(path.name for path in folder.glob("*"))


@pytest.fixture
def upload(files: Callable[[], list[str]]) -> Callable[..., TestResponse]:
    """Sends a file by the form on the profile page."""

    def send(
        browser: Browser, content: bytes, name: str = "me.png", mimetype: str = "image/png"
    ) -> TestResponse:
        form = browser.fill("/account/profile", "/account/avatar")
        body, content_type = multipart(form.fields, content, name, mimetype)
        return browser.post(form.action, body, content_type=content_type)

    return send
