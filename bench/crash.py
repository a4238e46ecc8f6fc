"""Whether jobs are lost: workers are killed again and again while they run them.

    python bench/crash.py [--jobs 2000] [--kills 5]
    bin/postgres python bench/crash.py
    bin/redis python bench/crash.py
    bin/postgres bin/redis python bench/crash.py

Two processes of four threads; at random moments one of them gets a SIGKILL, and another is started.
A tenth as many jobs again belong to transactions that are rolled back. Exits with 1 if a job did
not come to its end exactly once, or one that never was did.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from sqlalchemy import select

from bench.server import environment, flask
from carafe.audit import AuditEvent
from carafe.database import db, read_transaction
from carafe.tests.jobs.crew import Crew, begun, count, create_app

PATIENCE_SECONDS = 300


def enqueue(jobs: int) -> None:
    for number in range(jobs):
        count.enqueue(number)
        if number % 10 == 0:
            db.session.begin()
            count.enqueue(jobs + number)
            db.session.rollback()


def outcomes() -> Counter[str]:
    with read_transaction():
        return Counter(db.session.scalars(select(AuditEvent.subject)))


def kill_some(crew: Crew, folder: Path, jobs: int, kills: int) -> None:
    moments = sorted(random.sample(range(jobs // 20, jobs * 19 // 20), kills))
    for threshold in moments:
        crew.start()
        while len(begun(folder)) < threshold:
            time.sleep(0.02)
        time.sleep(random.random() / 50)
        crew.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=5)
    args = parser.parse_args()
    shared = {k: os.environ[k] for k in ("DATABASE_URL", "REDIS_URL") if k in os.environ}
    with TemporaryDirectory() as folder:
        settings = {"LOG_LEVEL": "WARNING", "JOBS_IN_WEB": "no", "JOB_LEASE_SECONDS": "3"}
        environ = environment(folder, **settings, **shared)
        flask(environ, "--app", "carafe.tests.jobs.crew", "db", "upgrade")
        os.environ.update(environ)
        with Crew(environ, Path(folder) / "log") as crew, create_app().app_context():
            name = db.engine.dialect.name + (" and Redis" if "REDIS_URL" in shared else "")
            enqueue(args.jobs)
            crew.start()
            kill_some(crew, Path(folder), args.jobs, args.kills)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while sum(outcomes().values()) < args.jobs and time.monotonic() < deadline:
                time.sleep(0.1)
            crew.stop()
            ended, times = outcomes(), begun(Path(folder))
        expected = set(map(str, range(args.jobs)))
        lost, ghosts = expected - set(ended), set(ended) - expected
        twice = sum(len(moments) > 1 for moments in times.values())
        ended_twice = sum(number > 1 for number in ended.values())
        print(
            f"{name}: {args.jobs} jobs, {args.kills} kills: {len(lost)} lost, {twice} begun twice,"
            f" {ended_twice} ended twice, {len(ghosts)} ran that never were"
        )
    sys.exit(bool(lost or ended_twice or ghosts))


if __name__ == "__main__":
    main()
