"""Lists of models that are declared in a few lines."""

from datetime import date, timedelta
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import pytest
from markupsafe import escape
from sqlalchemy import Date, literal, select, union_all

from carafe import admin
from carafe.admin.lists import listing, matching, scan
from carafe.admin.lists.ranges import NumberRange
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.lists import Links, ids, last_page, walk
from carafe.tests.site.models import User
from carafe.time import now
from carafe.web.pagination import paginate


def test_it_shows_the_same_rows_few_or_many_or_far_apart(carol, make_user, sign_in, monkeypatch):
    """Beyond a number of rows a list is searched in its order, and a slow search stops early."""
    for n in range(60):
        make_user(f"u{n:02}@example.com", name=f"N{n % 7}", confirmed_at=None)
    browser = sign_in(carol)
    values: dict[str, list[list[int]]] = {}
    for few, seconds, step in ((matching.COUNT_LIMIT, 60, 1_000), (10, 60, 1_000), (10, 0, 7)):
        monkeypatch.setattr(matching, "COUNT_LIMIT", few)
        monkeypatch.setattr(listing, "SCAN_SECONDS", seconds)
        monkeypatch.setattr(scan, "FIRST_STEP", step)
        for sort in ("email", "-name", "created_at"):
            path = f"/admin/users/?state=unconfirmed&sort={sort}"
            forward = walk(browser, path, "/admin/users/")
            last = last_page(browser, path)
            backward = walk(browser, last, "/admin/users/", rel="prev")
            assert [*chain(*forward)] == [*chain(*reversed(backward))]
            values.setdefault(sort, []).append([*chain(*forward)])
    for first, many, far in values.values():
        assert first == many == far
        assert len(first) == 60
    assert "found so far" in browser.get(path).text
    monkeypatch.setattr(listing, "SCAN_SECONDS", 60)
    assert "10+ users" in browser.get(path).text


@pytest.fixture
def slow_search(monkeypatch):
    """Searches that stop after each 10 rows, unless their reader asks to go on."""
    monkeypatch.setattr(matching, "COUNT_LIMIT", 3)
    monkeypatch.setattr(listing, "SCAN_SECONDS", 0)
    monkeypatch.setattr(scan, "FIRST_STEP", 10)
    monkeypatch.setattr(scan, "MIN_STEPS", 1)


def test_a_search_that_is_stopped_says_how_far_it_came_and_goes_on(
    carol, make_user, sign_in, slow_search
):
    for n in range(40):
        is_match = n in (3, 17, 35, 38)
        make_user(f"u{n:02}@example.com", name="N", confirmed_at=None if is_match else now())
    browser = sign_in(carol)
    path = "/admin/users/?state=unconfirmed&q=u&sort=email"
    page = browser.get(path).text
    # Among the first ten in this order are Carol and u00 to u08.
    assert "1 found so far" in page
    assert "stopped at Email: u08@example.com" in page
    assert [f"u{n:02}@" in page for n in (3, 17)] == [True, False]
    [continue_url] = [a["href"] for a in Links(page).links if "further=y" in (a["href"] or "")]
    remaining = browser.get(continue_url).text
    assert [f"u{n:02}@" in remaining for n in (3, 17, 35, 38)] == [False, True, True, True]
    assert "stopped at" not in remaining
    # Now that the search is complete, so is the count.
    assert "4 users" in remaining
    assert "2–4 of 4" in remaining


def test_a_search_that_is_stopped_without_a_match_does_not_say_that_there_is_none(
    carol, make_user, sign_in, slow_search
):
    for n in range(20):
        make_user(f"u{n:02}@example.com", confirmed_at=now() if n < 15 else None)
    browser = sign_in(carol)
    page = browser.get("/admin/users/?state=unconfirmed&q=u&sort=email").text
    assert "Nothing found" not in page
    assert "No users yet" not in page
    assert "Keep searching" in page
    assert "None found so far" in page


def test_a_page_beyond_all_matches_does_not_say_that_there_are_none(
    carol, make_user, sign_in, slow_search
):
    for n in range(20):
        make_user(f"u{n:02}@example.com", confirmed_at=None if n > 14 else now())
    browser = sign_in(carol)
    first = "/admin/users/?state=unconfirmed&q=u&sort=email"

    def further(path):
        links = [a["href"] or "" for a in Links(browser.get(path).text).links]
        return next(link for link in links if "further=y" in link)

    continued = browser.get(further(first)).text
    assert "u15@" in continued
    [back] = {a["href"] for a in Links(continued).links if a.get("rel") == "prev"}
    for path in (back, further(back)):
        page = browser.get(path).text
        assert "Nothing found" not in page
        assert "0 users" not in page
    assert "Back to the first page" in page


def test_a_filter_without_a_match_says_that_there_is_none(carol, sign_in):
    assert "Nothing found" in sign_in(carol).get("/admin/users/?state=suspended").text


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


@pytest.mark.parametrize("name", ["<b>x</b>", "a > b", "a & b", '"quoted"', "it's"])
def test_it_shows_markup_as_text(name, carol, make_user, sign_in):
    browser = sign_in(carol)
    make_user("a@example.com", name=name)
    assert f'<td data-label="Name">{escape(name)}</td>' in browser.get("/admin/users/").text
    # A column with an empty cell is rendered in another way.
    make_user("b@example.com", name="")
    page = browser.get("/admin/users/").text
    assert f'<td data-label="Name">{escape(name)}</td>' in page
    assert '<td data-label="Name">–</td>' in page


def test_a_label_may_have_braces(app, carol):
    with another_app(app) as made:
        email = admin.Column("email", "{Email} {0}")
        admin.add(made, User, name="people", columns=["name", email])
        browser = Browser(made.test_client())
        browser.submit("/auth/login", {"email": carol.email, "password": PASSWORD})
        page = browser.get("/admin/people/").text
    assert f'<td data-label="{{Email}} {{0}}">{carol.email}</td>' in page
