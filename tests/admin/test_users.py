"""The list of users."""

from datetime import timedelta
from itertools import chain
from urllib.parse import quote

import pytest

from carafe.testing.lists import ids, last_page, neighbour, walk
from carafe.time import now

BASE = "/admin/users/"
SORTS = ["-created_at", "created_at", "email", "-email", "name", "-name"]


@pytest.fixture
def admin(carol, sign_in):
    return sign_in(carol)


@pytest.fixture
def find(admin):
    """The ids found with these arguments of the list."""

    def ask(**arguments: str) -> set[int]:
        query = "&".join(f"{name}={quote(value)}" for name, value in arguments.items())
        answer = admin.get(f"/admin/users/?{query}")
        assert answer.status_code == 200
        return set(ids(answer.text, BASE))

    return ask


def test_it_lists_everybody(alice, bob, carol, dave, erin, find):
    assert find() == {alice.id, bob.id, carol.id, dave.id, erin.id}


def test_it_finds_by_the_begins_of_words_in_address_and_name(alice, bob, make_user, find):
    other = make_user("alibi@example.org", name="Ärmel Alicent")
    assert find(q="ALI") == {alice.id, other.id}
    assert find(q="arm ali") == {other.id}
    assert find(q="bob@") == {bob.id}
    assert find(q="example.org") == {other.id}
    assert find(q="lice") == set()


def test_it_finds_by_the_begin_of_an_address(alice, bob, make_user, find):
    other = make_user("alice@example.company")
    make_user("other@example.org", name="Alice Bob Example")
    assert find(q="Alice@Example.c") == {alice.id, other.id}
    assert find(q="alice@example.com ") == {alice.id, other.id}
    assert find(q="alice@example.comp") == {other.id}
    assert find(q="bob@%") == set()


def test_it_filters_by_role_and_state(alice, carol, dave, erin, make_user, find):
    both = make_user("both@example.com", confirmed_at=None, suspended_at=now())
    assert find(role="admin") == {carol.id}
    assert find(role="user") == {alice.id, dave.id, erin.id, both.id}
    assert find(state="active") == {alice.id, carol.id}
    assert find(state="unconfirmed") == {erin.id}
    assert find(state="suspended") == {dave.id, both.id}
    assert find(role="user", state="active", q="ali") == {alice.id}
    assert find(role="admin", state="suspended") == set()


def test_it_sorts(make_user, admin):
    made = [
        make_user(f"{email}@example.com", name=name, created_at=now() + timedelta(days=days)).id
        for email, name, days in [("b", "zoe", 3), ("c", "adam", 1), ("a", "mia", 2)]
    ]
    b, c, a = made
    wanted = {
        "-created_at": [b, a, c], "created_at": [c, a, b], "": [b, a, c], "nonsense": [b, a, c],
        "email": [a, b, c], "-email": [c, b, a], "name": [c, a, b], "-name": [b, a, c],
    }  # fmt: skip
    for sort, order in wanted.items():
        listed = ids(admin.get(f"/admin/users/?sort={sort}").text, BASE)
        assert [id for id in listed if id in made] == order, sort


@pytest.mark.parametrize("sort", SORTS)
def test_it_shows_each_user_once_in_either_direction(sort, carol, make_user, admin):
    moment = now()
    # Many share a name, and many an instant.
    made = {
        make_user(f"u{n}@example.com", name=f"N{n % 2}", created_at=moment).id for n in range(104)
    }
    start = f"/admin/users/?sort={sort}"
    forward = walk(admin, start, BASE)
    assert sorted(chain(*forward)) == sorted(made | {carol.id})
    assert walk(admin, last_page(admin, start), BASE, "prev") == forward[::-1]


def test_it_keeps_search_filters_and_order_from_page_to_page(make_user, admin):
    wanted = [make_user(f"in{n:02}@example.com", confirmed_at=None).id for n in range(60)]
    for n in range(60):
        make_user(f"in-suspended{n}@example.com", confirmed_at=None, suspended_at=now())
        make_user(f"out{n}@example.com", confirmed_at=None)
    pages = walk(admin, "/admin/users/?q=in&state=unconfirmed&role=user&sort=email", BASE)
    assert list(chain(*pages)) == wanted


def walk_to_next(admin) -> str:
    return neighbour(admin.get("/admin/users/?sort=-created_at").text, "next") or ""


def test_it_answers_odd_arguments(alice, admin, make_user):
    for n in range(51):
        make_user(f"u{n}@example.com")
    cursor = walk_to_next(admin).split("after=")[1]
    odd = ["\0", "x" * 1000, "admin' OR 1=1", "%FF", "__class__", "../"]
    for name in ("q", "role", "state", "sort", "created_at.from", "created_at.to"):
        for value in odd:
            answer = admin.get(f"/admin/users/?{name}={quote(value)}&{name}={quote(value)}")
            assert answer.status_code == 200, (name, value)
    # A cursor of another order points somewhere or nowhere; a broken one nowhere.
    assert admin.get(f"/admin/users/?sort=email&after={cursor}").status_code in (200, 404)
    email, number, surrogate = "WyJhQGIuYyIsIDFd", "WzEsIDFd", "WyJcdWQ4MDAiLCAxXQ"
    for path in (f"?after={email}", f"?sort=email&after={number}", f"?sort=name&after={surrogate}"):
        assert admin.get(f"/admin/users/{path}").status_code == 404
