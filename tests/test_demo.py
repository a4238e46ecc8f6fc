"""`flask demo`: sample data to look around with."""

import re
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from app.auth.models import User
from carafe.database import db
from carafe.testing.database import statements
from tests.site import HOME


@pytest.fixture
def demo(app):
    """Runs the command; what it printed."""

    def run() -> Any:
        result = app.test_cli_runner().invoke(args=["demo"])
        assert result.exit_code == 0, result.output
        return result.output

    return run


def rows(app) -> dict[str, int]:
    """How many rows each table has."""
    with app.app_context():
        tables = db.metadata.sorted_tables
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }


def accounts(output: str) -> list[tuple[str, str]]:
    """Address and password of each account, from its line."""
    return re.findall(r"^.*?([\w.]+@[\w.]+).*?password[: ]+(\S+).*$", output, re.M)


def test_it_makes_a_user_and_an_admin_who_can_log_in(app, demo, browser):
    printed = accounts(demo())
    assert len(printed) == 2
    roles = set()
    for email, password in printed:
        opened = browser()
        answer = opened.submit("/auth/login", {"email": email, "password": password})
        assert (answer.status_code, answer.location) == (303, HOME)
        assert opened.get("/members").status_code == 200
        roles.add(opened.get("/admin/").status_code)
    assert roles == {200, 403}


def test_it_makes_new_passwords_each_time_and_prints_where_to_log_in(app, demo):
    first = demo()
    assert "http://localhost/auth/login" in first
    with app.app_context():
        db.session.execute(delete(User))
        db.session.commit()
    second = demo()
    assert {password for _, password in accounts(first)}.isdisjoint(
        password for _, password in accounts(second)
    )


def test_it_changes_nothing_the_second_time(app, demo):
    demo()
    before = rows(app)
    with statements(app) as asked:
        output = demo()
    assert "already" in output
    assert accounts(output) == []
    assert rows(app) == before
    assert not [sent for sent in asked if sent.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_it_leaves_an_app_in_use_alone(app, alice, demo):
    before = rows(app)
    assert "already" in demo()
    assert rows(app) == before
