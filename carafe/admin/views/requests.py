"""Request statistics: counts, failures, latencies, and the slowest requests."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from flask import abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from carafe.admin.blueprint import blueprint
from carafe.admin.overview.charts import Chart, bar_chart, format_duration, format_percent
from carafe.auth.marks import permission_required
from carafe.database import AnyRow
from carafe.observability import store
from carafe.observability.statistics import (
    WINDOWS,
    LatencyStats,
    is_counted,
    stats_by_endpoint,
    stats_over_time,
    sum_stats,
)
from carafe.observability.store import slow_request
from carafe.time import format_datetime, format_timespan, viewer_zone
from carafe.web.routing import ConditionalRoutes

# Labels and sort keys of an endpoint and its statistics, by the name in the URL.
SORTS: dict[str, tuple[str, Callable[[tuple[str, LatencyStats]], float]]] = {
    "count": ("Requests", lambda item: item[1].count),
    "errors": ("Errors", lambda item: item[1].error_rate),
    "p50": ("p50", lambda item: item[1].p50),
    "p95": ("p95", lambda item: item[1].p95),
    "p99": ("p99", lambda item: item[1].p99),
}
MAX_SLOWEST = 10

blueprint.add_app_template_filter(format_duration, "duration")
blueprint.add_app_template_filter(format_percent, "percent")

routes = ConditionalRoutes(blueprint, "RECORDER")


@blueprint.app_template_filter("moment_of")
def from_epoch(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@routes.get("/requests/")
@permission_required("operations.read")
def requests() -> ResponseReturnValue:
    sort = request.args.get("sort", "")
    sort = sort if sort in SORTS else "count"
    with store.get_store().connect() as connection:
        stats = stats_by_endpoint(connection, WINDOWS[_window()])
        return _page(
            "admin/requests.html",
            connection,
            None,
            endpoints=sorted(stats.items(), key=SORTS[sort][1], reverse=True),
            sorts={name: label for name, (label, _) in SORTS.items()},
            sort=sort,
        )


@routes.get("/requests/<name>")
@permission_required("operations.read")
def endpoint(name: str) -> ResponseReturnValue:
    with store.get_store().connect() as connection:
        if name not in current_app.view_functions and not is_counted(connection, name):
            abort(404)
        return _page("admin/endpoint.html", connection, name)


def _window() -> str:
    name = request.args.get("window", "")
    return name if name in WINDOWS else "hour"


def _page(template: str, connection: Connection, endpoint: str | None, **values: object) -> str:
    window = _window()
    steps = stats_over_time(connection, WINDOWS[window], endpoint)
    return render_template(
        template,
        window=window,
        windows={name: window.label for name, window in WINDOWS.items()},
        steps=steps,
        since=f"{format_timespan(WINDOWS[window].length)} ago",
        total=sum_stats(steps.values()),
        charts=list(_charts(steps)),
        slowest=_slowest(connection, min(steps), endpoint),
        endpoint=endpoint,
        **values,
    )


def _charts(steps: dict[int, LatencyStats]) -> Iterable[Chart]:
    times = [format_datetime(from_epoch(at).astimezone(viewer_zone() or UTC)) for at in steps]
    yield bar_chart(
        "requests",
        "Requests",
        [(stats.errors, stats.count - stats.errors) for stats in steps.values()],
        kinds={"failed": "Failed", "answered": "Answered"},
        titles=[
            f"{at}: {stats.count:,} requests, {stats.errors:,} failed"
            for at, stats in zip(times, steps.values(), strict=True)
        ],
        format_value=lambda value: f"{value:,.0f}",
    )
    yield bar_chart(
        "times",
        "95th percentile response time",
        [(stats.p95,) for stats in steps.values()],
        kinds={"time": ""},
        titles=[
            f"{at}: {format_duration(stats.p95)}"
            for at, stats in zip(times, steps.values(), strict=True)
        ],
        format_value=format_duration,
    )


def _slowest(connection: Connection, since: int, endpoint: str | None) -> Sequence[AnyRow]:
    query = select(slow_request).where(slow_request.c.at >= since)
    if endpoint is not None:
        query = query.where(slow_request.c.endpoint == endpoint)
    return connection.execute(query.order_by(slow_request.c.us.desc()).limit(MAX_SLOWEST)).all()
