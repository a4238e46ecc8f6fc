"""The header `Server-Timing`."""

import re

import pytest

from carafe.testing.apps import another_app
from carafe.testing.http import Browser

pytestmark = pytest.mark.any_database

TIMING = re.compile(
    r'db;dur=([\d.]+);desc="(\d+) queries", template;dur=([\d.]+), total;dur=([\d.]+)'
)


def test_it_tells_administrators_what_a_page_took(carol, sign_in):
    answer = sign_in(carol).get("/things/")
    match = TIMING.fullmatch(answer.headers["Server-Timing"])
    assert match
    database, queries, template, total = map(float, match.groups())
    assert queries == 2
    assert 0 < database < total
    assert 0 < template < total
    assert database + template <= total + 0.2


def test_it_counts_for_each_page_anew(carol, sign_in):
    browser = sign_in(carol)
    descriptions = {
        browser.get("/members").headers["Server-Timing"].split('"')[1] for _ in range(3)
    }
    assert descriptions == {"1 queries"}


@pytest.mark.parametrize("path", ["/", "/auth/login", "/things/", "/nowhere", "/livez"])
def test_it_tells_nobody_else(path, alice, sign_in, visitor):
    for browser in (visitor, sign_in(alice)):
        assert "Server-Timing" not in browser.get(path).headers


def test_it_tells_a_developer(app):
    with another_app(app, APP_ENV="development", DEBUG=True) as made:
        answer = Browser(made.test_client()).get("/auth/login")
    assert TIMING.fullmatch(answer.headers["Server-Timing"])
