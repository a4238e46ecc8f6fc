"""Lists in pages, each found by where the one before ended."""

import base64
import json
from itertools import chain, cycle

import pytest
from sqlalchemy import insert

from carafe.database import db
from carafe.testing.database import statements
from carafe.testing.lists import ids, last_page, neighbor, walk
from carafe.tests.site.models import Thing
from carafe.time import now

BASE = "/things/"


@pytest.fixture
def write(app):
    """Add a thing for each title past all forms; return their ids."""

    def add(user, *titles, at=None):
        created_at = at or now()
        row = {"user_id": user.id, "body": "", "version": 1, "created_at": created_at}
        with app.app_context():
            query = insert(Thing).returning(Thing.id, sort_by_parameter_order=True)
            ids = db.session.scalars(query, [row | {"title": title} for title in titles]).all()
            db.session.commit()
            return list(ids)

    return add


def titles(count: int) -> list[str]:
    return [f"Thing {number}" for number in range(count)]


def test_it_shows_each_row_once_in_either_direction(alice, sign_in, write):
    written = [id for title in titles(45) for id in write(alice, title)]
    browser = sign_in(alice)
    forward = walk(browser, "/things/", BASE)
    assert [len(page) for page in forward] == [20, 20, 5]
    assert list(chain(*forward)) == written[::-1]
    assert walk(browser, last_page(browser, "/things/"), BASE, "prev") == forward[::-1]


def test_it_shows_each_row_once_when_all_are_of_one_instant(alice, sign_in, write):
    written = write(alice, *titles(61), at=now())
    browser = sign_in(alice)
    forward = walk(browser, "/things/", BASE)
    assert list(chain(*forward)) == written[::-1]
    assert walk(browser, last_page(browser, "/things/"), BASE, "prev") == forward[::-1]


def test_it_links_no_neighbours_of_a_single_page(alice, sign_in, write):
    write(alice, *titles(20))
    page = sign_in(alice).get("/things/").text
    assert len(ids(page, BASE)) == 20
    assert neighbor(page, "next") is None
    assert neighbor(page, "prev") is None


def test_it_neither_skips_nor_repeats_when_rows_come_and_go(alice, sign_in, write):
    written = write(alice, *titles(50))
    browser = sign_in(alice)
    first = browser.get("/things/").text
    new = write(alice, "Come in between", "And another")
    second = browser.get(neighbor(first, "next")).text
    seen = ids(first, BASE) + ids(second, BASE)
    # The very row that the next page starts after goes away.
    browser.post(f"/things/{seen[-1]}/delete", {"csrf_token": browser.token()})
    seen += ids(browser.get(neighbor(second, "next")).text, BASE)
    assert seen == written[::-1]
    # On the way back, the new ones are there.
    back = browser.get(neighbor(second, "prev")).text
    assert ids(back, BASE) == ids(first, BASE)
    assert ids(browser.get(neighbor(back, "prev")).text, BASE) == new[::-1]


def test_it_keeps_the_search_from_page_to_page(alice, sign_in, write):
    written = write(alice, *titles(30))
    write(alice, *[f"Other {number}" for number in range(30)])
    assert list(chain(*walk(sign_in(alice), "/things/?q=thing", BASE))) == written[::-1]


def test_it_links_pages_of_a_search_with_any_characters(alice, sign_in, write):
    written = write(alice, *[f'&after="x#%é{number}' for number in range(21)])
    pages = walk(sign_in(alice), "/things/?q=%26after%3D%22x%23%25%C3%89", BASE)
    assert list(chain(*pages)) == written[::-1]


def cursor(value) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


MOMENT = "2026-01-01T00:00:00+00:00"
BROKEN = {
    "garbage": "garbage",
    "not ASCII": "%C3%A4%F0%9F%A6%86",
    "NUL": "%00",
    "no JSON": cursor(b"{"),
    "not UTF-8": cursor(b"\xff\xfe"),
    "an object": cursor({"a": 1}),
    "a text": cursor("ab"),
    "a number": cursor(1),
    "null": cursor(None),
    "too few": cursor([MOMENT]),
    "too many": cursor([MOMENT, 1, 1, 1]),
    "a number that is a text": cursor([MOMENT, 1, "1"]),
    "nulls": cursor([None, None]),
    "swapped": cursor([1, MOMENT]),
    "a boolean": cursor([MOMENT, True]),
    "a fraction": cursor([MOMENT, 1.5]),
    "infinity": cursor(f'["{MOMENT}", Infinity]'.encode()),
    "an id as text": cursor([MOMENT, "1"]),
    "a huge id": cursor([MOMENT, 2**63]),
    "a hugely negative id": cursor([MOMENT, -(2**63) - 1]),
    "an endless id": cursor(f'["{MOMENT}", {"9" * 5000}]'.encode()),
    "nesting": cursor(b"[" * 100_000),
    "a day": cursor(["2026-13-41T00:00:00+00:00", 1]),
    "a time without zone": cursor(["2026-01-01T00:00:00", 1]),
    "a time before all times": cursor(["0001-01-01T00:00:00+14:00", 1]),
    "a time after all times": cursor(["9999-12-31T23:59:59-14:00", 1]),
    "half a surrogate pair": cursor(b'["\\ud800", 1]'),
}


def test_it_has_no_page_at_a_broken_cursor(alice, sign_in, write):
    write(alice, "Roof")
    browser = sign_in(alice)
    for direction, (name, value) in zip(cycle(["after", "before"]), BROKEN.items(), strict=False):
        assert browser.get(f"/things/?{direction}={value}").status_code == 404, name


@pytest.mark.parametrize("direction", ["after", "before"])
def test_it_answers_cursors_at_the_edges(direction, alice, sign_in, write):
    write(alice, "Roof")
    browser = sign_in(alice)
    times = MOMENT, "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59Z"
    for time, id in zip(cycle(times), (0, -1, 2**63 - 1, -(2**63)), strict=False):
        path = f"/things/?{direction}={cursor([time, id])}"
        assert browser.get(path).status_code == 200, (time, id)


def test_it_asks_as_little_of_many_rows_as_of_few(app, alice, sign_in, write):
    [id] = write(alice, "Roof")
    browser = sign_in(alice)
    paths = ["/things/", "/things/?q=o", f"/things/{id}/edit"]

    def asked() -> list[int]:
        counts = []
        for path in paths:
            with statements(app) as sent:
                assert browser.get(path).status_code == 200
            counts.append(len(sent))
        return counts

    few = asked()
    assert max(few) <= 3
    write(alice, *titles(100))
    assert asked() == few
