"""The engine's pages, emails, and commands have no banned words."""

import pytest
from flask import Flask

from carafe.config import ROOT
from carafe.testing import wording
from carafe.testing.http import Browser
from carafe.testing.page_text import text_of


@pytest.mark.parametrize(
    ("page", "banned"),
    [
        ("<p>Your e-mail</p>", ["e-mail"]),
        ("<button title='Sign in'>Go</button>", ["Sign in"]),
        ("<p>This <b>can</b>not be undone, and does not matter.</p>", ["can not", "does not"]),
        ("<code>does not</code> <p>12 MB, 12%</p> <a href='/account/second-factors'>2FA</a>", []),
        ("<p>At /account/second-factors or e-mail@example.com</p>", []),
        ("<p>12 %</p>", ["12 %"]),
    ],
)
def test_it_finds_words(page: str, banned: list[str]) -> None:
    findings = [*wording.find_banned("page", text_of(page), contracted=True)]
    assert len(findings) == len(banned)
    for word in banned:
        assert any(word in finding.excerpt for finding in findings)


def test_files() -> None:
    wording.check(wording.file_findings(ROOT / "carafe"))


def test_scripts() -> None:
    wording.check(wording.script_findings(ROOT))


def test_commands(app: Flask) -> None:
    wording.check(wording.help_findings(app))


def test_emails(developer: Browser) -> None:
    wording.check(wording.email_findings(developer))


@pytest.mark.parametrize("person", ["visitor", "user", "admin"])
def test_pages(person: str, app: Flask) -> None:
    wording.check(wording.page_findings(app, person))
