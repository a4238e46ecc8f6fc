"""Lists of models that are declared in a few lines."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Date, literal, select, union_all

from carafe.admin.lists import listing, matching
from carafe.admin.lists.ranges import NumberRange
from carafe.database import timeouts
from carafe.testing.lists import Links, ids, walk
from carafe.tests.site.models import User
from carafe.time import now
from carafe.web.pagination import paginate


def test_it_shows_the_same_rows_few_or_many_or_far(carol, make_user, sign_in, monkeypatch):
    """Beyond a number of rows a list is read in another way, and in a third where that is slow."""
    monkeypatch.setattr(timeouts, "PROGRESS_HANDLER_STEPS", 1)
    for n in range(60):
        make_user(f"u{n:02}@example.com", name=f"N{n % 7}", confirmed_at=None)
    browser = sign_in(carol)
    values: dict[str, list[Any]] = {}
    for few, seconds in ((matching.COUNT_LIMIT, 60), (10, 60), (10, 0.001)):
        monkeypatch.setattr(matching, "COUNT_LIMIT", few)
        monkeypatch.setattr(listing, "SCAN_TIMEOUT_SECONDS", seconds)
        for sort in ("email", "-name", "created_at"):
            path = f"/admin/users/?state=unconfirmed&sort={sort}"
            values.setdefault(sort, []).append(walk(browser, path, "/admin/users/"))
    for few, many, far in values.values():
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
    "text", ["", "-", "--5", "5-", "1e5", "٣٤x", "²", "0x1", "9" * 19, "9" * 40]
)
def test_a_number_that_is_none_narrows_nothing_down(text):
    assert NumberRange(User.id, "id", "Number").condition({"id.from": text, "id.to": text}) is None


def test_pages_can_be_in_the_order_of_days(app):
    days = [date(2026, 1, day) for day in range(1, 31)]
    rows = union_all(*[select(literal(day, Date).label("day")) for day in days]).subquery()
    shown_days: list[Any] = []
    query: str | None = ""
    while query is not None:
        with app.test_request_context(query_string=query):
            page = paginate(select(rows.c.day), rows.c.day, per_page=20)
            assert page.first == len(shown_days) + 1
            shown_days += [row.day for row in page.rows]
            query = page.next_url and urlsplit(page.next_url).query
    assert shown_days == days


def test_it_says_which_of_how_many_rows_a_page_has(carol, make_user, sign_in):
    for n in range(60):
        make_user(f"u{n:02}@example.com")
    browser = sign_in(carol)
    first = browser.get("/admin/users/")
    assert "1–50 of 61" in first.text
    [link] = [a["href"] for a in Links(first.text).links if a.get("rel") == "next"]
    second = browser.get(link)
    assert "51–61 of 61" in second.text
    [link] = [a["href"] for a in Links(second.text).links if a.get("rel") == "prev"]
    assert "1–50 of 61" in browser.get(link).text


def test_it_offers_the_last_days(carol, sign_in):
    page = sign_in(carol).get("/admin/users/?sort=email&created_at.to=2020-01-01").text
    week_ago = now().date() - timedelta(days=6)
    assert f'<a href="?sort=email&amp;created_at.from={week_ago}">7 days</a>' in page
    page = sign_in(carol).get(f"/admin/users/?created_at.from={week_ago}").text
    assert f'<a href="?created_at.from={week_ago}" aria-current="true">7 days</a>' in page


def test_it_shows_what_was_chosen_and_takes_it_back(dave, carol, sign_in):
    browser = sign_in(carol)
    query = "created_at.from=2020-01-01&sort=email&state=suspended"
    page = browser.get(f"/admin/users/?{query}").text
    links = {a["href"] for a in Links(page).links}
    assert "Since: from Jan 1, 2020" in page
    assert "?created_at.from=2020-01-01&sort=email" in links
    assert "?sort=email&view=" in links
    assert "State: Suspended" in page
    assert "Active filters" not in browser.get("/admin/users/?sort=email&role=king").text
