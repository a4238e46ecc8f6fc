"""Jobs: how fast they are queued and run, how soon they begin, and what an idle worker costs.

    python bench/jobs.py [--jobs 2000] [--idle 30]
    bin/postgres python bench/jobs.py
    bin/redis python bench/jobs.py
    bin/postgres bin/redis python bench/jobs.py

Queueing: one job a transaction, as a request does. Running: from a full queue, by one and by two
processes of four threads, until the last job is over. Latency: from the commit to the first line of
the job, one every 50 ms to an idle worker. Idle: processor time of a worker that has nothing to do.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from sqlalchemy import delete, func, select

from bench.server import environment, flask
from carafe.database import db, read_transaction
from carafe.jobs import Job
from carafe.jobs.models import WorkerRecord
from carafe.tests.jobs.crew import BEGUN, Crew, begun, count, create_app

PAUSE_SECONDS = 0.05
THREADS = 4
# Others are queued by the clock.
OURS = Job.name == count.name


def until(met: Callable[[], bool], every: float = 0.05) -> None:
    """Without the write lock, which would hold up the workers."""
    while True:
        with read_transaction():
            if met():
                return
        time.sleep(every)


def all_are_over() -> bool:
    unfinished = select(Job.id).where(OURS, Job.state.in_(["queued", "running"]))
    return db.session.scalar(unfinished.limit(1)) is None


def processor_seconds(pid: int) -> float:
    return time.clock_gettime((~pid << 3) | 2)


def enqueue(jobs: int) -> float:
    start = time.perf_counter()
    for number in range(jobs):
        count.enqueue(number)
    return jobs / (time.perf_counter() - start)


def drain(crew: Crew, processes: int, jobs: int) -> tuple[float, float]:
    """Jobs a second, from the first one begun to the last over, without the start of processes;
    and milliseconds of processor time for each."""
    enqueue(jobs)
    for _ in range(processes):
        crew.start()
    until(all_are_over)
    with read_transaction():
        first, last, ran = db.session.execute(
            select(func.min(Job.started_at), func.max(Job.finished_at), func.count()).where(OURS)
        ).one()
    used = sum(processor_seconds(process.pid) for process in crew.processes)
    crew.stop()
    db.session.execute(delete(Job))
    db.session.commit()
    return ran / (last - first).total_seconds(), used / ran * 1000


def latencies(folder: str, times: int) -> list[float]:
    """Milliseconds."""
    (Path(folder) / BEGUN).unlink()
    committed = []
    for number in range(times):
        count.enqueue(number)
        committed.append(time.time())
        time.sleep(PAUSE_SECONDS)
    until(all_are_over)
    times_of = begun(Path(folder))
    return sorted((times_of[number][0] - at) * 1000 for number, at in enumerate(committed))


def idle(crew: Crew, seconds: float) -> float:
    """Processor seconds a minute."""
    [process] = crew.processes
    before = processor_seconds(process.pid)
    time.sleep(seconds)
    return (processor_seconds(process.pid) - before) / seconds * 60


def measure(folder: str, args: Any) -> None:
    shared = {k: os.environ[k] for k in ("DATABASE_URL", "REDIS_URL") if k in os.environ}
    environ = environment(
        folder, LOG_LEVEL="WARNING", JOBS_IN_WEB="no", JOB_THREADS=str(THREADS), **shared
    )
    flask(environ, "--app", "carafe.tests.jobs.crew", "db", "upgrade")
    os.environ.update(environ)
    with Crew(environ, Path(folder) / "log") as crew, create_app().app_context():
        name = db.engine.dialect.name + (" and Redis" if "REDIS_URL" in shared else "")
        print(f"{name}: {enqueue(args.jobs):.0f} queued a second", flush=True)
        db.session.execute(delete(Job))
        db.session.commit()
        for processes in (1, 2):
            runs = sorted(drain(crew, processes, args.jobs) for _ in range(3))
            rate, used = runs[1]
            print(
                f"  {processes} process(es): {rate:.0f} run a second, {used:.1f} ms of processor"
                " time each, startup included", flush=True,
            )  # fmt: skip
        crew.start()
        until(lambda: bool(WorkerRecord.alive()))
        latencies(folder, 5)
        sample = latencies(folder, 200)
        print(
            f"  latency: median {median(sample):.1f} ms, 95th percentile"
            f" {sample[int(len(sample) * 0.95)]:.1f}, worst {sample[-1]:.1f}", flush=True,
        )  # fmt: skip
        print(f"  idle: {idle(crew, args.idle):.2f} s of processor time a minute")
        crew.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--idle", type=float, default=30)
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        measure(folder, args)


if __name__ == "__main__":
    main()
