"""Links with what mail programs, and people who copy them, add at the end."""

import pytest

from carafe.testing.registration import NEW_PASSWORD

pytestmark = pytest.mark.any_database

ADDED = [
    "/",
    "//",
    ".",
    ",",
    ";",
    ")",
    ").",
    "]",
    ">",
    "%3E",
    '"',
    "'",
    "*",
    "%20",
    "%20and%20more",
    "%0D%0A",
    "%C2%A0",  # a no-break space
    "%E2%80%8B",  # a zero-width space
    "\u2026",
    "=",
    "=20",
    "=0D=0A",
    "=3D",
    "&amp;",
    "&amp;utm_source=news",
    "%3Futm_source=news",
    "%23top",
    "/)",
    "?utm_source=news&fbclid=x",
    "/?utm_source=news",
    ")?utm_source=news",
    "?",
]


@pytest.fixture
def reset(alice, visitor, mailbox):
    """The path of a link to reset the password."""
    visitor.submit("/auth/reset", {"email": alice.email})
    return mailbox.link(alice.email)


def follow(browser, path):
    response = browser.get(path, follow_redirects=True)
    return response.status_code, response.text


def test_it_leads_to_the_page_without(reset, visitor):
    for added in ADDED:
        status, page = follow(visitor, reset + added)
        assert status == 200, added
        assert "Set a new password" in page, added


def test_it_joins_a_line_that_was_broken(reset, visitor):
    middle = len(reset) - 20
    for broken in ("=\r\n", "=0D=0A", "=", "=%0A"):
        path = (reset[:middle] + broken + reset[middle:]).replace("\r\n", "%0D%0A")
        status, page = follow(visitor, path)
        assert status == 200, broken
        assert "Set a new password" in page, broken


def test_the_form_behind_it_works(reset, visitor, alice):
    response = visitor.get(f"{reset}).?utm_source=news")
    assert (response.status_code, response.location) == (302, f"{reset}?utm_source=news")
    assert visitor.submit(response.location, {"password": NEW_PASSWORD}).status_code == 303


@pytest.mark.parametrize("path", ["/nowhere/", "/nowhere.", "/auth/nowhere)", "//evil.example/)"])
def test_what_is_not_there_stays_so(path, visitor):
    assert visitor.get(path).status_code in (308, 404)
    assert follow(visitor, path)[0] == 404


@pytest.mark.parametrize("path", ["//auth/login)", "/\\auth/login)", "///auth/reset."])
def test_it_leads_to_no_other_site(path, visitor):
    location = visitor.get(path).headers.get("Location", "/")
    assert not location.startswith(("//", "/\\"))


def test_it_sends_no_form_elsewhere(reset, visitor):
    form = visitor.fill(reset)
    form.fields["password"] = NEW_PASSWORD
    assert visitor.post(f"{reset}/", form.fields).status_code == 404
