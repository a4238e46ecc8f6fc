"""Statements: where the time in the database goes, and what would be faster."""

import logging
from typing import Any

from flask import abort, current_app, render_template, request
from sqlalchemy import or_, select

from carafe.admin.blueprint import blueprint
from carafe.auth.marks import permission_required
from carafe.checks import root_cause
from carafe.observability import plans, store
from carafe.observability.store import repeated, statement
from carafe.web.forms import search_term
from carafe.web.routing import ConditionalRoutes

log = logging.getLogger(__name__)

# Name in the URL, label, and what descends.
SORTS: dict[str, tuple[str, Any]] = {
    "total": ("Total time", statement.c.total_us),
    "count": ("Count", statement.c.count),
    "worst": ("Worst", statement.c.max_us),
}
MAX_ROWS = 50

routes = ConditionalRoutes(blueprint, "RECORDER")


@routes.get("/queries/")
@permission_required("operations.read")
def queries() -> Any:
    q, sort = search_term(), request.args.get("sort", "total")
    sort = sort if sort in SORTS else "total"
    chosen = select(statement).order_by(SORTS[sort][1].desc()).limit(MAX_ROWS)
    again = (
        select(repeated, statement.c.sql)
        .join(statement, statement.c.fingerprint == repeated.c.fingerprint)
        .order_by(repeated.c.worst.desc(), repeated.c.last_at.desc())
        .limit(MAX_ROWS)
    )
    if q:
        columns = statement.c.sql, statement.c.endpoint, statement.c.call_site
        found = or_(*(column.icontains(q, autoescape=True) for column in columns))
        chosen, again = chosen.where(found), again.where(found)
    slow_us = current_app.config["SLOW_QUERY_MS"] * 1000
    with store.get_store().connect() as connection:
        rows = connection.execute(chosen).all()
        repetitions = connection.execute(again).all()
    return render_template(
        "admin/queries.html",
        rows=rows,
        repetitions=repetitions,
        repeated={row.fingerprint for row in repetitions},
        marks=plans.plan_warnings(
            {row.fingerprint: row.sql for row in rows if row.max_us >= slow_us}
        ),
        sorts={name: label for name, (label, _) in SORTS.items()},
        sort=sort,
        q=q,
    )


@routes.get("/queries/<fingerprint>")
@permission_required("operations.read")
def query(fingerprint: str) -> Any:
    if not fingerprint.isalnum():  # PostgreSQL refuses to look for what has a NUL in it
        abort(404)
    with store.get_store().connect() as connection:
        chosen = select(statement).where(statement.c.fingerprint == fingerprint)
        found = connection.execute(chosen).first() or abort(404)
        again = select(repeated).where(repeated.c.fingerprint == fingerprint)
        repetitions = connection.execute(
            again.order_by(repeated.c.worst.desc()).limit(MAX_ROWS)
        ).all()
    look, problem = _load_plan(found)
    return render_template(
        "admin/query.html",
        found=found,
        sql=plans.layout(found.sql),
        repetitions=repetitions,
        look=look,
        problem=problem,
    )


def _load_plan(found: Any) -> tuple[plans.PlanReport | None, str]:
    """The plan as it is now; else the one that was kept, and why it is not one of now."""
    try:
        return plans.build_report(found.sql), ""
    except Exception as error:  # a table that is gone, say: the statement is of older code
        log.debug("no plan of %s", found.fingerprint, exc_info=True)
        return (plans.load_report(found.plan, found.sql) if found.plan else None), root_cause(error)
