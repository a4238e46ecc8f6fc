"""How large the file of observations becomes: a month of 200 endpoints, and all that is kept.

    python bench/observations.py

Writes what the recorder would have written: for each step of each resolution and each endpoint a
row for each bucket of durations that occurred, here 12 of 69; and as many statements, exceptions
and slow requests as are kept, each as long as those of an app. Then prunes.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

ENDPOINTS, BUCKETS = 200, 12
SQL, PLAN, TRACEBACK = "x" * 600, "x" * 1500, "x" * 3000


def counts(resolution: int, kept: int, now: int) -> Iterator[dict[str, Any]]:
    for starts_at in range((now - kept) // resolution * resolution, now, resolution):
        for number in range(ENDPOINTS):
            for bucket in range(40, 40 + BUCKETS):
                yield {
                    "resolution": resolution, "starts_at": starts_at, "bucket": bucket,
                    "endpoint": f"feature{number}.do_something", "count": 1000, "errors": 3,
                }  # fmt: skip


def others(now: int) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    from app.observability import retention, store

    seen = {"first_at": now, "last_at": now, "endpoint": "feature1.do_something"}
    place = "app/feature/views.py:40 do_something"
    most = {table.name: most for table, _, most in retention.KEPT}
    yield store.statement, [
        seen | {"fingerprint": f"{n:032}", "sql": SQL, "count": 1, "total_us": 1, "rows": 1,
                "worst_us": 1, "call_site": place, "plan": PLAN, "planned_at": now}
        for n in range(most["statement"])
    ]  # fmt: skip
    yield store.exception, [
        seen | {"fingerprint": f"{n:032}", "type": "sqlalchemy.exc.OperationalError",
                "place": place, "count": 1, "request_id": "x" * 32, "traceback": TRACEBACK}
        for n in range(most["exception"])
    ]  # fmt: skip
    yield store.slow_request, [
        {"at": at, "request_id": "x" * 32, "endpoint": "feature1.do_something", "method": "GET",
         "path": "/feature/" + "x" * 60, "status": 200, "us": 1, "database_us": 1,
         "template_us": 1, "queries": 1}
        for at in range(now - retention.KEEP_SLOW_REQUESTS, now, retention.HOUR)
        for _ in range(retention.SLOWEST_OF_AN_HOUR)
    ]  # fmt: skip


def main() -> None:
    from sqlalchemy import func, select

    from app import create_app
    from app.observability import retention, store

    with TemporaryDirectory() as folder:
        app = create_app({"APP_ENV": "testing", "INSTANCE_PATH": folder})
        now = int(time.time())
        with app.app_context():
            kept = store.of()
            with kept.writing() as connection:
                for resolution, seconds in retention.RESOLUTIONS.items():
                    rows = list(counts(resolution, seconds, now))
                    connection.execute(store.request_count.insert(), rows)
                for table, rows in others(now):
                    connection.execute(table.insert(), rows)
            with kept.writing() as connection:
                started = time.perf_counter()
                retention.prune(connection, now)
                taken = time.perf_counter() - started
            with kept.writing() as connection:
                found = connection.scalar(select(func.count()).select_from(store.request_count))
            sizes = {
                file.name: file.stat().st_size / 1024**2
                for file in Path(folder).glob("observations.db*")
            }
    print(f"{found:,} rows of counts; pruning takes {taken * 1000:.0f} ms")
    for name, size in sizes.items():
        print(f"{name}: {size:.0f} MiB")


if __name__ == "__main__":
    main()
