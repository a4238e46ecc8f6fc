"""Pages of a list in each order, with a search and filters."""

from datetime import timedelta
from itertools import chain
from urllib.parse import quote

import pytest
from sqlalchemy import insert

from carafe.database import db
from carafe.testing.lists import ids, last_page, neighbor, walk
from carafe.tests.site.models import User
from carafe.time import now

BASE = "/admin/users/"


@pytest.fixture
def admin(carol, sign_in):
    return sign_in(carol)


@pytest.fixture
def add_users(app):
    """Add a user for each email address past all forms; return their ids."""

    def add(*emails, **fields):
        row = {
            "name": "", "password_hash": "", "role": "user", "time_zone": "", "created_at": now(),
        }  # fmt: skip
        rows = [row | {"email": email} | fields for email in emails]
        with app.app_context():
            query = insert(User).returning(User.id, sort_by_parameter_order=True)
            ids = list(db.session.scalars(query, rows))
            db.session.commit()
            return ids

    return add


@pytest.mark.parametrize("sort", ["-created_at", "created_at", "-email", "name"])
def test_each_row_is_shown_once_in_either_direction(sort, carol, add_users, admin):
    # Many share a name, and many an instant.
    numbers = range(52)
    added = add_users(*[f"a{n}@example.com" for n in numbers], name="A")
    added += add_users(*[f"b{n}@example.com" for n in numbers], name="B")
    start = f"{BASE}?sort={sort}"
    forward = walk(admin, start, BASE)
    assert sorted(chain(*forward)) == sorted([*added, carol.id])
    assert walk(admin, last_page(admin, start), BASE, "prev") == forward[::-1]


def test_it_sorts(add_users, admin):
    people = [("b", "zoe", 3), ("c", "adam", 1), ("a", "mia", 2)]
    added = [
        add_users(f"{email}@example.com", name=name, created_at=now() + timedelta(days=days))[0]
        for email, name, days in people
    ]
    b, c, a = added
    orders = {
        "-created_at": [b, a, c], "created_at": [c, a, b], "": [b, a, c], "nonsense": [b, a, c],
        "email": [a, b, c], "-email": [c, b, a], "name": [c, a, b], "-name": [b, a, c],
    }  # fmt: skip
    for sort, order in orders.items():
        listed = ids(admin.get(f"{BASE}?sort={sort}").text, BASE)
        assert [id for id in listed if id in added] == order, sort


def test_search_filters_and_order_stay_from_page_to_page(add_users, admin):
    matching = add_users(*[f"in{n:02}@example.com" for n in range(60)])
    add_users(*[f"in-suspended{n}@example.com" for n in range(60)], suspended_at=now())
    add_users(*[f"out{n}@example.com" for n in range(60)])
    pages = walk(admin, f"{BASE}?q=in&state=unconfirmed&role=user&sort=email", BASE)
    assert list(chain(*pages)) == matching


def test_odd_arguments_are_answered(add_users, admin):
    add_users(*[f"u{n}@example.com" for n in range(51)])
    next_page = neighbor(admin.get(f"{BASE}?sort=-created_at").text, "next") or ""
    cursor = next_page.split("after=")[1]
    for name in ("q", "role", "state", "sort", "created_at.from", "created_at.to"):
        for value in ("\0", "x" * 1000, "admin' OR 1=1", "%FF", "__class__", "../"):
            answer = admin.get(f"{BASE}?{name}={quote(value)}&{name}={quote(value)}")
            assert answer.status_code == 200, (name, value)
    # A cursor of another order points somewhere or nowhere; a broken one nowhere.
    assert admin.get(f"{BASE}?sort=email&after={cursor}").status_code in (200, 404)
    email, number, surrogate = "WyJhQGIuYyIsIDFd", "WzEsIDFd", "WyJcdWQ4MDAiLCAxXQ"
    for path in (f"?after={email}", f"?sort=email&after={number}", f"?sort=name&after={surrogate}"):
        assert admin.get(f"{BASE}{path}").status_code == 404
