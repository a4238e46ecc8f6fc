"""The app's pages, emails, and commands have no banned words."""

import pytest
from flask import Flask

from carafe.config import ROOT
from carafe.testing import wording
from carafe.testing.http import Browser


def test_files() -> None:
    wording.check(wording.file_findings(ROOT / "app"))


def test_commands(app: Flask) -> None:
    wording.check(wording.help_findings(app))


def test_emails(developer: Browser) -> None:
    wording.check(wording.email_findings(developer))


@pytest.mark.parametrize("person", ["visitor", "user", "admin"])
def test_pages(person: str, app: Flask) -> None:
    wording.check(wording.page_findings(app, person))
