"""The list of users."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from carafe.testing.lists import ids
from carafe.time import now

BASE = "/admin/users/"


@pytest.fixture
def admin(carol, sign_in):
    return sign_in(carol)


@pytest.fixture
def find(admin):
    """Return the IDs in the list with these arguments."""

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
    orders = {
        "-created_at": [b, a, c], "created_at": [c, a, b], "": [b, a, c],
        "email": [a, b, c], "-email": [c, b, a], "name": [c, a, b], "-name": [b, a, c],
    }  # fmt: skip
    for sort, order in orders.items():
        listed = ids(admin.get(f"/admin/users/?sort={sort}").text, BASE)
        assert [id for id in listed if id in made] == order, sort


def test_it_shows_who_is_to_be_deleted(make_user, admin):
    alice = make_user("alice@example.com", deletes_at=now() + timedelta(days=7))
    assert "Deletion scheduled" in admin.get(f"/admin/users/{alice.id}").text
    assert alice.email in admin.get("/admin/users/?state=leaving").text
    assert alice.email not in admin.get("/admin/users/?state=suspended").text
