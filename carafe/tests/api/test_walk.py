"""A walk through all pages of a list, in each order, while others add and delete rows."""

from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import pytest
from sqlalchemy import delete, insert

from carafe import api
from carafe.auth.models import ApiToken
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.tests.site.models import Thing

ROWS = 10_000
START = datetime(2026, 1, 1, tzinfo=UTC)
# Few values, so that most rows have the same as others; None for rows that have none.
TIMES = [None, None, *(START + timedelta(days=day, microseconds=day) for day in range(4))]


@pytest.fixture
def site(application):
    with another_app(application, API_REQUESTS_PER_MINUTE=100_000, WEBHOOKS=False) as made:
        api.add(
            made,
            Thing,
            fields=["title"],
            read_only=["archived_at"],
            sort=["archived_at"],
            owner="user_id",
        )
        yield made


@pytest.fixture
def add(site, alice):
    """Return a function that adds rows at random times, and returns their IDs."""
    random, numbers = Random(1), count(1)

    def add(amount):
        values = {"user_id": alice.id, "title": "x", "version": 1}
        rows = [
            {**values, "id": next(numbers), "archived_at": random.choice(TIMES)}
            for _ in range(amount)
        ]
        with site.app_context():
            db.session.connection().execute(insert(Thing), rows)
            db.session.commit()
        return {row["id"] for row in rows}

    return add


@pytest.fixture
def get(site, alice):
    """Return a function that gets a page, without comparing each row with the document."""
    with site.app_context():
        prefix = site.config["API_TOKEN_PREFIX"]
        _, text = ApiToken.issue(alice, "Walker", {"things:read"}, prefix=prefix)
        db.session.commit()
    client, headers = site.test_client(), {"Authorization": f"Bearer {text}"}
    return lambda url: client.get(url, headers=headers).json


def remove(site, ids):
    with site.app_context():
        db.session.execute(delete(Thing).where(Thing.id.in_(ids)))
        db.session.commit()


@pytest.mark.parametrize("sort", ["archived_at", "-archived_at", "id", "-id"])
def test_it_sees_each_row_that_was_there_all_the_time_once(site, get, add, sort):
    kept, others = add(ROWS), [*add(300)]
    seen, url = [], f"/api/v1/things?limit=100&sort={sort}"
    while url:
        page = get(url)
        seen += [thing["id"] for thing in page["items"]]
        url = page["next"]
        others += add(2)
        remove(site, [others.pop(0) for _ in range(3) if others])
    assert len(seen) == len({*seen})
    assert kept <= {*seen}


def test_rows_without_a_value_come_last_in_either_direction(get, add):
    add(40)
    for sort, descending in (("archived_at", False), ("-archived_at", True)):
        rows, url = [], f"/api/v1/things?limit=7&sort={sort}"
        while url:
            page = get(url)
            rows += [(thing["archived_at"], thing["id"]) for thing in page["items"]]
            url = page["next"]
        with_value = [row for row in rows if row[0]]
        assert rows == with_value + [row for row in rows if not row[0]]
        assert with_value == sorted(with_value, reverse=descending)
        ids = [id for time, id in rows if not time]
        assert ids == sorted(ids, reverse=descending)
