"""Every query of a declared list uses an index, whatever is asked of it."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import insert, text

from carafe.admin.actions.selection import Selection
from carafe.admin.lists import export, listing, matching, relations, saved_views
from carafe.admin.lists.saved_views import SavedView
from carafe.admin.lists.state import ListState
from carafe.admin.model_admin import ModelAdmin
from carafe.audit.models import append
from carafe.database import db
from carafe.jobs import Job
from carafe.observability.plans.nodes import SCAN
from carafe.testing.database import empty_tables
from carafe.testing.list_plans import (
    Plans,
    filtered_without_index,
    plan_nodes,
    sorted_and_filtered_without_index,
    sorted_without_index,
)
from carafe.tests.site.models import User
from carafe.time import now

ROWS = 3_000
# With this many rows any index gives the first ones as soon as another.
MANY = ROWS // 10


@pytest.fixture(scope="module")
def filled(application: Flask) -> Flask:
    """The app with as many rows as a planner wants to see before it takes an index.

    The same for all tests here, which only read.
    """
    app = application
    with app.app_context():
        empty_tables()
        db.session.execute(insert(User), [a_user(number) for number in range(ROWS)])
        append([an_event(number) for number in range(ROWS)])
        db.session.execute(insert(Job), [a_job(number) for number in range(ROWS)])
        db.session.commit()
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("ANALYZE"))
            db.session.commit()
    return app


def a_user(number: int) -> dict[str, Any]:
    """Mostly a plain user: confirmed, and neither suspended nor about to be deleted."""
    at = now() - timedelta(hours=ROWS - number)
    return {
        "email": f"someone{number}@example.com", "name": f"Given{number % 80} Family{number % 90}",
        "password_hash": "", "role": "user" if number % 1000 else "staff", "created_at": at,
        "confirmed_at": at if number % 20 else None, "suspended_at": None if number % 200 else at,
        "deletes_at": None if number % 500 else now() + timedelta(days=1),
    }  # fmt: skip


def an_event(number: int) -> dict[str, Any]:
    """Mostly the same action, and most of them by few users."""
    user = round(ROWS * (number / ROWS) ** 3)
    return {
        "action": "session.started" if number % 50 else "user.exported",
        "at": now() - timedelta(minutes=ROWS - number), "actor": f"someone{user}@example.com",
        "subject": f"user:{user}", "address": "192.0.2.1", "request_id": f"{number:032x}",
    }  # fmt: skip


def a_job(number: int) -> dict[str, Any]:
    """Mostly of the same name, in the same queue, and done."""
    rare = number % 50 == 0
    return {
        "name": "mail.deliver" if not rare else "account.make_export",
        "queue": "mail" if not rare else "default",
        "state": "succeeded" if not rare else "failed",
        "priority": 1, "arguments": [[], {}], "run_at": now(),
    }  # fmt: skip


def lists(app: Flask) -> Iterator[ModelAdmin]:
    yield from app.extensions["admin"].values()


def test_it_walks_each_order_by_an_index(filled):
    for admin in lists(filled):
        assert not (bad := sorted_without_index(filled, admin)), "\n\n".join(bad)


def test_it_finds_few_by_an_index_of_the_filter(filled):
    for admin in lists(filled):
        assert not (bad := filtered_without_index(filled, admin, MANY)), "\n\n".join(bad)


def test_it_walks_many_by_an_index_of_the_order(filled):
    for admin in lists(filled):
        assert not (bad := sorted_and_filtered_without_index(filled, admin)), "\n\n".join(bad)


def test_it_gathers_by_the_narrowest_of_several_filters(filled):
    """SQLite would take the index of a role that everyone has."""
    admin = filled.extensions["admin"]["users"]
    query = {"role": "user", "state": "suspended"}
    with filled.test_request_context(query_string=query), Plans("user") as plans:
        assert listing.load_page(ListState.parse(admin.list, request.args)).rows
        sql, values = plans.statements[-1]
        nodes = plan_nodes(sql, values, (SCAN,))
        db.session.rollback()
    assert not any("ix_user_role" in node.text for node in nodes)


def test_what_surrounds_a_list_is_found_by_an_index(filled):
    """What a relation means, the rows of an export and of a selection."""
    admin = filled.extensions["admin"]["users"]
    with filled.test_request_context(), Plans("user") as plans:
        email = db.session.scalar(db.select(User.email).order_by(User.email))
        where = matching.conditions(ListState.parse(admin.list, {"q": email}))
        plans.statements.clear()
        assert relations.find_exact(admin, email)
        assert next(export.iter_batches(admin, where))
        assert list(db.session.scalars(Selection(admin, f"q={email}", None, 10**9).keys(limit=9)))
        assert not (bad := plans.bad(SCAN)), "\n\n".join(bad)
        db.session.rollback()


def test_it_finds_saved_views_by_an_index(filled, monkeypatch):
    monkeypatch.setattr(saved_views, "current_user", SimpleNamespace(id=1))
    with filled.test_request_context(method="POST"):
        view = {"list": "users", "name": "Mine", "query": "", "shared": False}
        ids = db.session.scalars(db.select(User.id))
        db.session.execute(insert(SavedView), [view | {"user_id": id} for id in ids])
        db.session.commit()
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("ANALYZE"))
        with Plans("saved_view") as plans:
            saved_views.ViewPreferences("users")
            assert not (bad := plans.bad(SCAN)), "\n\n".join(bad)
        db.session.rollback()
