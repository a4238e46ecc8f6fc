"""How large the file of observations becomes: a month of 200 endpoints, and all that is kept.

    python bench/observations.py

Writes what the recorder would have written, in the order of a running app: for each step of each
resolution and each endpoint a row for each bucket of durations that occurred; and as many
statements, exceptions and slow requests as are kept, each as long as those of an app. Then prunes.

Usual: 20 requests a minute, log-normal about 20 ms, of which two thirds lie between 11 and 36 ms.
Worst: in every step of every endpoint each bucket from 1 ms to 10 s.
"""

import random
import sys
import time
from collections.abc import Iterator
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

ENDPOINTS, REQUESTS_A_MINUTE = 200, 20
SQL, PLAN, TRACEBACK = "x" * 600, "x" * 1500, "x" * 3000


def usual(resolution: int) -> set[int]:
    from carafe.observability.store import bucket_of

    times = range(REQUESTS_A_MINUTE * resolution // 60)
    return {bucket_of(random.lognormvariate(log(20_000), 0.6)) for _ in times}


def worst(resolution: int) -> set[int]:
    from carafe.observability.store import bucket_of

    return set(range(bucket_of(1000), bucket_of(10_000_000) + 1))


def counts(case: Any, resolution: int, steps: int, now: int) -> Iterator[list[dict[str, Any]]]:
    """The rows of each step, as many as are kept."""
    from carafe.observability import retention
    from carafe.observability.store import merge_bucket

    used = [case(resolution) for _ in range(ENDPOINTS)]
    if resolution > 60:
        used = [{merge_bucket(bucket) for bucket in buckets} for buckets in used]
    steps = min(steps, retention.MAX_COUNTS // sum(map(len, used)))
    last = now // resolution * resolution
    for starts_at in range(last - (steps - 1) * resolution, last + 1, resolution):
        rows = [
            {"resolution": resolution, "starts_at": starts_at, "bucket": bucket,
             "endpoint": f"feature{number}.do_something", "count": 1000, "errors": 3}
            for number, buckets in enumerate(used) for bucket in buckets
        ]  # fmt: skip
        random.shuffle(rows)
        yield rows


def others(now: int) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    from carafe.observability import retention, store

    seen = {"first_at": now, "last_at": now, "endpoint": "feature1.do_something"}
    place = "app/feature/views.py:40 do_something"
    most = {table.name: most for table, _, most in retention.RETENTION}
    yield store.statement, [
        seen | {"fingerprint": f"{n:032}", "sql": SQL, "count": 1, "total_us": 1, "rows": 1,
                "max_us": 1, "call_site": place, "plan": PLAN, "planned_at": now}
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
        for _ in range(retention.MAX_SLOW_PER_HOUR)
    ]  # fmt: skip


def measure(case: Any) -> None:
    from sqlalchemy import func, select

    from app import create_app
    from carafe.observability import retention, store

    reach = {}
    with TemporaryDirectory() as folder:
        app = create_app({"APP_ENV": "testing", "INSTANCE_PATH": folder})
        now = int(time.time())
        with app.app_context():
            observations = store.get_store()
            for resolution, seconds in retention.RESOLUTIONS.items():
                reach[resolution] = 0.0
                for rows in counts(case, resolution, seconds // resolution, now):
                    with observations.write_transaction() as connection:
                        connection.execute(store.request_count.insert(), rows)
                    reach[resolution] += resolution / retention.HOUR
            with observations.write_transaction() as connection:
                for table, rows in others(now):
                    connection.execute(table.insert(), rows)
            with observations.write_transaction() as connection:
                started = time.perf_counter()
                retention.prune(connection, now)
                taken = time.perf_counter() - started
            with observations.write_transaction() as connection:
                count = connection.scalar(select(func.count()).select_from(store.request_count))
            sizes = {
                file.name: file.stat().st_size / 1024**2
                for file in Path(folder).glob("observations.db*")
            }
    print(f"{case.__name__}: {count:,} rows of counts; pruning takes {taken * 1000:.0f} ms")
    for resolution, hours in reach.items():
        print(f"steps of {resolution} s: of the last {hours:.1f} hours")
    for name, size in sizes.items():
        print(f"{name}: {size:.0f} MiB")


def main() -> None:
    random.seed(1)
    measure(usual)
    measure(worst)


if __name__ == "__main__":
    main()
