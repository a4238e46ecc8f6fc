"""Every query of a declared list uses an index, whatever is asked of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, request
from sqlalchemy import Connection, event, insert, text

from carafe.admin.actions.selection import Selection
from carafe.admin.lists import export, listing, matching, relations, saved_views
from carafe.admin.lists.saved_views import SavedView
from carafe.admin.lists.state import ListState
from carafe.admin.model_admin import ModelAdmin
from carafe.audit.models import append
from carafe.database import db
from carafe.jobs import Job
from carafe.observability.plans import postgresql, sqlite
from carafe.observability.plans.nodes import SCAN, SORT, Node, walk
from carafe.testing.database import empty_tables
from carafe.tests.admin.choices import choices, sorts
from carafe.tests.site.models import User
from carafe.time import now

ROWS = 3_000
# Of so many rows any index gives the first ones as soon as another.
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
        "email": f"somebody{number}@example.com", "name": f"Given{number % 80} Family{number % 90}",
        "password_hash": "", "role": "user" if number % 1000 else "staff", "created_at": at,
        "confirmed_at": at if number % 20 else None, "suspended_at": None if number % 200 else at,
        "deletes_at": None if number % 500 else now() + timedelta(days=1),
    }  # fmt: skip


def an_event(number: int) -> dict[str, Any]:
    """Mostly the same action, and most of them by few users."""
    user = round(ROWS * (number / ROWS) ** 3)
    return {
        "action": "session.started" if number % 50 else "user.exported",
        "at": now() - timedelta(minutes=ROWS - number), "actor": f"somebody{user}@example.com",
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


class Plans:
    """The plans of what the app asks its database, of which each kind is looked at once."""

    def __init__(self, admin: Any):
        self.table = admin.model.__tablename__
        self.asked: list[tuple[str, Any]] = []

    def __enter__(self) -> "Plans":
        event.listen(db.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *error: Any) -> None:
        event.remove(db.engine, "before_cursor_execute", self._note)

    def _note(self, connection: Any, cursor: Any, sql: str, values: Any, *rest: Any) -> None:
        if not sql.startswith(("BEGIN", "EXPLAIN", "SET")):
            self.asked.append((sql, values))

    def wrong(self, *kinds: str) -> list[str]:
        """What has been asked and reads the table, or a made one, as none of these is to."""
        asked, self.asked = self.asked, []
        found = []
        for sql, values in asked:
            nodes = list(walk(explained(db.session.connection(), sql, values, kinds)))
            if any(self._is_wrong(node, kinds) for node in nodes):
                found.append("\n  ".join([sql.replace("\n", " "), *(node.text for node in nodes)]))
        return found

    def _is_wrong(self, node: Node, kinds: tuple[str, ...]) -> bool:
        table = node.relation or re.sub(r"_\d+$", "", node.alias)
        if node.kind == SORT:
            # One that an index has begun ends with the page.
            return SORT in kinds and not node.text.startswith("Incremental")
        if table == self.table:
            return node.kind in kinds
        return node.kind == SCAN and table in db.metadata.tables  # what is joined, for each row


def explained(connection: Connection, sql: str, values: Any, kinds: tuple[str, ...]) -> list[Node]:
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        return sqlite.tree(sqlite.explain(cursor, sql))
    # Some thousand rows it would rather read and sort as a whole; a filled it will not.
    more = ["sort", "bitmapscan"] if SORT in kinds else ["hashjoin", "mergejoin"]
    switches = ["seqscan", *more]
    for switch in switches:
        cursor.execute(f"SET LOCAL enable_{switch} = off")
    cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
    plan = cursor.fetchone()[0]
    # First, or the catalog is asked at such a cost that its query is compiled: a tenth of a second.
    for switch in switches:
        cursor.execute(f"SET LOCAL enable_{switch} = on")
    postgresql._add_indexes(
        cursor, [part for one in plan for part in postgresql._walk(one["Plan"])]
    )
    return postgresql.tree(plan)


def ask(app: Flask, admin: ModelAdmin, arguments: dict[str, str], *kinds: str) -> list[str]:
    """What is wrong with the plans of a page, and of the one after and the one before."""
    wrong: list[str] = []
    todo: list[Any] = [arguments]
    while todo:
        with app.test_request_context(query_string=todo.pop()), Plans(admin) as plans:
            page = listing.load_page(ListState.parse(admin.list, request.args)).pages
            wrong += [f"{request.query_string.decode()}: {one}" for one in plans.wrong(*kinds)]
            if "after" not in request.args and "before" not in request.args:
                urls = page.next_url, page.prev_url
                todo += [urlsplit(url).query for url in urls if url]
            db.session.rollback()
    return wrong


def lists(app: Flask) -> Iterator[ModelAdmin]:
    yield from app.extensions["admin"].values()


def test_it_walks_each_order_by_an_index(filled):
    wrong = []
    for admin in lists(filled):
        for sort in sorts(admin):
            wrong += ask(filled, admin, {"sort": sort}, SORT)
    assert not wrong, "\n\n".join(wrong)


def test_it_finds_few_by_an_index_of_the_filter(filled):
    wrong = []
    for admin in lists(filled):
        for arguments, few in asked(filled, admin):
            wrong += ask(filled, admin, arguments, *([SCAN] if few else []))
    assert not wrong, "\n\n".join(wrong)


def test_it_walks_many_by_an_index_of_the_order(filled, monkeypatch):
    monkeypatch.setattr(matching, "COUNT_LIMIT", -1)
    monkeypatch.setattr(listing, "SCAN_TIMEOUT_SECONDS", 60)  # however busy this machine is
    wrong = []
    for admin in lists(filled):
        for arguments, _ in asked(filled, admin):
            for sort in sorts(admin):
                wrong += ask(filled, admin, arguments | {"sort": sort}, SORT)
    assert not wrong, "\n\n".join(wrong)


def asked(app: Flask, admin: ModelAdmin) -> list[tuple[dict[str, str], bool]]:
    """Each choice, and whether few rows match: those must be found by what is looked for."""
    with app.test_request_context():
        found = []
        for _, arguments in choices(admin):
            where = matching.conditions(ListState.parse(admin.list, arguments))
            statement = db.select(db.func.count()).select_from(admin.model).where(*where)
            count = db.session.scalar(statement) or 0
            found.append((arguments, count < MANY or db.engine.dialect.name == "sqlite"))
        db.session.rollback()
        return found


def test_it_gathers_by_the_narrowest_of_several_filters(filled):
    """SQLite would take the index of a role that everybody has."""
    admin = filled.extensions["admin"]["users"]
    query = {"role": "user", "state": "suspended"}
    with filled.test_request_context(query_string=query), Plans(admin) as plans:
        assert listing.load_page(ListState.parse(admin.list, request.args)).rows
        sql, values = plans.asked[-1]
        nodes = list(walk(explained(db.session.connection(), sql, values, (SCAN,))))
        db.session.rollback()
    assert not any("ix_user_role" in node.text for node in nodes)


def test_what_surrounds_a_list_is_found_by_an_index(filled):
    """What a relation means, the rows of an export and of a selection."""
    admin = filled.extensions["admin"]["users"]
    with filled.test_request_context(), Plans(admin) as plans:
        email = db.session.scalar(db.select(User.email).order_by(User.email))
        where = matching.conditions(ListState.parse(admin.list, {"q": email}))
        plans.asked.clear()
        assert relations.find_exact(admin, email)
        assert next(export.iter_batches(admin, where))
        assert list(db.session.scalars(Selection(admin, f"q={email}", None, 10**9).keys(limit=9)))
        assert not (wrong := plans.wrong(SCAN)), "\n\n".join(wrong)
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
        with Plans(SimpleNamespace(model=SavedView)) as plans:
            saved_views.ViewPreferences("users")
            assert not (wrong := plans.wrong(SCAN)), "\n\n".join(wrong)
        db.session.rollback()
