"""How pictures are uploaded, and which files there are."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from carafe.images import pictures, rendering
from carafe.testing.groups import require
from carafe.testing.http import Browser
from carafe.testing.images import multipart, shown
from carafe.tests.storage.bucket import Bucket

PAGE = "/account/avatar"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are drawn in this process: another takes longer to start than to draw."""
    monkeypatch.setattr(pictures, "draw", rendering.render)


@pytest.fixture
def bucket():
    require("s3")
    with Bucket() as running:
        yield running
    assert running.complaints == []


@pytest.fixture
def files(app: Flask) -> Callable[[], list[str]]:
    """The names of the pictures in the folder."""
    folder = Path(app.instance_path) / "avatars"
    shutil.rmtree(folder, ignore_errors=True)
    return lambda: sorted(path.name for path in folder.glob("*"))


@pytest.fixture
def upload(files: Callable[[], list[str]]) -> Callable[..., TestResponse]:
    """Sends a file by the form."""

    def send(browser: Browser, content: bytes, name: str = "me.png") -> TestResponse:
        form = browser.fill(PAGE)
        body, content_type = multipart(form.fields, content, name)
        return browser.post(form.action, body, content_type=content_type)

    return send


@pytest.fixture
def paths() -> Callable[[Browser], list[str]]:
    """The addresses of the pictures on the page: none, or that of one's own."""
    return lambda browser: shown(browser, PAGE)
