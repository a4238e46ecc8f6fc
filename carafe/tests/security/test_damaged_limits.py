"""The file of the rate limits, damaged."""

import sqlite3
from contextlib import closing

import pytest

from carafe.security.rate_limit_store import RateLimitStore

pytestmark = pytest.mark.any_database


@pytest.fixture
def damaged(app, monkeypatch, tmp_path):
    file = tmp_path / "limits.db"
    file.write_bytes(b"not a database, but long enough to look like one" * 100)
    monkeypatch.setitem(app.extensions, "limits", RateLimitStore(file))
    return file


def test_it_does_not_keep_people_from_logging_in(alice, log_in, damaged):
    assert log_in(alice).get("/members").status_code == 200
    with closing(sqlite3.connect(damaged)) as limits:
        assert limits.execute("SELECT count(*) FROM hit").fetchone() == (3,)
