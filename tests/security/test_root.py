"""The site under a path of its host: `APPLICATION_ROOT`."""

import re
from html import unescape

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser

pytestmark = pytest.mark.any_database

ROOT = "/carafe"
# Attributes that a browser follows or loads.
LEADING = re.compile(r'\b(?:href|src|action|formaction|hx-get|hx-post|data-passkey)="(/[^"]*)"')


@pytest.fixture(scope="module")
def below(application):
    """Return the app under a path."""
    settings = {"APPLICATION_ROOT": ROOT, "PUBLIC_URL": "http://localhost", "MAGIC_LINK": True}
    with another_app(application, **settings) as made:
        yield made


class Reader(Browser):
    """A browser for complete paths, because Flask's client would prepend APPLICATION_ROOT."""

    def get(self, path, **options):
        return super().get(path, **{"base_url": "http://localhost"} | options)

    def post(self, path, data=None, **options):
        return super().post(path, data, **{"base_url": "http://localhost"} | options)


def links(page):
    return {unescape(link) for link in LEADING.findall(page)}


def test_pages_for_visitors_lead_nowhere_else(app, below):
    visitor = Reader(below.test_client())
    for path in ("/auth/login", "/auth/register", "/auth/reset", "/auth/magic-link", "/x"):
        page = visitor.get(f"{ROOT}{path}").text
        assert len(links(page)) > 3
        assert [link for link in links(page) if not f"{link}/".startswith(f"{ROOT}/")] == [], path


def test_nothing_that_is_linked_is_missing(app, below, carol):
    """Follow all links from the dashboard as an admin."""
    browser = Reader(below.test_client())
    fields = {"email": carol.email, "password": PASSWORD}
    assert browser.submit(f"{ROOT}/auth/login", fields).status_code == 303
    waiting, seen = [f"{ROOT}/members"], set()
    while waiting:
        path = waiting.pop()
        seen.add(path.partition("?")[0].partition("#")[0])
        response = browser.get(path)
        assert response.status_code in (200, 303, 403, 405), path
        if response.location:
            assert response.location.startswith(f"{ROOT}/"), path
            continue
        if response.mimetype != "text/html":
            continue
        for link in sorted(links(response.text)):
            assert f"{link}/".startswith(f"{ROOT}/"), f"{path} leads to {link}"
            plain = link.partition("?")[0].partition("#")[0]
            if plain not in seen and not re.search(r"/delete|/logout|export", plain):
                seen.add(plain)
                waiting.append(link)
    assert {f"{ROOT}/admin/", f"{ROOT}/members"} <= seen
    assert len(seen) > 20
