"""Database statements by their total time, and query plans with advice."""

import logging

from flask import abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from carafe.admin.blueprint import blueprint
from carafe.auth.marks import permission_required
from carafe.checks import root_cause
from carafe.database import AnyRow
from carafe.database.aliases import AnyExpression
from carafe.observability import plans, store
from carafe.observability.store import repeated, statement
from carafe.web.routing import ConditionalRoutes
from carafe.web.search_terms import search_term

log = logging.getLogger(__name__)

# Labels and columns, by the name in the URL.
SORTS: dict[str, tuple[str, AnyExpression]] = {
    "total": ("Total time", statement.c.total_us),
    "count": ("Calls", statement.c.count),
    "worst": ("Slowest", statement.c.max_us),
}
MAX_ROWS = 50

routes = ConditionalRoutes(blueprint, "RECORDER")


@routes.get("/queries/")
@permission_required("operations.read")
def queries() -> ResponseReturnValue:
    q, sort = search_term(), request.args.get("sort", "total")
    sort = sort if sort in SORTS else "total"
    statements_query = select(statement).order_by(SORTS[sort][1].desc()).limit(MAX_ROWS)
    repetitions_query = (
        select(repeated, statement.c.sql)
        .join(statement, statement.c.fingerprint == repeated.c.fingerprint)
        .order_by(repeated.c.worst.desc(), repeated.c.last_at.desc())
        .limit(MAX_ROWS)
    )
    if q:
        columns = statement.c.sql, statement.c.endpoint, statement.c.call_site
        matches = or_(*(column.icontains(q, autoescape=True) for column in columns))
        statements_query = statements_query.where(matches)
        repetitions_query = repetitions_query.where(matches)
    slow_us = current_app.config["SLOW_QUERY_MS"] * 1000
    with store.get_store().connect() as connection:
        rows = connection.execute(statements_query).all()
        repetitions = connection.execute(repetitions_query).all()
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
def query(fingerprint: str) -> ResponseReturnValue:
    if not fingerprint.isalnum():  # PostgreSQL raises an error for a NUL character.
        abort(404)
    with store.get_store().connect() as connection:
        statement_query = select(statement).where(statement.c.fingerprint == fingerprint)
        row = connection.execute(statement_query).first() or abort(404)
        repetitions_query = select(repeated).where(repeated.c.fingerprint == fingerprint)
        repetitions_query = repetitions_query.order_by(repeated.c.worst.desc()).limit(MAX_ROWS)
        repetitions = connection.execute(repetitions_query).all()
    report, problem = _load_plan(row)
    return render_template(
        "admin/query.html",
        statement=row,
        sql=plans.layout(row.sql),
        repetitions=repetitions,
        report=report,
        problem=problem,
    )


def _load_plan(row: AnyRow) -> tuple[plans.PlanReport | None, str]:
    """Return the current plan, or the stored one and why the statement cannot be planned now."""
    try:
        return plans.build_report(row.sql), ""
    except Exception as error:  # For example, an older statement uses a dropped table.
        log.debug("no plan for %s", row.fingerprint, exc_info=True)
        return (plans.load_report(row.plan, row.sql) if row.plan else None), root_cause(error)
