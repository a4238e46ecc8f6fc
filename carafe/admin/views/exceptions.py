"""Unhandled exceptions, grouped by type and place."""

from collections.abc import Mapping
from datetime import UTC, date

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import DatabaseError
from werkzeug.exceptions import ServiceUnavailable

from carafe.admin.blueprint import blueprint
from carafe.admin.names import subject_name
from carafe.admin.overview.charts import Chart, bar_chart
from carafe.audit import record
from carafe.auth.marks import fresh_login_required, permission_required
from carafe.database import AnyRow, db
from carafe.observability import store
from carafe.observability.occurrences import affected_users, count_by_day
from carafe.observability.store import exception as recorded
from carafe.observability.store import exception_count
from carafe.time import format_date, unix_time, viewer_zone
from carafe.web.menus import MAX_COUNT
from carafe.web.routing import ConditionalRoutes, effect

MAX_ROWS = 100
MAX_NAMES = 10
NEW_SECONDS = 24 * 3600
# Built once: each page of the admin counts them.
NEW = (
    select(recorded.c.fingerprint).where(recorded.c.first_at >= bindparam("since")).limit(MAX_COUNT)
)

routes = ConditionalRoutes(blueprint, "RECORDER")


@routes.get("/exceptions/")
@permission_required("operations.read")
def exceptions() -> ResponseReturnValue:
    latest = select(recorded).order_by(recorded.c.last_at.desc()).limit(MAX_ROWS)
    with store.get_store().connect() as connection:
        rows = connection.execute(latest).all()
    return render_template("admin/exceptions.html", rows=rows)


@routes.get("/exceptions/<fingerprint>")
@permission_required("operations.read")
def exception(fingerprint: str) -> ResponseReturnValue:
    row = _find(fingerprint)
    with store.get_store().connect() as connection:
        days = count_by_day(connection, fingerprint, viewer_zone() or UTC)
        users = affected_users(connection, fingerprint)
    return render_template(
        "admin/exception.html",
        exception=row,
        chart=_chart(days),
        since=format_date(min(days)),
        affected=len(users),
        names=[subject_name(f"user:{id}") for id in users[:MAX_NAMES]],
    )


def _chart(days: Mapping[date, int]) -> Chart:
    return bar_chart(
        "occurrences",
        f"Last {len(days)} days",
        [(count,) for count in days.values()],
        kinds={"failed": ""},
        titles=[f"{format_date(day)}: {count:,}" for day, count in days.items()],
        format_value=lambda value: f"{value:,.0f}",
    )


@routes.post("/exceptions/<fingerprint>/delete")
@permission_required("operations.edit", "operations.read")
@fresh_login_required
@effect("this exception will be deleted")
def forget_exception(fingerprint: str) -> ResponseReturnValue:
    row = _find(fingerprint)
    # Two databases: delete it only after the audit event is committed.
    record("exception.resolved", type=row.type, place=row.place, count=row.count)
    db.session.commit()
    with store.get_store().write_transaction() as connection:
        for table in (recorded, exception_count):
            connection.execute(delete(table).where(table.c.fingerprint == fingerprint))
    flash("Exception resolved. It reopens if it happens again.", "success")
    return redirect(url_for("admin.exceptions"), 303)


def count_new() -> int:
    """Return how many exceptions were first seen in the last 24 hours, for the menu."""
    since = int(unix_time()) - NEW_SECONDS
    try:
        with store.get_store().connect() as connection:
            return len(connection.execute(NEW, {"since": since}).all())
    except (DatabaseError, ServiceUnavailable):  # the page itself says why
        return 0


def _find(fingerprint: str) -> AnyRow:
    if not fingerprint.isalnum():  # PostgreSQL raises an error for a NUL character.
        abort(404)
    query = select(recorded).where(recorded.c.fingerprint == fingerprint)
    with store.get_store().connect() as connection:
        return connection.execute(query).first() or abort(404)
