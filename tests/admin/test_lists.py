"""Lists of models that are declared in a few lines."""

from typing import Any

import pytest

from app import admin
from app.admin import listing
from app.auth.models import User
from config import ConfigError
from tests.apps import another_app
from tests.lists import ids, walk


def test_it_shows_the_same_rows_few_or_many(carol, person, sign_in, monkeypatch):
    """Beyond a number of rows a list is read in another way."""
    for n in range(60):
        person(f"u{n:02}@example.com", name=f"N{n % 7}", confirmed_at=None)
    browser = sign_in(carol)
    shown: dict[str, list[Any]] = {}
    for few in (listing.FEW, 10):
        monkeypatch.setattr(listing, "FEW", few)
        for sort in ("email", "-name", "created_at"):
            path = f"/admin/users/?state=unconfirmed&sort={sort}"
            shown.setdefault(sort, []).append(walk(browser, path, "/admin/users/"))
    for few, many in shown.values():
        assert few == many
        assert sum(map(len, few)) == 60
    assert "10+ users" in browser.get(path).text


def test_it_sorts_either_way_by_its_headings(person, carol, sign_in):
    person("a@example.com")
    browser = sign_in(carol)
    page = browser.get("/admin/users/?sort=email").text
    assert 'aria-sort="ascending"' in page
    assert "sort=-email" in page
    assert ids(page, "/admin/users/")[-1] == carol.id


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"columns": ["nothing"]}, "there is no nothing"),
        ({"columns": ["name.nothing"]}, "name.… leads nowhere"),
        ({"columns": ["email"], "filters": ["role"]}, "role has no filter by itself"),
        ({"columns": ["email"], "sorts": ["confirmed_at"]}, "confirmed_at may be empty"),
        ({"columns": ["email"], "sorts": ["role"], "order": "time_zone"}, "time_zone has no index"),
        ({"columns": ["email"], "search": ["password_hash"]}, "password_hash has no index"),
    ],
)
def test_what_is_wrong_stops_the_start(options, says, app):
    with another_app(app) as made, pytest.raises(ConfigError, match=says):
        admin.add(made, User, name="people", **options)
