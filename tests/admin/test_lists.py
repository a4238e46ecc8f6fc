"""Lists of models that are declared in a few lines."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Date, literal, select, union_all

from app.auth.models import User
from carafe import admin
from carafe.admin.lists import listing, matching
from carafe.admin.lists.filters import Choice
from carafe.admin.lists.ranges import NumberRange
from carafe.admin.lists.search import Exact
from carafe.auth.models import KnownDevice, Passkey, Session
from carafe.config import ConfigError
from carafe.database import timeouts
from carafe.jobs.models import Schedule
from carafe.testing.apps import another_app
from carafe.testing.lists import Links, ids, walk
from carafe.web.pagination import paginate


def test_it_shows_the_same_rows_few_or_many_or_far(carol, make_user, sign_in, monkeypatch):
    """Beyond a number of rows a list is read in another way, and in a third where that is slow."""
    monkeypatch.setattr(timeouts, "PROGRESS_HANDLER_STEPS", 1)
    for n in range(60):
        make_user(f"u{n:02}@example.com", name=f"N{n % 7}", confirmed_at=None)
    browser = sign_in(carol)
    shown: dict[str, list[Any]] = {}
    for few, seconds in ((matching.COUNT_LIMIT, 60), (10, 60), (10, 0.001)):
        monkeypatch.setattr(matching, "COUNT_LIMIT", few)
        monkeypatch.setattr(listing, "SCAN_TIMEOUT_SECONDS", seconds)
        for sort in ("email", "-name", "created_at"):
            path = f"/admin/users/?state=unconfirmed&sort={sort}"
            shown.setdefault(sort, []).append(walk(browser, path, "/admin/users/"))
    for few, many, far in shown.values():
        assert few == many == far
        assert sum(map(len, few)) == 60
    assert "10+ users" in browser.get(path).text


def test_it_sorts_either_way_by_its_headings(make_user, carol, sign_in):
    make_user("a@example.com")
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
        ({"columns": ["email"], "search": [Exact(User.time_zone, "zone")]}, "zone has no index"),
        ({"columns": ["email"], "search": ["name"]}, "name is in the order of a language"),
        ({"columns": ["email"], "filters": ["confirmed_at"]}, "confirmed_at has no index"),
        ({"columns": ["email"], "filters": [Choice(User.role, "q", "Q", {})]}, "q in the URL is"),
    ],
)
def test_what_is_wrong_stops_the_start(options, says, app):
    with another_app(app) as made, pytest.raises(ConfigError, match=says):
        admin.add(made, User, name="people", **options)


@pytest.mark.parametrize("option", ["search", "filters", "sorts"])
def test_it_is_not_looked_for_by_what_rows_refer_to(option, app):
    """That would be joined to nothing: each row with each user."""
    says = f"{option}=…\\): user.email is not an attribute of Session"
    with another_app(app) as made, pytest.raises(ConfigError, match=says):
        admin.add(made, Session, columns=["user.email"], **{option: ["user.email"]})


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        (KnownDevice, {"columns": ["user_id"]}, "primary key is not one whole number"),
        (Schedule, {"columns": ["name"]}, "primary key is not one whole number"),
        (Passkey, {"columns": ["name"], "sorts": ["credential_id"]}, "cannot stand in links"),
    ],
)
def test_what_has_no_pages_stops_the_start(model, options, says, app):
    with another_app(app) as made, pytest.raises(ConfigError, match=says):
        admin.add(made, model, **options)


@pytest.mark.parametrize(
    "text", ["", "-", "--5", "5-", "1e5", "٣٤x", "²", "0x1", "9" * 19, "9" * 40]
)
def test_a_number_that_is_none_narrows_nothing_down(text):
    assert NumberRange(User.id, "id", "Number").condition({"id.from": text, "id.to": text}) is None


def test_pages_can_be_in_the_order_of_days(app):
    days = [date(2026, 1, day) for day in range(1, 31)]
    rows = union_all(*[select(literal(day, Date).label("day")) for day in days]).subquery()
    found: list[Any] = []
    query: str | None = ""
    while query is not None:
        with app.test_request_context(query_string=query):
            page = paginate(select(rows.c.day), rows.c.day, per_page=20)
            found += [row.day for row in page.rows]
            query = page.next_url and urlsplit(page.next_url).query
    assert found == days


def test_it_shows_what_was_chosen_and_takes_it_back(dave, carol, sign_in):
    browser = sign_in(carol)
    query = "created_at.from=2020-01-01&sort=email&state=suspended"
    page = browser.get(f"/admin/users/?{query}").text
    links = {a["href"] for a in Links(page).links}
    assert "Since: from 2020-01-01" in page
    assert "?created_at.from=2020-01-01&sort=email" in links
    assert "?sort=email&view=" in links
    assert "State: Suspended" in page
    assert "Chosen" not in browser.get("/admin/users/?sort=email&role=king").text
